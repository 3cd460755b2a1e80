use std::pin::Pin;
use std::task::{Context, Poll, ready};

use stompframe_core::connection::{TransportError, TransportSink};
use stompframe_core::session::{Close, OutgoingFrame};
use tokio::io::AsyncWrite as _;
use tokio::net::tcp::OwnedWriteHalf;

use crate::gathered::Gathered;

/// Writes frames as they are, one after the other.
pub(super) struct TcpSink {
    socket: OwnedWriteHalf,
    gathered: Gathered,
}

impl TcpSink {
    pub(super) fn new(socket: OwnedWriteHalf) -> Self {
        Self {
            socket,
            gathered: Gathered::default(),
        }
    }
}

impl TransportSink for TcpSink {
    fn push(&mut self, frame: OutgoingFrame) {
        self.gathered.push(&[], frame.into_bytes());
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        self.gathered
            .poll_write(Pin::new(&mut self.socket), context)
            .map_err(gone)
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

fn gone(error: std::io::Error) -> TransportError {
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
