use std::fmt;
use std::future::{pending, poll_fn};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout};

use super::limits::Limits;
use super::transport::{TransportError, TransportSink};
use crate::session::{Close, Load, OutgoingFrame, Outlet, Session};

/// Writes what is in a session's queue.
///
/// Whoever has filled the queue writes it as well, at the end of their turn ([`Outlet::flush`]): a
/// task that is woken for each message and connection costs more than the rest of the way. The
/// connection's own task ([`run`](Self::run)) goes on where a socket takes no more, keeps the
/// heart-beat, and closes.
pub(super) struct Writer<S> {
    session: Arc<Session>,
    pen: Mutex<Pen<S>>,
    /// Rung when the connection's own task has to write.
    called: Notify,
    /// Rung when the client is to be asked for a sign of life.
    ping: Notify,
}

/// What only one may hold at a time.
struct Pen<S> {
    sink: S,
    /// What the sink has and the socket does not.
    unwritten: Load,
    /// When all of it was written last.
    written_at: Instant,
    /// What went wrong while another task wrote.
    failed: Option<TransportError>,
}

/// What is left to do after a turn of writing.
#[derive(Debug)]
enum Turn {
    /// Nothing: the next frame calls for attention again.
    Idle,
    /// More has come meanwhile.
    More,
    /// To close.
    Last(Close),
}

impl<S: TransportSink> Writer<S> {
    /// Becomes the one that writes for the session.
    pub(super) fn attach(session: &Arc<Session>, sink: S) -> Arc<Self> {
        let writer = Arc::new(Self {
            session: Arc::clone(session),
            pen: Mutex::new(Pen {
                sink,
                unwritten: Load::default(),
                written_at: Instant::now(),
                failed: None,
            }),
            called: Notify::new(),
            ping: Notify::new(),
        });
        let outlet = Arc::downgrade(&writer);
        session.outbox().attach(outlet);
        writer
    }

    /// Has the client asked for a sign of life.
    pub(super) fn ask(&self) {
        self.ping.notify_one();
    }

    /// The part of the connection's own task. Returns once the queue is sealed and written, and the
    /// connection is closed.
    pub(super) async fn run(&self, limits: &Limits) -> Result<(), TransportError> {
        loop {
            tokio::select! {
                biased;
                () = self.called.notified() => {
                    if let Some(close) = self.write(limits).await? {
                        let closing = poll_fn(|context| self.pen().sink.poll_close(context, &close));
                        return timeout(limits.close_timeout, closing).await.map_err(timed_out)?;
                    }
                }
                () = self.heart_beat_is_due() => self.push_past_queue(|sink| {
                    sink.push(OutgoingFrame::heart_beat());
                }),
                () = self.ping.notified() => self.push_past_queue(TransportSink::ping),
            }
        }
    }

    /// Writes until there is nothing left, with as much patience for each turn as a client gets to
    /// read.
    async fn write(&self, limits: &Limits) -> Result<Option<Close>, TransportError> {
        loop {
            let turn = async {
                loop {
                    tokio::select! {
                        biased;
                        turn = poll_fn(|context| self.poll_turn(context)) => return turn,
                        // The queue was sealed.
                        () = self.called.notified() => {}
                    }
                }
            };
            match timeout(limits.send_timeout, turn)
                .await
                .map_err(timed_out)??
            {
                Turn::Idle => return Ok(None),
                Turn::More => {}
                Turn::Last(close) => return Ok(Some(close)),
            }
        }
    }

    fn poll_turn(&self, context: &mut Context<'_>) -> Poll<Result<Turn, TransportError>> {
        self.turn(Instant::now(), |sink| sink.poll_flush(context))
    }

    /// Gives the transport all that is queued, and has it written by this.
    fn turn(
        &self,
        now: Instant,
        flush: impl FnOnce(&mut S) -> Poll<Result<(), TransportError>>,
    ) -> Poll<Result<Turn, TransportError>> {
        let outbox = self.session.outbox();
        let mut pen = self.pen();
        let Pen {
            sink,
            unwritten,
            written_at,
            failed,
        } = &mut *pen;
        if let Some(error) = failed.take() {
            return Poll::Ready(Err(error));
        }
        let (load, sealed) = outbox.drain(|frames| sink.push_all(frames));
        *unwritten = load;
        if let Some(close) = sealed {
            // Whatever is left is written by closing, with the patience that there is for it.
            return Poll::Ready(Ok(Turn::Last(close)));
        }
        ready!(flush(sink))?;
        *written_at = now;
        let more = outbox.written(std::mem::take(unwritten));
        Poll::Ready(Ok(if more { Turn::More } else { Turn::Idle }))
    }

    /// Waits until the client has heard nothing for almost as long as was promised.
    async fn heart_beat_is_due(&self) {
        let agreed = self.session.heart_beat();
        let Some(interval) = agreed.and_then(|agreed| agreed.server_sends) else {
            return pending().await;
        };
        loop {
            // Early, because the interval is a promise and a timer keeps it only approximately.
            let due = self.pen().written_at + interval.mul_f32(0.75);
            if due <= Instant::now() {
                return;
            }
            sleep_until(due).await;
        }
    }

    /// Gives the transport something that does not stand in the queue.
    fn push_past_queue(&self, push: impl FnOnce(&mut S)) {
        let mut pen = self.pen();
        push(&mut pen.sink);
        pen.written_at = Instant::now();
        // Else somebody is about to write anyway, since nobody ceases to without the pen.
        if self.session.outbox().attend() {
            self.called.notify_one();
        }
    }

    fn pen(&self) -> MutexGuard<'_, Pen<S>> {
        self.pen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: TransportSink> Outlet for Writer<S> {
    fn flush(&self, now: Instant) {
        // Once more for what came meanwhile, and not for ever.
        for _ in 0..2 {
            match self.turn(now, TransportSink::try_flush) {
                Poll::Ready(Ok(Turn::Idle)) => return,
                Poll::Ready(Ok(Turn::More)) => {}
                Poll::Ready(Ok(Turn::Last(_))) | Poll::Pending => break,
                Poll::Ready(Err(error)) => {
                    self.pen().failed = Some(error);
                    break;
                }
            }
        }
        self.called.notify_one();
    }

    fn wake(&self) {
        self.called.notify_one();
    }
}

impl<S> fmt::Debug for Writer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("session", self.session.id())
            .finish_non_exhaustive()
    }
}

fn timed_out(elapsed: tokio::time::error::Elapsed) -> TransportError {
    TransportError::Gone(elapsed.into())
}
