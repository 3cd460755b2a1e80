use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytestring::ByteString;

use super::RelayLimits;
use super::dialect::Dialect;
use crate::client::{Backoff, ClientBuilder, ClientLimits, Connector, Tcp};
use crate::destination::Prefixes;
use crate::session::Session;
use crate::stomp::HeartBeat;

/// A broker of its own, such as `RabbitMQ`, as the builder takes it (Spring's
/// `StompBrokerRelayRegistration`): destinations that begin with `/topic` or `/queue` are its business.
///
/// ```
/// use stompframe_core::Messaging;
/// use stompframe_core::broker::BrokerRelay;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), stompframe_core::BuildError> {
/// let relay = BrokerRelay::new("rabbitmq:61613").login("chat", "secret");
/// let messaging = Messaging::builder().broker(relay).build()?;
/// # Ok(())
/// # }
/// ```
///
/// A few connections serve all clients of this process: to the broker there is one subscription for each
/// destination, and what comes for it goes to all who are subscribed here.
#[must_use]
pub struct BrokerRelay {
    pub(super) connector: Arc<dyn Connector>,
    pub(super) login: Option<(ByteString, ByteString)>,
    pub(super) virtual_host: Option<ByteString>,
    pub(super) dialect: Option<Dialect>,
    pub(crate) prefixes: Prefixes,
    pub(super) queues: Prefixes,
    pub(crate) wildcards: bool,
    pub(super) selectors: bool,
    pub(crate) nodes: Option<String>,
    pub(super) per_session: Option<ConfigureClient>,
    pub(super) heart_beat: HeartBeat,
    pub(super) backoff: Backoff,
    pub(super) limits: RelayLimits,
}

/// Says how the client of one session connects.
pub(super) type ConfigureClient =
    Arc<dyn Fn(&Session, ClientBuilder) -> ClientBuilder + Send + Sync>;

impl BrokerRelay {
    /// To the broker at this address, `"rabbitmq:61613"`, or at any of several, which are tried in turn.
    pub fn new(addresses: impl Into<Tcp>) -> Self {
        Self::over(addresses.into())
    }

    /// To the broker that this connects to, such as one over TLS.
    pub fn over(connector: impl Connector) -> Self {
        let ten_seconds = Duration::from_secs(10);
        Self {
            connector: Arc::new(connector),
            login: None,
            virtual_host: None,
            dialect: None,
            prefixes: Prefixes::new(["/topic", "/queue"]),
            queues: Prefixes::new(["/queue"]),
            wildcards: false,
            selectors: false,
            nodes: None,
            per_session: None,
            heart_beat: HeartBeat {
                send: ten_seconds,
                receive: ten_seconds,
            },
            backoff: Backoff::default(),
            limits: RelayLimits::default(),
        }
    }

    /// Who this application is to the broker; `guest` and `guest` unless told otherwise, as in Spring. What
    /// clients say in `login` and `passcode` never reaches it.
    pub fn login(mut self, login: impl Into<ByteString>, passcode: impl Into<ByteString>) -> Self {
        self.login = Some((login.into(), passcode.into()));
        self
    }

    /// The virtual host; the broker's default unless told otherwise.
    pub fn virtual_host(mut self, name: impl Into<ByteString>) -> Self {
        self.virtual_host = Some(name.into());
        self
    }

