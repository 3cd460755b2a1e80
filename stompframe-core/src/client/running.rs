//! One connection to the server while it lasts: CONNECT, reading, writing, heart-beats.

use std::future::poll_fn;
use std::sync::Arc;

use bytestring::ByteString;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::builder::Options;
use super::connector::{Sink, Source, Transport};
use super::error::ServerError;
use super::link::{Link, Unsent};
use super::reader::{Reader, Turn};
use super::subscriptions::Subscriptions;
use super::writer::Writer;
use super::{ClientError, ClientLimits};
use crate::error::Chain;
use crate::session::OutgoingFrame;
use crate::stomp::{Agreed, Command, Decoded, Decoder, Frame, HeartBeat, Version};

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
            turn: Turn::default(),
        };
        let writer = Writer {
            sink,
            unsent,
            every: agreed.client_sends,
            // One that sends heart-beats lives, however long it takes nothing: brokers stop reading
            // from who publishes while they have no room. The reader sees it die.
            patience: match agreed.server_sends {
                Some(_) => None,
                None => Some(limits.send_timeout),
            },
            close_timeout: limits.close_timeout,
            link: &link,
        };
        let because = tokio::select! {
            biased;
            because = reader.run() => because,
            because = writer.run(stop) => because,
            because = link.receipts.run_out() => because,
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

pub(super) fn lost(because: impl Into<ByteString>) -> ClientError {
    ClientError::Lost(because.into())
}
