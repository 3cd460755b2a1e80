use std::io::{self, ErrorKind, Read, Write};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use stompframe_core::connection::{TransportError, TransportSource};
use tokio::io::{AsyncRead, ReadBuf};
use tokio_tungstenite::tungstenite::error::{Error, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig, WebSocketContext};
use tokio_tungstenite::tungstenite::{self, Message, Utf8Bytes};

use super::control::Control;

/// How much the library takes at once. An idle connection keeps the room for it, and it is filled with
/// zeros before each read; what is read from the socket does not depend on it.
const READ_BUFFER: usize = 256;

/// How much is read from the socket at once, on the stack.
const READ: usize = 8 * 1024;

/// The payloads of a client's messages, text and binary alike.
pub(crate) struct WebSocketSource<R> {
    socket: R,
    /// What has been read and the library has not taken.
    unread: Bytes,
    messages: WebSocketContext,
    control: Arc<Control>,
    ended: bool,
    /// The library has failed and is not asked any more.
    failed: bool,
    close_code: Option<u16>,
}

impl<R> WebSocketSource<R> {
    /// Reads messages of at most so many bytes. `read` is what has been read from the socket
    /// already.
    pub(super) fn new(socket: R, read: &[u8], max_message: usize, control: Arc<Control>) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .max_message_size(Some(max_message))
            .max_frame_size(Some(max_message))
            // Only pongs and a close are written here, and they are taken at once or not at all.
            .write_buffer_size(0)
            .max_write_buffer_size(READ_BUFFER);
        let messages = WebSocketContext::new(Role::Server, Some(config));
        Self {
            socket,
            unread: Bytes::copy_from_slice(read),
            messages,
            control,
            ended: false,
            failed: false,
            close_code: None,
        }
    }
}

/// What has come from a client.
#[derive(Debug)]
pub(crate) enum Received {
    Text(Utf8Bytes),
    Binary(Bytes),
    /// A sign of life.
    Alive,
}

impl<R: AsyncRead + Unpin> WebSocketSource<R> {
    /// The next message; `None` when the client has closed.
    pub(crate) fn poll_message(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Received, TransportError>>> {
        if self.failed {
            return self.poll_discard(context);
        }
        let mut wire = Wire {
            socket: &mut self.socket,
            unread: &mut self.unread,
            control: &self.control,
            context,
        };
        while !self.ended {
            match self.messages.read(&mut wire) {
                Ok(Message::Text(text)) => return Poll::Ready(Some(Ok(Received::Text(text)))),
                Ok(Message::Binary(bytes)) => {
                    return Poll::Ready(Some(Ok(Received::Binary(bytes))));
                }
                // Signs of life without data. The library has the answer to a ping ready.
                Ok(Message::Ping(_) | Message::Pong(_)) => {
                    let answered = self.messages.flush(&mut wire);
                    return Poll::Ready(Some(match answered {
                        Err(error) if !would_block(&error) => Err(self.fail(error)),
                        _ => Ok(Received::Alive),
                    }));
                }
                // The library answers that, too, while we read on until the end.
                Ok(Message::Close(close)) => {
                    self.close_code = close.map(|close| close.code.into());
                    self.control.answer();
                }
                // Comes only where it is asked for.
                Ok(Message::Frame(_)) => {}
                Err(Error::ConnectionClosed | Error::AlreadyClosed) => self.ended = true,
                Err(error) if would_block(&error) => return Poll::Pending,
                Err(error) => return Poll::Ready(Some(Err(self.fail(error)))),
            }
        }
        Poll::Ready(None)
    }

    fn fail(&mut self, error: tungstenite::Error) -> TransportError {
        self.failed = true;
        self.control.fail();
        what_went_wrong(error)
    }

    /// What still comes when there is nobody to make sense of it. It is read all the same, so that the
    /// client gets to hear why.
    fn poll_discard(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Received, TransportError>>> {
        let mut space = [const { MaybeUninit::uninit() }; READ];
        let mut read = ReadBuf::uninit(&mut space);
        let result = ready!(Pin::new(&mut self.socket).poll_read(context, &mut read));
        Poll::Ready(match result {
            Ok(()) if read.filled().is_empty() => None,
            Ok(()) => Some(Ok(Received::Binary(Bytes::copy_from_slice(read.filled())))),
            Err(error) => Some(Err(TransportError::Gone(error.into()))),
        })
    }
}

impl<R: AsyncRead + Send + Unpin + 'static> TransportSource for WebSocketSource<R> {
    fn poll_receive(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TransportError>>> {
        self.poll_message(context)
            .map_ok(|received| match received {
                Received::Text(text) => text.into(),
                Received::Binary(bytes) => bytes,
                Received::Alive => Bytes::new(),
            })
    }

    fn close_code(&self) -> Option<u16> {
        self.close_code
    }
}

/// The socket as the library sees it during one poll: it reads from the socket, and what it writes is
/// left to the writing half.
struct Wire<'a, 'c, R> {
    socket: &'a mut R,
    unread: &'a mut Bytes,
    control: &'a Control,
    context: &'a mut Context<'c>,
}

impl<R: AsyncRead + Unpin> Read for Wire<'_, '_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if !self.unread.is_empty() {
            let count = into.len().min(self.unread.len());
            into[..count].copy_from_slice(&self.unread[..count]);
            self.unread.advance(count);
            if self.unread.is_empty() {
                // Even an empty slice keeps what it was cut from.
                *self.unread = Bytes::new();
            }
            return Ok(count);
        }
        let mut space = [const { MaybeUninit::uninit() }; READ];
        let mut read = ReadBuf::uninit(&mut space);
        match Pin::new(&mut *self.socket).poll_read(self.context, &mut read) {
            Poll::Ready(result) => result?,
            Poll::Pending => return Err(ErrorKind::WouldBlock.into()),
        }
        let (now, later) = read.filled().split_at(into.len().min(read.filled().len()));
        into[..now.len()].copy_from_slice(now);
        if !later.is_empty() {
            *self.unread = Bytes::copy_from_slice(later);
        }
        Ok(now.len())
    }
}

impl<R> Write for Wire<'_, '_, R> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.control.push(bytes) {
            true => Ok(bytes.len()),
            false => Err(ErrorKind::WouldBlock.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn would_block(error: &tungstenite::Error) -> bool {
    matches!(error, Error::Io(error) if error.kind() == ErrorKind::WouldBlock)
}

fn what_went_wrong(error: tungstenite::Error) -> TransportError {
    match error {
        Error::Capacity(_) => TransportError::TooLarge,
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            TransportError::Gone(error.into())
        }
        Error::Utf8(_) => TransportError::NotUtf8(error.into()),
        Error::Protocol(_) | Error::AttackAttempt => TransportError::Violation(error.into()),
        error => TransportError::Gone(error.into()),
    }
}
