use std::mem::{MaybeUninit, take};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use bytestring::ByteString;
use stompframe_core::connection::{TransportError, TransportSource};
use tokio::io::{AsyncRead, ReadBuf};

use super::control::Control;
use super::frame::Fault;
use super::reader::{Incoming, MessageReader};

/// How much is read from the socket at once, on the stack: an idle connection has no room for it.
const READ: usize = 8 * 1024;

/// The payloads of a client's messages, text and binary alike.
pub(crate) struct WebSocketSource<R> {
    socket: R,
    /// What has been read and not been looked at, or is too little to be.
    unread: Bytes,
    messages: MessageReader,
    control: Arc<Control>,
    state: State,
    close_code: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// The client has closed.
    Closed,
    /// Nobody can make sense of what comes.
    Failed,
}

/// What has come from a client.
#[derive(Debug)]
pub(crate) enum Received {
    Text(ByteString),
    Binary(Bytes),
    /// A sign of life.
    Alive,
}

impl<R> WebSocketSource<R> {
    /// Reads messages of at most so many bytes. `read` is what has been read from the socket
    /// already.
    pub(super) fn new(socket: R, read: &[u8], max_message: usize, control: Arc<Control>) -> Self {
        Self {
            socket,
            unread: Bytes::copy_from_slice(read),
            messages: MessageReader::new(max_message),
            control,
            state: State::Open,
            close_code: None,
        }
    }

    /// Answers what is to be answered; `None` if the client has closed.
    fn handle(&mut self, incoming: Incoming) -> Option<Result<Received, TransportError>> {
        Some(Ok(match incoming {
            Incoming::Binary(bytes) => Received::Binary(bytes),
            Incoming::Text(text) => match ByteString::try_from(text) {
                Ok(text) => Received::Text(text),
                Err(_) => return Some(Err(self.fail(Fault::NotUtf8))),
            },
            Incoming::Ping(payload) => {
                self.control.pong(&payload);
                Received::Alive
            }
            Incoming::Pong => Received::Alive,
            Incoming::Close(payload) => {
                self.close_code = self.control.answer(&payload);
                self.state = State::Closed;
                return None;
            }
        }))
    }

    /// Looks at what has been read, and takes from it what comes next, if that is complete.
    fn look(
        &mut self,
        input: &mut &[u8],
        next: impl Fn(&mut MessageReader, &mut &[u8]) -> Result<Option<Incoming>, Fault>,
    ) -> Poll<Option<Result<Received, TransportError>>> {
        match next(&mut self.messages, input) {
            Ok(Some(incoming)) => Poll::Ready(self.handle(incoming)),
            Ok(None) => Poll::Pending,
            Err(fault) => Poll::Ready(Some(Err(self.fail(fault)))),
        }
    }

    fn fail(&mut self, error: impl Into<TransportError>) -> TransportError {
        self.state = State::Failed;
        self.messages = MessageReader::new(0);
        self.control.fail();
        error.into()
    }
}

impl<R: AsyncRead + Unpin> WebSocketSource<R> {
    /// The next message; `None` when the client has closed.
    pub(crate) fn poll_message(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Received, TransportError>>> {
        self.poll_next(context, MessageReader::next)
    }

    fn poll_next(
        &mut self,
        context: &mut Context<'_>,
        next: impl Fn(&mut MessageReader, &mut &[u8]) -> Result<Option<Incoming>, Fault>,
    ) -> Poll<Option<Result<Received, TransportError>>> {
        loop {
            match self.state {
                State::Open => {}
                State::Closed => return Poll::Ready(None),
                State::Failed => return self.poll_discard(context),
            }
            if !self.unread.is_empty() {
                let unread = take(&mut self.unread);
                let mut input = &unread[..];
                let found = self.look(&mut input, &next);
                if found.is_ready() {
                    // Even an empty slice would keep what it is cut from.
                    if !input.is_empty() {
                        self.unread = unread.slice_ref(input);
                    }
                    return found;
                }
                // A few bytes, which are looked at again with what follows.
                self.unread = Bytes::copy_from_slice(input);
            }
            let mut space = [const { MaybeUninit::uninit() }; READ];
            let mut read = ReadBuf::uninit(&mut space);
            read.put_slice(&self.unread);
            let polled = Pin::new(&mut self.socket).poll_read(context, &mut read);
            if let Err(error) = ready!(polled) {
                let error = TransportError::Gone(error.into());
                return Poll::Ready(Some(Err(self.fail(error))));
            }
            let mut input = read.filled();
            if input.len() == self.unread.len() {
                let error = TransportError::Gone("the client went without a close".into());
                return Poll::Ready(Some(Err(self.fail(error))));
            }
            let found = self.look(&mut input, &next);
            self.unread = match input.is_empty() {
                true => Bytes::new(),
                false => Bytes::copy_from_slice(input),
            };
            if found.is_ready() {
                return found;
            }
        }
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
        self.poll_next(context, MessageReader::next_joined)
            .map_ok(|received| match received {
                Received::Text(text) => text.into_bytes(),
                Received::Binary(bytes) => bytes,
                Received::Alive => Bytes::new(),
            })
    }

    fn close_code(&self) -> Option<u16> {
        self.close_code
    }
}
