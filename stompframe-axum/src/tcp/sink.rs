use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use stompframe_core::connection::{TransportError, TransportSink};
use stompframe_core::session::{Close, OutgoingFrame};
use tokio::io::AsyncWrite as _;
use tokio::net::tcp::OwnedWriteHalf;

/// How many frames go with one system call.
const FRAMES_AT_ONCE: usize = 256;

/// Writes frames from where they are, many at once.
pub(super) struct TcpSink {
    socket: OwnedWriteHalf,
    pushed: VecDeque<Bytes>,
}

impl TcpSink {
    pub(super) const fn new(socket: OwnedWriteHalf) -> Self {
        Self {
            socket,
            pushed: VecDeque::new(),
        }
    }

    /// Takes out what has been written.
    fn advance(&mut self, mut written: usize) {
        while let Some(first) = self.pushed.front_mut() {
            if written < first.len() {
                first.advance(written);
                return;
            }
            written -= first.len();
            self.pushed.pop_front();
        }
    }
}

impl TransportSink for TcpSink {
    fn push(&mut self, frame: OutgoingFrame) {
        self.pushed.push_back(match frame {
            OutgoingFrame::Text(text) => text.into_bytes(),
            OutgoingFrame::Binary(bytes) => bytes,
        });
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        while !self.pushed.is_empty() {
            let mut slices = [IoSlice::new(&[]); FRAMES_AT_ONCE];
            let count = self.pushed.len().min(FRAMES_AT_ONCE);
            for (slice, frame) in slices.iter_mut().zip(&self.pushed) {
                *slice = IoSlice::new(frame);
            }
            let socket = Pin::new(&mut self.socket);
            match ready!(socket.poll_write_vectored(context, &slices[..count])).map_err(gone)? {
                0 => return Poll::Ready(Err(gone(io::ErrorKind::WriteZero.into()))),
                written => self.advance(written),
            }
        }
        Poll::Ready(Ok(()))
    }

    /// TCP cannot say why: ERROR has, and FIN says that nothing follows. The client may still send;
    /// the reading half stays open until the driver lets go of it.
    fn poll_close(
        &mut self,
        context: &mut Context<'_>,
        _: &Close,
    ) -> Poll<Result<(), TransportError>> {
        ready!(self.poll_flush(context))?;
        Pin::new(&mut self.socket)
            .poll_shutdown(context)
            .map_err(gone)
    }
}

fn gone(error: io::Error) -> TransportError {
    TransportError::Gone(error.into())
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use socket2::SockRef;
    use tokio::io::AsyncReadExt as _;
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    #[tokio::test]
    async fn what_the_socket_takes_in_pieces_arrives_whole() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut client = TcpStream::connect(address).await.unwrap();
        let (socket, _) = listener.accept().await.unwrap();
        // So little room that no flush is one write.
        SockRef::from(&socket).set_send_buffer_size(1).unwrap();
        let (_reading, writing) = socket.into_split();
        let mut sink = TcpSink::new(writing);
        let mut expected: Vec<u8> = Vec::new();
        for length in 0..2_000 {
            let frame: Vec<u8> = (0..=255).cycle().take(length).collect();
            expected.extend(&frame);
            sink.push(OutgoingFrame::Binary(frame.into()));
        }
        let mut received = Vec::new();
        let close = Close::NORMAL;
        let (closed, read) = tokio::join!(
            poll_fn(|context| sink.poll_close(context, &close)),
            client.read_to_end(&mut received),
        );
        closed.unwrap();
        read.unwrap();
        assert!(received == expected);
    }
}
