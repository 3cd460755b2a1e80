use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytestring::ByteString;

use super::connector::Connector;
use super::{Backoff, ClientError, ClientLimits, Pace, StompClient};
use crate::stomp::{Command, Frame, Headers, HeartBeat, Version};

/// Says how a client connects. Made by [`StompClient::tcp`] and [`StompClient::over`].
#[must_use = "nothing happens until `connect()` or `start()`"]
pub struct ClientBuilder {
    connector: Arc<dyn Connector>,
    options: Options,
}

/// How a client connects, and what it does when that ends.
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) headers: Headers,
    pub(super) heart_beat: HeartBeat,
    pub(super) limits: ClientLimits,
    pub(super) reconnect: Option<Backoff>,
    pub(super) confirms_subscriptions: bool,
    pub(super) gives_back: bool,
    pub(super) pace: Option<Arc<Pace>>,
}

impl ClientBuilder {
    pub(crate) fn new(connector: Arc<dyn Connector>) -> Self {
        Self {
            connector,
            options: Options {
                headers: Headers::new(),
                heart_beat: HeartBeat {
                    send: Duration::from_secs(10),
                    receive: Duration::from_secs(10),
                },
                limits: ClientLimits::default(),
                reconnect: Some(Backoff::default()),
                confirms_subscriptions: true,
                gives_back: false,
                pace: None,
            },
        }
    }

    /// Says who connects, with the headers `login` and `passcode` of CONNECT. They are in no log.
    pub fn login(self, login: impl Into<ByteString>, passcode: impl Into<ByteString>) -> Self {
        self.header("login", login).header("passcode", passcode)
    }

    /// The virtual host, which is the header `host` of CONNECT. Without it there is no such header, as
    /// in Spring: RabbitMQ refuses a name that it does not know, and takes its default for none.
    pub fn virtual_host(self, name: impl Into<ByteString>) -> Self {
        self.header("host", name)
    }

    /// A header of CONNECT, such as `authorization` or ActiveMQ's `client-id`.
    pub fn header(mut self, name: impl Into<ByteString>, value: impl Into<ByteString>) -> Self {
        self.options.headers.set(name, value);
        self
    }

    /// The heart-beats that the client offers: how often it can send one and how often it wants one; 10
    /// seconds each unless told otherwise, zero for none. What is shorter than a second counts as a
    /// second.
    pub fn heart_beat(mut self, send: Duration, receive: Duration) -> Self {
        self.options.heart_beat = HeartBeat { send, receive }.clamped();
        self
    }

    /// How long it waits until it connects anew when a connection was lost; see [`Backoff`] for what
    /// holds unless told otherwise.
    pub const fn reconnect(mut self, backoff: Backoff) -> Self {
        self.options.reconnect = Some(backoff);
        self
    }

    /// Ends with its first connection, as Spring's `StompSession` does.
    pub const fn no_reconnect(mut self) -> Self {
        self.options.reconnect = None;
        self
    }

    /// Takes a subscription for made as soon as its SUBSCRIBE is on its way, for servers that send no
    /// RECEIPT for it, such as Spring's broker in memory. Then a message that is published right
    /// afterwards may be missed.
    pub const fn unconfirmed_subscriptions(mut self) -> Self {
        self.options.confirms_subscriptions = false;
        self
    }

    /// Begins a new connection when a message comes for a subscription that has ended, if it is to be
    /// acknowledged: `RabbitMQ` takes no NACK of it any more, and gives it to nobody else until the
    /// connection ends.
    pub(crate) const fn give_back(mut self) -> Self {
        self.options.gives_back = true;
        self
    }

    /// Waits for a turn among others before it connects anew, too.
    pub(crate) fn pace(mut self, pace: Arc<Pace>) -> Self {
        self.options.pace = Some(pace);
        self
    }

    /// Bounds what the client holds, and how long it waits; see [`ClientLimits`] for what holds unless
    /// told otherwise.
    pub const fn limits(mut self, limits: ClientLimits) -> Self {
        self.options.limits = limits;
        self
    }

    /// Connects: returns when the server has answered CONNECTED. This first time it tries once only.
    ///
    /// # Errors
    ///
    /// When no connection can be opened, or the server refuses it.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with time and I/O.
    pub async fn connect(self) -> Result<StompClient, ClientError> {
        StompClient::connect(self.connector, self.options).await
    }

    /// Returns at once, and connects in the background: until it succeeds, again and again. What is asked
    /// for meanwhile fails with [`NotConnected`](ClientError::NotConnected);
    /// [`connected`](StompClient::connected) waits.
    ///
    /// # Panics
    ///
    /// As for [`connect`](Self::connect).
    #[must_use]
    pub fn start(self) -> StompClient {
        StompClient::start(self.connector, self.options)
    }
}

impl Options {
    pub(super) fn connect_frame(&self) -> Frame {
        let mut frame =
            Frame::new(Command::Connect).with_header("accept-version", Version::SUPPORTED);
        if self.heart_beat != HeartBeat::NONE {
            frame
                .headers
                .push("heart-beat", self.heart_beat.to_string());
        }
        for (name, value) in &self.headers {
            frame.headers.set(name, value);
        }
        frame
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("connector", &self.connector)
            .field("options", &self.options)
            .finish()
    }
}
