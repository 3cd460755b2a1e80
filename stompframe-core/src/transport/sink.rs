use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;

use super::{Gathered, Head, TransportError, TransportSink};
use crate::session::{Close, OutgoingFrame, OutgoingFrames};

/// The writing half of a stream of bytes, such as TCP or TLS: writes frames as they are, one after the
/// other, many at once where the stream can.
#[derive(Debug)]
pub struct StreamSink<W> {
    stream: W,
    gathered: Gathered,
}

impl<W> StreamSink<W> {
    /// Writes to this half.
    pub fn new(stream: W) -> Self {
        Self {
            stream,
            gathered: Gathered::default(),
        }
    }
}

impl<W: AsyncWrite + Unpin + Send + 'static> TransportSink for StreamSink<W> {
    fn push(&mut self, frame: OutgoingFrame) {
        self.gathered.push(frame);
    }

    fn push_all(&mut self, frames: &mut OutgoingFrames) {
        self.gathered.push_all(frames);
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        self.gathered
            .poll_write(|_| Head::NONE, Pin::new(&mut self.stream), context)
            .map_err(gone)
    }

    /// A stream cannot say why: ERROR has, and FIN says that nothing follows. The peer may still send;
    /// the reading half stays open until the driver lets go of it.
    fn poll_close(
        &mut self,
        context: &mut Context<'_>,
        _: &Close,
    ) -> Poll<Result<(), TransportError>> {
        ready!(self.poll_flush(context))?;
        Pin::new(&mut self.stream)
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

    use tokio::io::AsyncReadExt as _;

    use super::*;

    #[tokio::test]
    async fn what_the_stream_takes_in_pieces_arrives_whole() {
        // So little room that no flush is one write.
        let (mut client, server) = tokio::io::duplex(64);
        let mut sink = StreamSink::new(server);
        let mut expected: Vec<u8> = Vec::new();
        for length in 0..2_000 {
            let frame: Vec<u8> = (0..=255).cycle().take(length).collect();
            expected.extend(&frame);
            sink.push(OutgoingFrame::binary(frame));
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
