use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, ReadBuf};

use super::{TransportError, TransportSource};

/// How much is read at once. It lies on the stack while it is read, and what has arrived is copied
/// out at its true size: an idle connection has no buffer, and nothing that is kept of a frame
/// holds on to more than the frame.
const READ: usize = 8 * 1024;

/// The reading half of a stream of bytes, such as TCP or TLS: what arrives, in the pieces in which it
/// arrives.
#[derive(Debug)]
pub struct StreamSource<R>(R);

impl<R> StreamSource<R> {
    /// Reads from this half.
    pub const fn new(stream: R) -> Self {
        Self(stream)
    }
}

impl<R: AsyncRead + Unpin + Send + 'static> TransportSource for StreamSource<R> {
    fn poll_receive(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TransportError>>> {
        let mut space = [const { MaybeUninit::uninit() }; READ];
        let mut read = ReadBuf::uninit(&mut space);
        Poll::Ready(
            match ready!(Pin::new(&mut self.0).poll_read(context, &mut read)) {
                Ok(()) if read.filled().is_empty() => None,
                Ok(()) => Some(Ok(Bytes::copy_from_slice(read.filled()))),
                Err(error) => Some(Err(TransportError::Gone(error.into()))),
            },
        )
    }
}
