use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::{Instant, timeout_at};

use super::ClientError;
use super::connector::Source;
use super::error::ServerError;
use super::incoming::{Incoming, Received};
use super::link::Link;
use super::running::lost;
use super::subscriptions::Subscriptions;
use crate::error::Chain;
use crate::stomp::{Command, Decoded, Decoder, Frame};

/// How many frames, and how many bytes, are handled without a pause. Whoever they are for has them
/// written then.
const TURN: (usize, usize) = (64, 64 * 1024);

/// How much later than promised a heart-beat of the server may at least come (STOMP 1.2,
/// Heart-beating).
const HEART_BEAT_MARGIN: Duration = Duration::from_secs(5);

/// Hands over what the server says.
pub(super) struct Reader<'a> {
    pub(super) source: Box<dyn Source>,
    pub(super) decoder: Decoder,
    /// How often the server has promised to be heard.
    pub(super) silence: Option<Duration>,
    /// Whether the connection ends when a message comes that is to be acknowledged and nobody wants.
    pub(super) gives_back: bool,
    pub(super) subscriptions: &'a Subscriptions,
    pub(super) link: &'a Arc<Link>,
    pub(super) turn: Turn,
}

/// What has been handled without a pause.
#[derive(Default)]
pub(super) struct Turn {
    frames: usize,
    bytes: usize,
}

impl Turn {
    /// Whether it is time for a pause; then another turn begins.
    fn is_over_with(&mut self, frame: &Frame) -> bool {
        self.frames += 1;
        self.bytes += frame.body.len();
        let is_over = self.frames >= TURN.0 || self.bytes >= TURN.1;
        if is_over {
            *self = Self::default();
        }
        is_over
    }
}

impl Reader<'_> {
    pub(super) async fn run(mut self) -> ClientError {
        let mut heard = Instant::now();
        loop {
            // What came behind CONNECTED is there already.
            if let Err(because) = self.handle_frames().await {
                return because;
            }
            let receiving = poll_fn(|context| self.source.poll_receive(context));
            let received = match self.silence {
                None => receiving.await,
                Some(every) => {
                    let patience = (every * 2).max(every + HEART_BEAT_MARGIN);
                    match timeout_at(heard + patience, receiving).await {
                        Ok(received) => received,
                        Err(_) => return lost(format!("the server was silent for {patience:?}")),
                    }
                }
            };
            match received {
                // A sign of life of the server's machine, not of the server.
                Some(Ok(chunk)) if chunk.is_empty() => {}
                Some(Ok(chunk)) => {
                    heard = Instant::now();
                    self.decoder.push(chunk);
                }
                Some(Err(error)) => return lost(Chain(&error).to_string()),
                None => return lost("the server closed it"),
            }
        }
    }

    async fn handle_frames(&mut self) -> Result<(), ClientError> {
        loop {
            match self.decoder.next() {
                Ok(Some(Decoded::Frame(frame))) => {
                    let is_over = self.turn.is_over_with(&frame);
                    self.handle(frame)?;
                    if is_over {
                        yield_now().await;
                    }
                }
                Ok(Some(Decoded::HeartBeat)) => {}
                Ok(None) => return Ok(()),
                Err(error) => return Err(lost(format!("what came is no STOMP: {error}"))),
            }
        }
    }

    fn handle(&self, frame: Frame) -> Result<(), ClientError> {
        match frame.command {
            Command::Message => {
                // STOMP 1.0 leaves the header out where the SUBSCRIBE had no id; ours have one.
                let Some(id) = frame.headers.get_bytestring("subscription").cloned() else {
                    return Ok(());
                };
                let received = Received::new(frame, Arc::clone(self.link));
                let is_taken = self
                    .subscriptions
                    .take(&id, Incoming::Message(received.clone()));
                if !is_taken && self.gives_back && received.acknowledgement(Command::Ack).is_ok() {
                    // The server keeps it for us, who cannot even refuse it any more.
                    self.link.ends.cancel();
                }
            }
            Command::Receipt => {
                let id = frame.header("receipt-id").unwrap_or_default();
                if let Some(renewed) = self.link.receipts.confirm(id) {
                    self.subscriptions.renewed(&renewed, self.link.generation);
                }
            }
            // The server closes now (STOMP 1.2, ERROR). RabbitMQ does not always; but nothing says
            // then what has become of the other frames that it was given.
            Command::Error => {
                let refused = ClientError::Refused(ServerError::new(frame.clone()));
                let receipts = &self.link.receipts;
                let is_told = frame
                    .header("receipt-id")
                    .is_some_and(|id| receipts.refuse(id, refused.clone()));
                return Err(if is_told {
                    lost(format!("another frame was refused: {refused}"))
                } else {
                    refused
                });
            }
            command => return Err(lost(format!("{command} came from the server"))),
        }
        Ok(())
    }
}
