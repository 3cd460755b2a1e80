//! One connection to the server while it lasts: CONNECT, and then reading beside writing.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use bytestring::ByteString;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::builder::Options;
use super::connector::{Sink, Source, Transport};
use super::error::ServerError;
use super::incoming::{Incoming, Received};
use super::link::{Link, Unsent};
use super::subscriptions::Subscriptions;
use super::writer::Writer;
use super::{ClientError, ClientLimits};
use crate::error::Chain;
use crate::session::OutgoingFrame;
use crate::stomp::{Agreed, Command, Decoded, Decoder, Frame, HeartBeat, Version};

/// How much later than promised a heart-beat of the server may at least come (STOMP 1.2,
/// Heart-beating).
const HEART_BEAT_MARGIN: Duration = Duration::from_secs(5);

/// A connection that has begun, with what only its own task may touch.
pub(super) struct Running {
    source: Box<dyn Source>,
    sink: Box<dyn Sink>,
    decoder: Decoder,
    unsent: Unsent,
    agreed: Agreed,
    limits: ClientLimits,
    gives_back: bool,
    link: Arc<Link>,
}

impl Running {
    /// Says CONNECT, and waits for the answer.
    pub(super) async fn begin(
        transport: Transport,
        options: &Options,
        generation: u64,
    ) -> Result<(Arc<Link>, Self), ClientError> {
        let Transport { source, sink } = transport;
        let limits = options.limits;
        let mut shaking = Handshake {
            source,
            sink,
            decoder: Decoder::for_client(limits.frame),
        };
        let answered = timeout(limits.connect_timeout, shaking.connect(options)).await;
        let connected = answered.map_err(|_| ClientError::TimedOut(limits.connect_timeout))??;
        // A server that speaks 1.0 does not say so (STOMP 1.1, Protocol Negotiation).
        let version = Version::negotiate(connected.header("version"));
        let version =
            version.ok_or_else(|| lost("the server chose a version that nobody asked for"))?;
        let Handshake {
            source,
            sink,
            mut decoder,
        } = shaking;
        decoder.set_version(version);
        let theirs = connected.header("heart-beat").map(HeartBeat::parse);
        let theirs = theirs.and_then(Result::ok).unwrap_or(HeartBeat::NONE);
        let (link, unsent) = Link::new(generation, version, connected.headers, &limits);
        let link = Arc::new(link);
        let running = Self {
            source,
            sink,
            decoder,
            unsent,
            agreed: HeartBeat::negotiate(options.heart_beat, theirs),
            limits,
            gives_back: options.gives_back,
            link: Arc::clone(&link),
        };
        Ok((link, running))
    }

    /// Reads and writes until the connection is over, and says why it is. Once `stop` is set it says
    /// DISCONNECT, writes what is waiting, and closes.
    pub(super) async fn run(
        self,
        subscriptions: &Subscriptions,
        stop: &CancellationToken,
    ) -> ClientError {
        let Self {
            source,
            sink,
            decoder,
            unsent,
            agreed,
            limits,
            gives_back,
            link,
        } = self;
        let reader = Reader {
            source,
            decoder,
            silence: agreed.server_sends,
            gives_back,
            subscriptions,
            link: &link,
        };
        let writer = Writer {
            sink,
            unsent,
            every: agreed.client_sends,
            limits: &limits,
            link: &link,
        };
        let because = tokio::select! {
            biased;
            because = reader.run() => because,
            because = writer.run(stop) => because,
        };
        link.end(&because);
        because
    }
}

struct Handshake {
    source: Box<dyn Source>,
    sink: Box<dyn Sink>,
    decoder: Decoder,
}

impl Handshake {
    async fn connect(&mut self, options: &Options) -> Result<Frame, ClientError> {
        let connect = OutgoingFrame::encode(&options.connect_frame(), Version::V1_0)?;
        self.sink.push(connect);
        let flushed = poll_fn(|context| self.sink.poll_flush(context)).await;
        flushed.map_err(|error| lost(Chain(&error).to_string()))?;
        loop {
            match self.decoder.next() {
                Ok(Some(Decoded::Frame(frame))) => {
                    return match frame.command {
                        Command::Connected => Ok(frame),
                        Command::Error => Err(ClientError::Refused(ServerError::new(frame))),
                        command => Err(lost(format!("{command} came before CONNECTED"))),
                    };
                }
                Ok(Some(Decoded::HeartBeat)) => {}
                Ok(None) => match poll_fn(|context| self.source.poll_receive(context)).await {
                    Some(Ok(chunk)) => self.decoder.push(chunk),
                    Some(Err(error)) => return Err(lost(Chain(&error).to_string())),
                    None => return Err(lost("the server closed it before CONNECTED")),
                },
                Err(error) => return Err(lost(format!("what came is no STOMP: {error}"))),
            }
        }
    }
}

struct Reader<'a> {
    source: Box<dyn Source>,
    decoder: Decoder,
    /// How often the server has promised to be heard.
    silence: Option<Duration>,
    /// Whether the connection ends when a message comes that is to be acknowledged and nobody wants.
    gives_back: bool,
    subscriptions: &'a Subscriptions,
    link: &'a Arc<Link>,
}

impl Reader<'_> {
    async fn run(mut self) -> ClientError {
        let mut heard = Instant::now();
        loop {
            // What came behind CONNECTED is there already.
            if let Err(because) = self.handle_frames() {
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

    fn handle_frames(&mut self) -> Result<(), ClientError> {
        loop {
            match self.decoder.next() {
                Ok(Some(Decoded::Frame(frame))) => self.handle(frame)?,
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

pub(super) fn lost(because: impl Into<ByteString>) -> ClientError {
    ClientError::Lost(because.into())
}
