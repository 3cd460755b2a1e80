//! A broker of its own behind this server (Spring's `StompBrokerRelayMessageHandler`): `RabbitMQ`,
//! `ActiveMQ`, or another that speaks STOMP.

mod acknowledging;
mod config;
mod connections;
mod delivery;
mod dialect;
mod headers;
mod limits;
mod own;
mod queues;
mod status;
mod subscribing;
mod system;
mod topics;
mod transaction;
mod translation;

use std::sync::Arc;

use bytestring::ByteString;
use tokio::runtime::Handle;

pub use self::config::BrokerRelay;
use self::connections::Connections;
use self::delivery::Deliveries;
pub(crate) use self::delivery::Tell;
pub use self::dialect::Dialect;
pub use self::limits::RelayLimits;
use self::own::OwnConnections;
use self::queues::RelayedQueues;
pub use self::status::{BrokerStatistics, BrokerStatus};
use self::status::{Counters, count};
pub(crate) use self::system::SystemTopic;
use self::topics::RelayedTopics;
use self::translation::Kind;
use crate::channel::{ClientOutboundChannel, Handling, MessageHandler, Preparing};
use crate::client::ClientError;
use crate::error::{Chain, ErrorCode, MessagingError, Untrusted};
use crate::message::{Audience, Message, MessageType};
use crate::session::Session;

/// Hands what is published to the broker, and what comes from there to who is subscribed here.
pub(crate) struct RelayHandler(Arc<Relay>);

/// The same for what comes straight from clients: of their headers, orders to the broker are left out.
pub(crate) struct RelayForClients(Arc<Relay>);

struct Relay {
    config: BrokerRelay,
    separator: char,
    max_wildcards: usize,
    connections: Arc<Connections>,
    counters: Arc<Counters>,
    deliveries: Arc<Deliveries>,
    topics: RelayedTopics,
    queues: RelayedQueues,
    /// Where each session has a connection of its own.
    own: OwnConnections,
}

impl RelayHandler {
    /// Starts to connect. Has to be called inside of a tokio runtime.
    pub(crate) fn start(
        config: BrokerRelay,
        separator: char,
        max_wildcards: usize,
        outbound: Arc<ClientOutboundChannel>,
        tell: Tell,
    ) -> (Self, BrokerStatus) {
        let connections = Arc::new(Connections::start(&config, separator));
        let counters = Arc::new(Counters::default());
        let status = BrokerStatus::watch(&connections.all(), Arc::clone(&counters));
        let max_intercepted = config.limits.max_intercepted;
        let deliveries = Deliveries::new(outbound, Arc::clone(&counters), tell, max_intercepted);
        let deliveries = Arc::new(deliveries);
        let limit = config.limits.max_destinations;
        let own = OwnConnections::new(&config.limits);
        let shared = || (Arc::clone(&connections), Arc::clone(&deliveries));
        let ((c1, d1), (c2, d2)) = (shared(), shared());
        let relay = Relay {
            config,
            separator,
            max_wildcards,
            topics: RelayedTopics::new(c1, d1, limit),
            queues: RelayedQueues::new(c2, d2, limit),
            own,
            connections,
            counters,
            deliveries,
        };
        (Self(Arc::new(relay)), status)
    }

    /// The topic over which the nodes of this name talk.
    pub(crate) fn system_topic(&self, name: &str) -> SystemTopic {
        SystemTopic::new(Arc::clone(&self.0), name)
    }

    /// The relay as clients reach it.
    pub(crate) fn for_clients(&self) -> RelayForClients {
        RelayForClients(Arc::clone(&self.0))
    }
}

