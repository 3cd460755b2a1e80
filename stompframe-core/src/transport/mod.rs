//! What carries bytes between a client and a server, on both sides: two halves, one that reads and one
//! that writes.

mod gathered;
mod sink;
mod source;

use std::task::{Context, Poll, Waker};

use bytes::Bytes;

pub use self::gathered::{Gathered, Head};
pub use self::sink::StreamSink;
pub use self::source::StreamSource;
use crate::error::BoxError;
use crate::session::{Close, OutgoingFrame, OutgoingFrames};

/// Why a transport cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The peer sent more in one piece than the transport takes. It can still be told so.
    #[error("the peer sent more in one piece than is allowed")]
    TooLarge,
    /// The peer does not keep the rules of the transport. It can still be told so.
    #[error("the peer broke the rules of the transport")]
    Violation(#[source] BoxError),
    /// The peer called something text that is no UTF-8 (RFC 6455, 8.1).
    #[error("the peer sent text that is not UTF-8")]
    NotUtf8(#[source] BoxError),
    /// The connection is gone.
    #[error("the connection is gone")]
    Gone(#[source] BoxError),
}

/// The reading half of a transport: WebSocket, or anything that carries a stream of bytes.
pub trait TransportSource: Send + 'static {
    /// The next bytes of the client, in pieces of any size; `None` when it has closed its side.
    ///
    /// Pieces need not be frames: a frame may span several of them, and one may hold several
    /// frames. An empty piece is a sign of life without data, such as a WebSocket's pong.
    fn poll_receive(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TransportError>>>;

    /// The code with which the client has closed its side, where the transport has codes and it gave
    /// one.
    fn close_code(&self) -> Option<u16> {
        None
    }
}

/// The writing half of a transport.
///
/// The driver pushes all that is ready, then flushes once: syscalls cost more than everything else
/// on this path.
pub trait TransportSink: Send + 'static {
    /// Whether [`ping`](Self::ping) does something. If so, a client that sends no heart-beats is
    /// asked for a sign of life when it is silent, and is let go of if it gives none; see
    /// [`Limits::ping_interval`](crate::Limits::ping_interval).
    const PINGS: bool = false;

    /// Takes a frame to be written by the flush that follows. Frames leave in the order of their
    /// pushes, each as one message where the transport has messages.
    fn push(&mut self, frame: OutgoingFrame);

    /// Takes all of these, in their order, and leaves none.
    fn push_all(&mut self, frames: &mut OutgoingFrames) {
        frames.drain(|frame| self.push(frame));
    }

    /// Asks the client for a sign of life, with the flush that follows. Its answer arrives at the
    /// [source](TransportSource::poll_receive) as an empty piece, or as data.
    fn ping(&mut self) {}

    /// Writes what was pushed.
    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), TransportError>>;

    /// Writes what was pushed as far as that goes at once. Nobody is woken for the rest:
    /// [`poll_flush`](Self::poll_flush) goes on where this was pending.
    ///
    /// # Errors
    ///
    /// As for `poll_flush`.
    fn try_flush(&mut self) -> Poll<Result<(), TransportError>> {
        self.poll_flush(&mut Context::from_waker(Waker::noop()))
    }

    /// Flushes, then closes this side; where the transport can say how and why, it does.
    fn poll_close(
        &mut self,
        context: &mut Context<'_>,
        close: &Close,
    ) -> Poll<Result<(), TransportError>>;
}
