use std::future::{pending, poll_fn};
use std::time::Duration;

use bytes::Bytes;
use bytestring::ByteString;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::ClientError;
use super::connector::Sink;
use super::link::{Link, Outgoing, Unsent};
use super::running::lost;
use crate::error::Chain;
use crate::session::{Close, OutgoingFrame};
use crate::stomp::{Command, Frame};

/// How many frames are written at once.
const BATCH: usize = 256;

/// Says what waits to be said, and heart-beats.
pub(super) struct Writer<'a> {
    pub(super) sink: Box<dyn Sink>,
    pub(super) unsent: Unsent,
    /// How often we have promised to be heard.
    pub(super) every: Option<Duration>,
    /// How long the server may take what is written, if there is a bound.
    pub(super) patience: Option<Duration>,
    pub(super) close_timeout: Duration,
    pub(super) link: &'a Link,
}

impl Writer<'_> {
    pub(super) async fn run(mut self, stop: &CancellationToken) -> ClientError {
        let mut batch = Vec::with_capacity(BATCH);
        let mut urgent = Vec::new();
        let ends = &self.link.ends;
        loop {
            let due = async {
                match self.every {
                    // Early, because the interval is a promise and a timer keeps it only
                    // approximately.
                    Some(every) => sleep(every.mul_f32(0.75)).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                biased;
                () = stop.cancelled() => return self.close().await,
                () = ends.cancelled() => return self.give_up().await,
                _ = self.unsent.outgoing.recv_many(&mut batch, BATCH) => {}
                Some(frame) = self.unsent.urgent.recv() => urgent.push(frame),
                () = due => self.sink.push(OutgoingFrame::heart_beat()),
            }
            while let Ok(frame) = self.unsent.urgent.try_recv() {
                urgent.push(frame);
            }
            // An UNSUBSCRIBE is behind its SUBSCRIBE, and an ABORT behind what it is about: what was handed
            // over before goes first.
            while !urgent.is_empty()
                && let Ok(outgoing) = self.unsent.outgoing.try_recv()
            {
                batch.push(outgoing);
            }
            // The room they take is free again when they are written.
            self.ask_for_receipt(&mut batch);
            for outgoing in &batch {
                self.sink.push(outgoing.frame.clone());
            }
            for frame in urgent.drain(..) {
                self.push(&frame);
            }
            tokio::select! {
                biased;
                flushed = self.flush() => if let Err(because) = flushed {
                    return because;
                },
                () = stop.cancelled() => return self.close().await,
                () = ends.cancelled() => return self.give_up().await,
            }
            batch.clear();
        }
    }

    /// Of those that somebody is to be told of, has the last ask for a receipt that stands for all.
    fn ask_for_receipt(&self, batch: &mut [Outgoing]) {
        let is_told = |outgoing: &Outgoing| outgoing.told.is_some();
        let Some(last) = batch.iter().rposition(is_told) else {
            return;
        };
        let all = batch.iter_mut().filter_map(|outgoing| outgoing.told.take());
        let id = self.link.receipts.expect_many(all.collect());
        batch[last].frame = with_receipt(&batch[last].frame, id);
    }

    fn push(&mut self, frame: &Frame) {
        if let Ok(frame) = OutgoingFrame::encode(frame, self.link.version) {
            self.sink.push(frame);
        }
    }

    async fn flush(&mut self) -> Result<(), ClientError> {
        let flushing = poll_fn(|context| self.sink.poll_flush(context));
        let flushed = match self.patience {
            None => flushing.await,
            Some(patience) => match timeout(patience, flushing).await {
                Ok(flushed) => flushed,
                Err(_) => return Err(lost(format!("it took nothing for {patience:?}"))),
            },
        };
        flushed.map_err(|error| lost(Chain(&error).to_string()))
    }

    async fn give_up(self) -> ClientError {
        self.close().await;
        lost("it was given up, to begin anew")
    }

    /// Writes what is left, DISCONNECT, and closes.
    async fn close(mut self) -> ClientError {
        self.unsent.outgoing.close();
        while let Ok(outgoing) = self.unsent.outgoing.try_recv() {
            self.sink.push(outgoing.frame);
        }
        while let Ok(frame) = self.unsent.urgent.try_recv() {
            self.push(&frame);
        }
        if self.link.begin_disconnecting() {
            self.push(&Frame::new(Command::Disconnect));
        }
        let closing = poll_fn(|context| self.sink.poll_close(context, &Close::NORMAL));
        let _ = timeout(self.close_timeout, closing).await;
        ClientError::Closed
    }
}

/// An encoded frame, asking for this receipt.
fn with_receipt(frame: &OutgoingFrame, id: u64) -> OutgoingFrame {
    let bytes = frame.as_bytes();
    // Headers begin behind the command.
    let head = memchr::memchr(b'\n', bytes).map_or(0, |end| end + 1);
    let (command, rest) = bytes.split_at(head);
    let receipt = format!("receipt:{id}\n");
    let bytes = Bytes::from([command, receipt.as_bytes(), rest].concat());
    match ByteString::try_from(bytes.clone()) {
        Ok(text) if frame.is_text() => OutgoingFrame::text(text),
        _ => OutgoingFrame::binary(bytes),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::io::AsyncReadExt as _;

    use super::*;
    use crate::client::{ClientLimits, Transport};
    use crate::stomp::{Headers, Version};

    #[test]
    fn a_receipt_is_asked_for_behind_the_command() {
        let frame = Frame::new(Command::Send).with_header("destination", "/topic/a");
        let encoded = OutgoingFrame::encode(&frame.with_body("x\ny"), Version::V1_2).unwrap();
        let before = String::from_utf8(encoded.as_bytes().to_vec()).unwrap();
        let with = with_receipt(&encoded, 7);
        let after = before.replacen('\n', "\nreceipt:7\n", 1);
        assert_eq!(with.as_bytes(), after.as_bytes());
    }

    #[tokio::test]
    async fn of_what_is_written_together_the_last_asks_for_a_receipt() {
        let (link, unsent) = Link::new(1, Version::V1_2, Headers::new(), &ClientLimits::default());
        let confirmed = Arc::new(AtomicUsize::new(0));
        for number in 0..3 {
            let frame = Frame::new(Command::Send).with_header("number", number.to_string());
            let counter = Arc::clone(&confirmed);
            let tell = move |answer: Result<(), ClientError>| {
                answer.unwrap();
                counter.fetch_add(1, Ordering::Relaxed);
            };
            link.send_and_tell(&frame, tell).await.unwrap();
        }
        link.send(&Frame::new(Command::Begin)).await.unwrap();
        let (mut server, stream) = tokio::io::duplex(1024);
        let writer = Writer {
            sink: Transport::over(stream).sink,
            unsent,
            every: None,
            patience: None,
            close_timeout: Duration::from_secs(1),
            link: &link,
        };
        let stop = CancellationToken::new();
        let reading = async {
            let mut text = vec![0; 1024];
            let count = server.read(&mut text).await.unwrap();
            String::from_utf8(text[..count].to_vec()).unwrap()
        };
        let written = tokio::select! {
            because = writer.run(&stop) => panic!("{because}"),
            written = reading => written,
        };
        let asking = written.find("receipt:1\nnumber:2").unwrap();
        assert_eq!(written.rfind("receipt:"), Some(asking), "{written}");
        link.receipts.confirm("1");
        assert_eq!(confirmed.load(Ordering::Relaxed), 3);
    }
}