impl Relay {
    /// Hands a message to the broker, and returns when that has confirmed it. Where nobody waits for that,
    /// it returns when the message is on its way, and the session is told if it fails.
    async fn publish(
        self: &Arc<Self>,
        message: &Message,
        session: Option<Arc<Session>>,
        is_from_client: bool,
    ) -> Result<(), MessagingError> {
        let destination = message.destination();
        let kind = self.kind(destination);
        let own = session.as_ref().filter(|_| is_from_client);
        let own = own.and_then(|session| self.own.of(session, &self.config));
        let (client, translation) = match &own {
            Some(own) => self.connections.ready(own.client()).await?,
            None => self.connections.to_publish(destination).await?,
        };
        let frame = headers::to_broker(message, kind, translation, is_from_client)?;
        let Some(session) = session.filter(|_| is_from_client && message.nobody_waits()) else {
            return self.counted(match client.send_frame(frame).await {
                Ok(confirmation) => confirmation.await,
                Err(error) => Err(error),
            });
        };
        let (relay, destination) = (Arc::clone(self), message.shared_destination().clone());
        let tell = move |confirmed| relay.tell_if_lost(confirmed, session, destination);
        match client.send_and_tell(frame, tell).await {
            Ok(()) => Ok(()),
            Err(error) => self.counted(Err(error)),
        }
    }

    fn tell_if_lost(
        self: Arc<Self>,
        confirmed: Result<(), ClientError>,
        session: Arc<Session>,
        destination: ByteString,
    ) {
        let Err(error) = self.counted(confirmed) else {
            return;
        };
        tracing::warn!(
            session = %session.id(), destination = %Untrusted(&destination), error = %Chain(&error),
            "a message was not published"
        );
        // The runtime may be going down with all of it.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move { self.deliveries.tell(session, &error, &destination).await });
        }
    }

    fn counted(&self, confirmed: Result<(), ClientError>) -> Result<(), MessagingError> {
        match confirmed {
            Ok(()) => {
                count(&self.counters.confirmed);
                Ok(())
            }
            Err(error) => {
                count(&self.counters.unconfirmed);
                Err(self.connections.failed(error))
            }
        }
    }

    fn kind(&self, destination: &str) -> Kind {
        match self.config.queues.cover(destination) {
            true => Kind::Queue,
            false => Kind::Topic,
        }
    }

    fn handle(
        self: &Arc<Self>,
        message: &Arc<Message>,
        session: Option<&Arc<Session>>,
        is_from_client: bool,
    ) -> Handling {
        if let (MessageType::Disconnect, Some(session)) = (message.message_type(), session) {
            self.end_session(session);
            return Handling::DONE;
        }
        if let (MessageType::Ack | MessageType::Nack, Some(session)) =
            (message.message_type(), session)
        {
            return self.acknowledge(message, session);
        }
        let for_somebody = matches!(message.audience(), Audience::Session(_) | Audience::User(_));
        if for_somebody || !self.config.prefixes.cover(message.destination()) {
            return Handling::Ignored;
        }
        if system::is_system(message) {
            return Handling::Done(Err(MessagingError::new(ErrorCode::Denied)));
        }
        match (message.message_type(), session, message.subscription()) {
            (MessageType::Message, ..) => {
                let (relay, message) = (Arc::clone(self), Arc::clone(message));
                let session = session.cloned();
                Handling::Pending(Box::pin(async move {
                    relay.publish(&message, session, is_from_client).await
                }))
            }
            (MessageType::Subscribe, Some(session), Some(id)) => {
                self.subscribe(message, session, id)
            }
            (MessageType::Unsubscribe, Some(session), Some(id)) => {
                self.unsubscribe(message, session, id)
            }
            _ => Handling::Ignored,
        }
    }
}

impl MessageHandler for RelayHandler {
    fn handle(&self, message: &Arc<Message>, session: Option<&Arc<Session>>) -> Handling {
        self.0.handle(message, session, false)
    }
}

impl MessageHandler for RelayForClients {
    fn handle(&self, message: &Arc<Message>, session: Option<&Arc<Session>>) -> Handling {
        self.0.handle(message, session, true)
    }

    fn check(&self, message: &Message, session: &Session) -> Result<bool, MessagingError> {
        self.0.takes(message, session)
    }

    fn prepare(&self, transaction: &[Arc<Message>], session: &Arc<Session>) -> Option<Preparing> {
        self.0.prepare(transaction, session)
    }
}
