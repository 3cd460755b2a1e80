use std::collections::VecDeque;
use std::future::{pending, poll_fn};

use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::limits::Limits;
use super::transport::{TransportError, TransportSink};
use crate::session::{Drained, OutgoingFrame, Session};
use crate::stomp;

/// Takes frames out of a session's queue and writes them, and keeps the server's heart-beat.
pub(super) struct Writer<'a, S> {
    sink: S,
    session: &'a Session,
    /// Rung when the client is to be asked for a sign of life.
    ping: &'a Notify,
    limits: &'a Limits,
}

impl<'a, S: TransportSink> Writer<'a, S> {
    pub(super) const fn new(
        sink: S,
        session: &'a Session,
        ping: &'a Notify,
        limits: &'a Limits,
    ) -> Self {
        Self {
            sink,
            session,
            ping,
            limits,
        }
    }

    /// Writes until the queue is sealed and empty, then closes. All that is queued goes with one
    /// flush.
    pub(super) async fn run(mut self) -> Result<(), TransportError> {
        let mut batch = VecDeque::new();
        loop {
            let drained = self.next(&mut batch).await?;
            let (frames, bytes) = (batch.len(), batch.iter().map(OutgoingFrame::len).sum());
            for frame in batch.drain(..) {
                self.sink.push(frame);
            }
            match drained {
                Drained::Frames => self.flush().await?,
                Drained::Last(close) => {
                    let closing = poll_fn(|context| self.sink.poll_close(context, &close));
                    return timeout(self.limits.close_timeout, closing)
                        .await
                        .map_err(timed_out)?;
                }
            }
            self.session.outbox().written(bytes, frames);
        }
    }

    /// Waits for frames. While there are none, sends a heart-beat whenever one is due, and a ping
    /// whenever one is asked for.
    async fn next(
        &mut self,
        batch: &mut VecDeque<OutgoingFrame>,
    ) -> Result<Drained, TransportError> {
        loop {
            let outbox = self.session.outbox();
            let agreed = self.session.heart_beat();
            let due = async {
                match agreed.and_then(|agreed| agreed.server_sends) {
                    // Early, because the interval is a promise and a timer keeps it only
                    // approximately.
                    Some(interval) => sleep(interval.mul_f32(0.75)).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                biased;
                drained = outbox.drain(batch) => return Ok(drained),
                () = due => self.sink.push(OutgoingFrame::new(stomp::heart_beat())),
                () = self.ping.notified() => self.sink.ping(),
            }
            self.flush().await?;
        }
    }

    /// Writes what was pushed. Once the session is to end there is less patience: a client that
    /// does not read would hold on to its memory for nothing.
    async fn flush(&mut self) -> Result<(), TransportError> {
        let flushing = poll_fn(|context| self.sink.poll_flush(context));
        let outbox = self.session.outbox();
        tokio::select! {
            biased;
            result = timeout(self.limits.send_timeout, flushing) => result.map_err(timed_out)?,
            () = async { outbox.until_sealed().await; sleep(self.limits.close_timeout).await } => {
                Err(TransportError::Gone("the client did not read what was left in time".into()))
            }
        }
    }
}

fn timed_out(elapsed: tokio::time::error::Elapsed) -> TransportError {
    TransportError::Gone(elapsed.into())
}
