//! What becomes of what a client sends.

mod control;
mod faults;
mod messages;
mod properties;

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use stompframe_core::transport::{TransportError, TransportSource as _};
use tokio::io::{AsyncRead, ReadBuf};

use super::control::Control;
use super::frame::{Fault, unmask};
use super::{Received, WebSocketSource};

const MAX_MESSAGE: usize = 100_000;

/// How frames begin: with FIN and the opcode.
const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;
const PONG: u8 = 0x8a;
/// Without FIN.
const BEGIN_TEXT: u8 = 0x01;
const GO_ON: u8 = 0x00;
const END: u8 = 0x80;

/// A frame as clients send it.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let len = payload.len();
    let mut frame = match (u8::try_from(len), u16::try_from(len)) {
        (Ok(len @ 0..126), _) => vec![first, 0x80 | len],
        (_, Ok(len)) => [&[first, 0x80 | 126][..], &len.to_be_bytes()].concat(),
        _ => [&[first, 0x80 | 127][..], &(len as u64).to_be_bytes()].concat(),
    };
    let mask = [0x37, 0xfa, 0x21, first ^ 0x3d];
    frame.extend(mask);
    let begin = frame.len();
    frame.extend(payload);
    unmask(&mut frame[begin..], mask);
    frame
}

/// A socket from which these pieces come, each with a read of its own.
struct Pieces {
    pieces: VecDeque<Vec<u8>>,
    /// Whether the client goes then; it says nothing more otherwise.
    ends: bool,
}

impl AsyncRead for Pieces {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        read: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(mut piece) = self.pieces.pop_front() else {
            return match self.ends {
                true => Poll::Ready(Ok(())),
                false => Poll::Pending,
            };
        };
        let rest = piece.split_off(piece.len().min(read.remaining()));
        read.put_slice(&piece);
        if !rest.is_empty() {
            self.pieces.push_front(rest);
        }
        Poll::Ready(Ok(()))
    }
}

/// What comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Seen {
    Text(String),
    Binary(Vec<u8>),
    Alive,
    /// The client has closed.
    Closed,
    Fault(Fault),
    Gone,
    /// There is nothing yet.
    Waits,
}

struct Server {
    source: WebSocketSource<Pieces>,
    control: Arc<Control>,
}

impl Server {
    fn new(pieces: impl IntoIterator<Item = Vec<u8>>, ends: bool) -> Self {
        let control = Arc::new(Control::default());
        // What the handshake has read already.
        let mut pieces: VecDeque<_> = pieces.into_iter().collect();
        let read = pieces.pop_front().unwrap_or_default();
        let socket = Pieces { pieces, ends };
        let source = WebSocketSource::new(socket, &read, MAX_MESSAGE, Arc::clone(&control));
        Self { source, control }
    }

    fn message(&mut self) -> Seen {
        let mut context = Context::from_waker(Waker::noop());
        match self.source.poll_message(&mut context) {
            Poll::Pending => Seen::Waits,
            Poll::Ready(None) => Seen::Closed,
            Poll::Ready(Some(Ok(Received::Text(text)))) => Seen::Text(text.to_string()),
            Poll::Ready(Some(Ok(Received::Binary(bytes)))) => Seen::Binary(bytes.to_vec()),
            Poll::Ready(Some(Ok(Received::Alive))) => Seen::Alive,
            Poll::Ready(Some(Err(error))) => wrong(error),
        }
    }

    /// As STOMP gets it.
    fn receive(&mut self) -> Seen {
        let mut context = Context::from_waker(Waker::noop());
        match self.source.poll_receive(&mut context) {
            Poll::Pending => Seen::Waits,
            Poll::Ready(None) => Seen::Closed,
            Poll::Ready(Some(Ok(bytes))) if bytes.is_empty() => Seen::Alive,
            Poll::Ready(Some(Ok(bytes))) => Seen::Binary(bytes.to_vec()),
            Poll::Ready(Some(Err(error))) => wrong(error),
        }
    }

    /// What is to be sent for it.
    fn answers(&self) -> Bytes {
        self.control.take().unwrap_or_default()
    }
}

fn wrong(error: TransportError) -> Seen {
    match error {
        TransportError::TooLarge => Seen::Fault(Fault::TooLarge),
        TransportError::NotUtf8(fault) | TransportError::Violation(fault) => {
            Seen::Fault(*fault.downcast().unwrap())
        }
        _ => Seen::Gone,
    }
}

/// All that is seen until its end, which is the last.
fn all(mut next: impl FnMut() -> Seen) -> Vec<Seen> {
    let mut all = Vec::new();
    loop {
        let seen = next();
        let is_last = !matches!(seen, Seen::Text(_) | Seen::Binary(_) | Seen::Alive);
        all.push(seen);
        if is_last {
            return all;
        }
    }
}

/// The messages of a client that goes then.
fn messages(pieces: impl IntoIterator<Item = Vec<u8>>) -> Vec<Seen> {
    let mut server = Server::new(pieces, true);
    all(|| server.message())
}

/// The bytes of it as STOMP gets them, in one, and how it ends.
fn joined(pieces: impl IntoIterator<Item = Vec<u8>>) -> (Vec<u8>, Seen) {
    let mut server = Server::new(pieces, true);
    together(all(|| server.receive()))
}

/// What messages are when they are joined, and how it ends.
fn together(mut seen: Vec<Seen>) -> (Vec<u8>, Seen) {
    let end = seen.pop().unwrap();
    let bytes = seen.into_iter().flat_map(|seen| match seen {
        Seen::Text(text) => text.into_bytes(),
        Seen::Binary(bytes) => bytes,
        _ => Vec::new(),
    });
    (bytes.collect(), end)
}

fn text(text: &str) -> Seen {
    Seen::Text(text.to_owned())
}

fn binary(bytes: &[u8]) -> Seen {
    Seen::Binary(bytes.to_vec())
}

/// One byte at a time.
fn bytewise(stream: &[u8]) -> Vec<Vec<u8>> {
    stream.iter().map(|byte| vec![*byte]).collect()
}