    /// Says what the broker is, in place of finding it out when it is connected. Then `build()` knows
    /// what it cannot do.
    pub const fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = Some(dialect);
        self
    }

    /// The destinations that are the broker's, in place of `/topic` and `/queue`: those that begin with
    /// one of these.
    pub fn prefixes<I: IntoIterator<Item: Into<String>>>(mut self, prefixes: I) -> Self {
        self.prefixes = Prefixes::new(prefixes);
        self
    }

    /// Says which of them are queues, in place of `/queue`; all others are topics.
    pub fn queues<I: IntoIterator<Item: Into<String>>>(mut self, prefixes: I) -> Self {
        self.queues = Prefixes::new(prefixes);
        self
    }

    /// Lets clients subscribe to patterns of topics, as
    /// [`SimpleBroker::wildcard_subscriptions`](crate::broker::SimpleBroker::wildcard_subscriptions) does.
    /// Closed unless opened.
    pub const fn wildcard_subscriptions(mut self) -> Self {
        self.wildcards = true;
        self
    }

    /// Opens wildcards, where the broker may have them; says whether they were closed.
    pub(crate) fn open_wildcards(&mut self) -> bool {
        let has = self.dialect.is_none_or(Dialect::has_wildcards);
        let opens = has && !self.wildcards;
        self.wildcards |= has;
        opens
    }

    /// Lets subscriptions to topics have a header `selector`: a [`Selector`](crate::broker::Selector),
    /// which is applied here, not by the broker.
    pub const fn selectors(mut self) -> Self {
        self.selectors = true;
        self
    }

    /// Gives each session a connection of its own to the broker, as Spring does, for what a shared one
    /// cannot have: permissions of the broker's by user, acknowledgements by clients, durable
    /// subscriptions. It is opened when the session first needs it, and `configure` says how: by which
    /// login, with which headers.
    ///
    /// ```
    /// use stompframe_core::broker::BrokerRelay;
    ///
    /// let relay = BrokerRelay::new("rabbitmq:61613").per_session(|session, client| {
    ///     match session.principal() {
    ///         Some(user) => client.login(user.name(), "what the broker knows the user by"),
    ///         None => client,
    ///     }
    /// });
    /// ```
    ///
    /// What handlers and the application publish goes over the shared connections all the same.
    pub fn per_session<F>(mut self, configure: F) -> Self
    where
        F: Fn(&Session, ClientBuilder) -> ClientBuilder + Send + Sync + 'static,
    {
        self.per_session = Some(Arc::new(configure));
        self
    }

    /// Lets the nodes of this application know of each other's users, under a name that they share and no
    /// other application on the broker has: what is sent to a user reaches all of the user's sessions,
    /// whichever node they are on, and [`Messaging::nodes`](crate::Messaging::nodes) knows who is there
    /// (Spring's `setUserRegistryBroadcast` and `setUserDestinationBroadcast`). Letters, digits and `-`.
    ///
    /// Nodes tell each other within a second or so who has come. Until then, what is sent to a user who is
    /// connected to the sending node as well is not sent to others.
    pub fn share_users(mut self, name: impl Into<String>) -> Self {
        self.nodes = Some(name.into());
        self
    }

    /// The heart-beats that are offered to the broker, as
    /// [`ClientBuilder::heart_beat`](crate::client::ClientBuilder::heart_beat) has them; 10 seconds each
    /// unless told otherwise. Clients have theirs with this server, whatever these are.
    pub fn heart_beat(mut self, send: Duration, receive: Duration) -> Self {
        self.heart_beat = HeartBeat { send, receive }.clamped();
        self
    }

    /// How long it waits until it connects anew; see [`Backoff`] for what holds unless told otherwise.
    pub const fn reconnect(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// Bounds what it holds, and how long it waits; see [`RelayLimits`] for what holds unless told
    /// otherwise.
    pub const fn limits(mut self, limits: RelayLimits) -> Self {
        self.limits = limits;
        self
    }

    /// What is wrong with it, or cannot be done by the broker that was named, each as a sentence that
    /// says the fix.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for prefix in self
            .prefixes
            .iter()
            .filter(|prefix| !prefix.starts_with('/'))
        {
            problems.push(format!(
                "`BrokerRelay::prefixes([\"{prefix}\"])`: it does not start with `/`: write \"/{prefix}\""
            ));
        }
        let uncovered = |queue: &&str| !self.prefixes.cover(queue);
        // `/queue` is there unless told otherwise, and may be nobody's.
        let named = self.queues.iter().filter(|queue| *queue != "/queue");
        problems.extend(named.filter(uncovered).map(|queue| {
            format!("`BrokerRelay::queues([\"{queue}\"])`: no prefix of the relay covers it")
        }));
        if let (true, Some(dialect)) = (self.wildcards, self.dialect)
            && !dialect.has_wildcards()
        {
            problems.push(format!(
                "`BrokerRelay::wildcard_subscriptions()`: {dialect} has none over STOMP: leave it out"
            ));
        }
        let is_name = |name: &String| {
            let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
            !name.is_empty() && name.len() <= 64 && name.chars().all(is_letter)
        };
        if let Some(name) = self.nodes.as_ref().filter(|name| !is_name(name)) {
            problems.push(format!(
                "`BrokerRelay::share_users(\"{name}\")`: a name has 1 to 64 letters, digits and `-`"
            ));
        }
        if self.limits.connections == 0 {
            problems.push("`RelayLimits::connections` is 0: there has to be one".to_owned());
        }
        if tokio::runtime::Handle::try_current().is_err() {
            problems.push(
                "`.broker(..)` connects in the background: call `build()` inside of the tokio runtime"
                    .to_owned(),
            );
        }
        problems
    }

    /// Begins the client of one session.
    pub(super) fn client_of(&self, session: &Session) -> Option<ClientBuilder> {
        let configure = self.per_session.as_ref()?;
        Some(configure(session, self.client()))
    }

    /// Begins a client of the broker.
    pub(super) fn client(&self) -> ClientBuilder {
        let mut limits = ClientLimits::default();
        limits.max_unconfirmed = self.limits.max_in_flight;
        limits.max_unsent_bytes = self.limits.max_unsent_bytes;
        limits.max_subscriptions = self.limits.max_destinations;
        limits.max_waiting_messages = self.limits.max_held;
        limits.receipt_timeout = self.limits.receipt_timeout;
        limits.frame.max_frame = self.limits.max_message;
        let guest = || ByteString::from_static("guest");
        let (login, passcode) = self.login.clone().unwrap_or_else(|| (guest(), guest()));
        let builder = ClientBuilder::new(Arc::clone(&self.connector))
            .login(login, passcode)
            .heart_beat(self.heart_beat.send, self.heart_beat.receive)
            .reconnect(self.backoff)
            .limits(limits);
        match &self.virtual_host {
            Some(name) => builder.virtual_host(name.clone()),
            None => builder,
        }
    }
}

impl fmt::Debug for BrokerRelay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BrokerRelay")
            .field("connector", &self.connector)
            .field("dialect", &self.dialect)
            .field("prefixes", &self.prefixes)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
