use std::future::poll_fn;
use std::mem::take;
use std::pin::pin;
use std::task::Poll;

use bytes::Bytes;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::alarm::Alarm;
use super::bell::Bell;
use super::limits::Limits;
use super::pace::Pace;
use super::protocol::{Next, Protocol};
use super::silence::{Silence, TooLong};
use super::transport::{TransportError, TransportSource};
use crate::error::{ErrorCode, MessagingError};
use crate::session::{Close, Place};
use crate::stomp::{Decoded, Decoder};

/// Reads a client's bytes and lets the protocol handle its frames, one after the other.
pub(super) struct Reader<'a, S> {
    pub(super) source: &'a mut S,
    pub(super) protocol: &'a mut Protocol,
    pub(super) decoder: Decoder,
    pub(super) place: &'a Place,
    pub(super) silence: Silence<'a>,
    pub(super) turn: Turn,
    pub(super) pace: Pace<'a>,
    /// How many bytes may still come until CONNECT is complete.
    pub(super) budget: usize,
    /// Has the transport answer what it has received.
    pub(super) answer: &'a (dyn Fn() + Send + Sync),
    /// Has the client asked for a sign of life.
    pub(super) ask: &'a (dyn Fn() + Send + Sync),
    pub(super) stop: &'a CancellationToken,
    pub(super) shutdown: &'a CancellationToken,
    pub(super) limits: &'a Limits,
}

/// What has been handled without a pause. A client that always has more to say would keep others
/// from their turn, and what it publishes from being written, until their queues overflow.
#[derive(Debug, Default)]
pub(super) struct Turn {
    frames: usize,
    bytes: usize,
}

impl Turn {
    /// Whether it is time for a pause; then another turn begins.
    fn is_over(&mut self) -> bool {
        let is_over = self.frames >= 64 || self.bytes >= 64 * 1024;
        if is_over {
            *self = Self::default();
        }
        is_over
    }
}

/// What a transport says when it is asked for more.
type Received = Option<Result<Bytes, TransportError>>;

/// What came of waiting for more.
enum Waited {
    Received(Received),
    Stopped,
    GoingDown,
    TooLong(TooLong),
}

/// How reading came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The peer closed its side.
    Closed,
    /// The connection broke.
    Lost,
    /// The client said DISCONNECT.
    Disconnected,
    /// The client was told an ERROR, or the session was ended from this side.
    Failed,
}

