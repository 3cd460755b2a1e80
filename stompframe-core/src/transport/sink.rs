use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use tokio::io::AsyncWrite;

use super::{TransportError, TransportSink};
use crate::session::{Close, OutgoingFrame};

/// How many frames go with one system call.
const FRAMES_AT_ONCE: usize = 256;

/// The writing half of a stream of bytes, such as TCP or TLS: writes frames from where they are, many
/// at once where the stream can (`writev`).
#[derive(Debug)]
pub struct StreamSink<W> {
    stream: W,
    pushed: VecDeque<Bytes>,
}

impl<W> StreamSink<W> {
    /// Writes to this half.
    pub const fn new(stream: W) -> Self {
        Self {
            stream,
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

impl<W: AsyncWrite + Unpin + Send + 'static> TransportSink for StreamSink<W> {
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
            let stream = Pin::new(&mut self.stream);
            match ready!(stream.poll_write_vectored(context, &slices[..count])).map_err(gone)? {
                0 => return Poll::Ready(Err(gone(io::ErrorKind::WriteZero.into()))),
                written => self.advance(written),
            }
        }
        // A stream that encrypts may keep back what it was given.
        Pin::new(&mut self.stream).poll_flush(context).map_err(gone)
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

fn gone(error: io::Error) -> TransportError {
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
