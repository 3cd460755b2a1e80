use std::future::{pending, poll_fn};
use std::time::Duration;

use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::connector::Sink;
use super::link::{Link, Unsent};
use super::running::lost;
use super::{ClientError, ClientLimits};
use crate::error::Chain;
use crate::session::{Close, OutgoingFrame};
use crate::stomp::{Command, Frame};

/// How many frames are written at once.
const BATCH: usize = 256;

/// Writes what waits, and the heart-beats that were promised.
pub(super) struct Writer<'a> {
    pub(super) sink: Box<dyn Sink>,
    pub(super) unsent: Unsent,
    /// How often we have promised to be heard.
    pub(super) every: Option<Duration>,
    pub(super) limits: &'a ClientLimits,
    pub(super) link: &'a Link,
}

impl Writer<'_> {
    pub(super) async fn run(mut self, stop: &CancellationToken) -> ClientError {
        let mut batch = Vec::with_capacity(BATCH);
        let mut urgent = Vec::new();
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
                () = self.link.ends.cancelled() => {
                    self.close().await;
                    return lost("it was given up, to begin anew");
                }
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
            for outgoing in &batch {
                self.sink.push(outgoing.frame.clone());
            }
            for frame in urgent.drain(..) {
                self.push(&frame);
            }
            if let Err(because) = self.flush().await {
                return because;
            }
            batch.clear();
        }
    }

    fn push(&mut self, frame: &Frame) {
        if let Ok(frame) = OutgoingFrame::encode(frame, self.link.version) {
            self.sink.push(frame);
        }
    }

    async fn flush(&mut self) -> Result<(), ClientError> {
        let patience = self.limits.send_timeout;
        let flushing = poll_fn(|context| self.sink.poll_flush(context));
        match timeout(patience, flushing).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(lost(Chain(&error).to_string())),
            Err(_) => Err(lost(format!("nothing could be written for {patience:?}"))),
        }
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
        let _ = timeout(self.limits.close_timeout, closing).await;
        ClientError::Closed
    }
}