impl<S: TransportSource> Reader<'_, S> {
    pub(super) async fn run(&mut self) -> End {
        let (stop, shutdown) = (self.stop, self.shutdown);
        let mut stopped = pin!(stop.cancelled());
        let mut going_down = pin!(shutdown.cancelled());
        let mut alarm = Alarm::new();
        // For all but what comes from the client.
        let mut bell = Bell::new();
        let mut next = None;
        // Whether there was nothing to read just now.
        let mut is_waiting = false;
        loop {
            let agreed = self.protocol.agreed_heart_beat();
            let received = match next.take() {
                Some(received) => received,
                None => {
                    let too_long = self.silence.until(agreed);
                    if too_long.is_some_and(|(until, _)| alarm.is_too_late_for(until)) {
                        bell.ring();
                    }
                    let waited = poll_fn(|context| {
                        if !take(&mut is_waiting)
                            && let Poll::Ready(received) = self.source.poll_receive(context)
                        {
                            return Poll::Ready(Waited::Received(received));
                        }
                        // All else only where there is nothing to read. Whoever never pauses is
                        // asked for it at the end of each turn.
                        bell.poll(context, |context| {
                            if stopped.as_mut().poll(context).is_ready() {
                                return Poll::Ready(Waited::Stopped);
                            }
                            if going_down.as_mut().poll(context).is_ready() {
                                return Poll::Ready(Waited::GoingDown);
                            }
                            let Some((until, too_long)) = too_long else {
                                return Poll::Pending;
                            };
                            alarm
                                .poll_until(until, context)
                                .map(|()| Waited::TooLong(too_long))
                        })
                    });
                    match waited.await {
                        Waited::Received(received) => received,
                        Waited::Stopped => return End::Failed,
                        Waited::GoingDown => return self.fail(ErrorCode::ServerShutdown),
                        Waited::TooLong(TooLong::Fail(code)) => return self.fail(code),
                        Waited::TooLong(TooLong::Gone) => return self.vanished(),
                        Waited::TooLong(TooLong::Ask) => {
                            self.silence.asked();
                            (self.ask)();
                            continue;
                        }
                    }
                }
            };
            let chunk = match received {
                None => return End::Closed,
                Some(Ok(chunk)) => chunk,
                Some(Err(error)) => return self.broken(error),
            };
            if chunk.is_empty() {
                if !self.pace.sign_of_life() {
                    return self.fail(ErrorCode::RateExceeded);
                }
                self.silence.broken_by_the_transport(agreed);
                // The transport may have to answer.
                (self.answer)();
                continue;
            }
            // In a box of its own, which an idle connection does without.
            match Box::pin(self.work(chunk)).await {
                Ok(received) => {
                    is_waiting = received.is_none();
                    next = received;
                }
                Err(end) => return end,
            }
        }
    }

    /// Handles what has come, and what comes without waiting. Gives back what is for others to look
    /// at.
    async fn work(&mut self, mut chunk: Bytes) -> Result<Option<Received>, End> {
        loop {
            let len = chunk.len();
            self.turn.bytes += len;
            self.pace.bytes(len);
            self.decoder.push(chunk);
            if let Some(end) = self.handle_frames().await {
                return Err(end);
            }
            if self.protocol.agreed_heart_beat().is_none() {
                match self.budget.checked_sub(len) {
                    Some(rest) => self.budget = rest,
                    None => return Err(self.fail(ErrorCode::FrameTooLarge)),
                }
            }
            let more = poll_fn(|context| Poll::Ready(self.source.poll_receive(context))).await;
            chunk = match more {
                Poll::Ready(Some(Ok(more))) if !more.is_empty() => more,
                other => {
                    if self.decoder.is_mid_frame() {
                        self.silence.frame_is_open();
                    }
                    return Ok(match other {
                        Poll::Ready(other) => Some(other),
                        Poll::Pending => {
                            // That is a pause. Counted on, the turn would end amid what comes next, and what a
                            // client has sent at once would leave with two writes to each of its recipients.
                            self.turn = Turn::default();
                            None
                        }
                    });
                }
            }
        }
    }

    /// Handles every frame that is complete. Nothing is looked at once the session is over: after a
    /// frame that ends it, or because somebody else has ended it meanwhile.
    async fn handle_frames(&mut self) -> Option<End> {
        loop {
            if self.protocol.is_over() {
                return Some(End::Failed);
            }
            if self.turn.is_over() {
                if self.stop.is_cancelled() {
                    return Some(End::Failed);
                }
                if self.shutdown.is_cancelled() {
                    return Some(self.fail(ErrorCode::ServerShutdown));
                }
                if let Some(end) = self.hold_back().await {
                    return Some(end);
                }
                yield_now().await;
            }
            match self.decoder.next() {
                Ok(Some(Decoded::HeartBeat)) if self.pace.sign_of_life() => {}
                Ok(Some(Decoded::HeartBeat)) => return Some(self.fail(ErrorCode::RateExceeded)),
                Ok(Some(Decoded::Frame(mut frame))) => {
                    self.silence.frame_ended();
                    self.turn.frames += 1;
                    self.pace.frame();
                    match self.protocol.handle(&mut frame).await {
                        Next::Continue => {}
                        Next::Connected(version) => {
                            self.decoder.set_version(version);
                            self.decoder.set_limits(self.limits.frame);
                            self.place.connected();
                        }
                        Next::Disconnected => return Some(End::Disconnected),
                        Next::Failed => return Some(End::Failed),
                    }
                }
                Ok(None) => return self.hold_back().await,
                Err(error) => {
                    self.protocol.undecodable(&error);
                    return Some(End::Failed);
                }
            }
        }
    }

    /// Reads nothing for as long as the client has sent too much; then we listen again.
    async fn hold_back(&mut self) -> Option<End> {
        let now = Instant::now();
        self.silence.broken(now);
        let until = self.pace.count(now)?;
        tokio::select! {
            biased;
            () = self.stop.cancelled() => return Some(End::Failed),
            () = self.shutdown.cancelled() => return Some(self.fail(ErrorCode::ServerShutdown)),
            () = sleep_until(until) => {}
        }
        self.silence.broken(Instant::now());
        None
    }

    fn fail(&self, code: ErrorCode) -> End {
        self.protocol
            .answers()
            .fail(&MessagingError::new(code), None);
        End::Failed
    }

    fn vanished(&self) -> End {
        let code = ErrorCode::PongTimeout;
        tracing::info!(%code, "the client has vanished");
        self.protocol.answers().close(Close::because(code));
        End::Lost
    }

    fn broken(&self, error: TransportError) -> End {
        match error {
            TransportError::TooLarge => self.fail(ErrorCode::FrameTooLarge),
            TransportError::Violation(source) => {
                tracing::debug!(error = %source, "the peer broke the rules of the transport");
                self.protocol
                    .answers()
                    .close(Close::because(ErrorCode::MalformedFrame));
                End::Failed
            }
            TransportError::NotUtf8(source) => {
                tracing::debug!(error = %source, "the peer sent text that is not UTF-8");
                self.protocol.answers().close(Close::NOT_UTF8);
                End::Failed
            }
            TransportError::Gone(source) => {
                tracing::debug!(error = %source, "the connection broke");
                End::Lost
            }
        }
    }
}
