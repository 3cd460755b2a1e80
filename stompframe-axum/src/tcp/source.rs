use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use stompframe_core::connection::{TransportError, TransportSource};
use tokio::io::{AsyncRead as _, ReadBuf};
use tokio::net::tcp::OwnedReadHalf;

/// How much is read at once. It lies on the stack while it is read, and what has arrived is copied
/// out at its true size: an idle connection has no buffer, and nothing that is kept of a frame
/// holds on to more than the frame.
const READ: usize = 8 * 1024;

/// The bytes of a client, as they arrive.
pub(super) struct TcpSource(pub(super) OwnedReadHalf);

impl TransportSource for TcpSource {
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
