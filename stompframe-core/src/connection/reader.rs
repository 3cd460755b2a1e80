use std::future::poll_fn;

use bytes::Bytes;
use futures_util::future::poll_immediate;
use tokio::task::yield_now;
use tokio::time::timeout_at;
use tokio_util::sync::CancellationToken;

use super::limits::Limits;
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
    pub(super) async fn run(mut self) -> End {
        loop {
            let agreed = self.protocol.agreed_heart_beat();
            // What is there already is taken without a timer, and without listening for anything else.
            let received = match self.stop.is_cancelled() || self.shutdown.is_cancelled() {
                false => poll_immediate(self.receive()).await.map(Ok),
                true => None,
            };
            let received = match received {
                Some(received) => received,
                None => {
                    let too_long = self.silence.until(agreed);
                    let (stop, shutdown) = (self.stop, self.shutdown);
                    let received = async {
                        match too_long {
                            Some((until, too_long)) => timeout_at(until, self.receive())
                                .await
                                .map_err(|_| too_long),
                            None => Ok(self.receive().await),
                        }
                    };
                    tokio::select! {
                        biased;
                        () = stop.cancelled() => return End::Failed,
                        // Every frame that has been received is handled by now.
                        () = shutdown.cancelled() => return self.fail(ErrorCode::ServerShutdown),
                        received = received => received,
                    }
                }
            };
            let chunk = match received {
                Err(TooLong::Fail(code)) => return self.fail(code),
                Err(TooLong::Gone) => return self.vanished(),
                Err(TooLong::Ask) => {
                    self.silence.asked();
                    (self.ask)();
                    continue;
                }
                Ok(None) => return End::Closed,
                Ok(Some(Ok(chunk))) => chunk,
                Ok(Some(Err(error))) => return self.broken(error),
            };
            if chunk.is_empty() {
                self.silence.broken_by_the_transport(agreed);
                // The transport may have to answer.
                (self.answer)();
                continue;
            }
            let len = chunk.len();
            self.turn.bytes += len;
            self.decoder.push(chunk);
            // In a box of its own, which an idle connection does without.
            if let Some(end) = Box::pin(self.handle_frames()).await {
                return end;
            }
            self.silence.broken();
            if self.decoder.is_mid_frame() {
                self.silence.frame_is_open();
            }
            if self.protocol.agreed_heart_beat().is_none() {
                match self.budget.checked_sub(len) {
                    Some(rest) => self.budget = rest,
                    None => return self.fail(ErrorCode::FrameTooLarge),
                }
            }
        }
    }

    async fn receive(&mut self) -> Option<Result<Bytes, TransportError>> {
        poll_fn(|context| self.source.poll_receive(context)).await
    }

    /// Handles every frame that is complete. Nothing is looked at once the session is over: after a
    /// frame that ends it, or because somebody else has ended it meanwhile.
    async fn handle_frames(&mut self) -> Option<End> {
        loop {
            if self.protocol.is_over() {
                return Some(End::Failed);
            }
            if self.turn.is_over() {
                yield_now().await;
            }
            match self.decoder.next() {
                Ok(Some(Decoded::HeartBeat)) => {}
                Ok(Some(Decoded::Frame(mut frame))) => {
                    self.silence.frame_ended();
                    self.turn.frames += 1;
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
                Ok(None) => return None,
                Err(error) => {
                    self.protocol.undecodable(&error);
                    return Some(End::Failed);
                }
            }
        }
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
