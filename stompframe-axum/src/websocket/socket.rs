use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use stompframe_core::transport::Gathered;
use tokio::io::{AsyncWrite, WriteHalf};
use tokio::net::tcp::OwnedWriteHalf;

use super::sink::head;

/// Where a WebSocket is written to.
pub(crate) trait WritingHalf: AsyncWrite + Send + Unpin + 'static {
    /// Writes what goes at once. Nobody is woken when more would.
    fn try_write(&mut self, gathered: &mut Gathered) -> Poll<io::Result<()>>;
}

/// Asked without a task, the socket need not remember whom to wake: a tenth of what a delivery takes.
impl WritingHalf for OwnedWriteHalf {
    fn try_write(&mut self, gathered: &mut Gathered) -> Poll<io::Result<()>> {
        gathered.write_with(head, |bytes| {
            let written = match bytes {
                [bytes] => Self::try_write(self, bytes),
                many => self.try_write_vectored(many),
            };
            match written {
                Err(error) if error.kind() == ErrorKind::WouldBlock => Poll::Pending,
                written => Poll::Ready(written),
            }
        })
    }
}

/// Of TLS, for example.
impl<T: AsyncWrite + Send + Unpin + 'static> WritingHalf for WriteHalf<T> {
    fn try_write(&mut self, gathered: &mut Gathered) -> Poll<io::Result<()>> {
        gathered.poll_write(
            head,
            Pin::new(self),
            &mut Context::from_waker(Waker::noop()),
        )
    }
}
