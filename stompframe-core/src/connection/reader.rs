use std::future::poll_fn;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::limits::Limits;
use super::protocol::{Next, Protocol};
use super::transport::{TransportError, TransportSource};
use crate::error::{ErrorCode, MessagingError};
use crate::session::Close;
use crate::stomp::{Decoded, Decoder};

/// How much later than promised a heart-beat of the client may at least come (STOMP 1.2,
/// Heart-beating: "timing inaccuracies" have to be taken into account).
const HEART_BEAT_MARGIN: Duration = Duration::from_secs(5);

/// Reads a client's bytes and lets the protocol handle its frames, one after the other.
pub(super) struct Reader<'a, S> {
    source: &'a mut S,
    protocol: &'a mut Protocol,
    decoder: Decoder,
    stop: &'a CancellationToken,
    shutdown: &'a CancellationToken,
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

impl<'a, S: TransportSource> Reader<'a, S> {
    pub(super) fn new(
        source: &'a mut S,
        protocol: &'a mut Protocol,
        stop: &'a CancellationToken,
        shutdown: &'a CancellationToken,
        limits: Limits,
    ) -> Self {
        Self {
            source,
            protocol,
            decoder: Decoder::for_server(limits.frame),
            stop,
            shutdown,
        }
    }

    pub(super) async fn run(mut self) -> End {
        loop {
            // The client's silence counts only while we listen: a handler that takes its time,
            // during which nothing is read, must not be held against the client.
            let (deadline, silence) = match self.protocol.agreed_heart_beat() {
                None => (Some(self.protocol.connect_by()), ErrorCode::ConnectTimeout),
                Some(agreed) => {
                    let grace = agreed
                        .client_sends
                        .map(|every| (every * 2).max(every + HEART_BEAT_MARGIN));
                    (
                        grace.map(|grace| Instant::now() + grace),
                        ErrorCode::HeartBeatTimeout,
                    )
                }
            };
            let receiving = poll_fn(|context| self.source.poll_receive(context));
            let received = async {
                match deadline {
                    Some(deadline) => timeout_at(deadline, receiving).await.ok(),
                    None => Some(receiving.await),
                }
            };
            let received = tokio::select! {
                biased;
                () = self.stop.cancelled() => return End::Failed,
                // Every frame that has been received is handled by now.
                () = self.shutdown.cancelled() => return self.fail(ErrorCode::ServerShutdown),
                received = received => received,
            };
            let chunk = match received {
                None => return self.fail(silence),
                Some(None) => return End::Closed,
                Some(Some(Ok(chunk))) => chunk,
                Some(Some(Err(error))) => return self.broken(error),
            };
            self.decoder.push(chunk);
            if let Some(end) = self.handle_frames().await {
                return end;
            }
        }
    }

    /// Handles every frame that is complete. Nothing after a frame that ends the session is looked
    /// at.
    async fn handle_frames(&mut self) -> Option<End> {
        loop {
            match self.decoder.next() {
                Ok(Some(Decoded::HeartBeat)) => {}
                Ok(Some(Decoded::Frame(frame))) => match self.protocol.handle(frame).await {
                    Next::Continue => {}
                    Next::Connected(version) => self.decoder.set_version(version),
                    Next::Disconnected => return Some(End::Disconnected),
                    Next::Failed => return Some(End::Failed),
                },
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
