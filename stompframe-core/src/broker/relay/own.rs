//! Sessions that have connections of their own, as in Spring: the broker sees each client, gives it what
//! is the client's alone, and takes its acknowledgements.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytestring::ByteString;

use super::Relay;
use super::config::BrokerRelay;
use super::delivery::Deliveries;
use super::dialect::Dialect;
use super::headers;
use super::translation::{Kind, Translation};
use crate::channel::{Handling, Recipient};
use crate::client::{Consumer, Incoming, Received, StompClient, Subscribed};
use crate::destination::Pattern;
use crate::error::{ErrorCode, MessagingError};
use crate::message::{AckMode, Message, MessageType, SubscriptionId};
use crate::session::{Session, SessionId};
use crate::stomp::Command;

/// The connections of sessions, of each that needed one.
#[derive(Default)]
pub(super) struct OwnConnections(Mutex<HashMap<SessionId, Arc<OwnConnection>>>);

/// The connection of one session. It ends with this.
pub(super) struct OwnConnection {
    client: StompClient,
    subscriptions: Mutex<HashMap<SubscriptionId, Subscribed>>,
    unacknowledged: Arc<Unacknowledged>,
}

/// What the client has been given and not acknowledged, by the number of the delivery. The broker gives
/// no more than the window of the subscription.
#[derive(Default)]
struct Unacknowledged(Mutex<BTreeMap<u64, Waiting>>);

struct Waiting {
    received: Received,
    subscription: SubscriptionId,
    /// Whether an acknowledgement counts for those before it, too.
    is_cumulative: bool,
}

impl OwnConnections {
    /// The connection of this session, where sessions have their own.
    pub(super) fn of(&self, session: &Session, config: &BrokerRelay) -> Option<Arc<OwnConnection>> {
        config.per_session.as_ref()?;
        let mut all = self.all();
        if let Some(own) = all.get(session.id()) {
            return Some(Arc::clone(own));
        }
        let own = Arc::new(OwnConnection {
            client: config.client_of(session)?.start(),
            subscriptions: Mutex::default(),
            unacknowledged: Arc::default(),
        });
        all.insert(session.id().clone(), Arc::clone(&own));
        Some(own)
    }

    fn existing(&self, session: &Session) -> Option<Arc<OwnConnection>> {
        self.all().get(session.id()).cloned()
    }

    pub(super) fn unsubscribe(&self, session: &Session, id: &SubscriptionId) {
        if let Some(own) = self.existing(session) {
            own.subscriptions().remove(id);
            own.unacknowledged.forget(id);
        }
    }

    pub(super) fn end(&self, session: &Session) {
        self.all().remove(session.id());
    }

    fn all(&self) -> MutexGuard<'_, HashMap<SessionId, Arc<OwnConnection>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OwnConnection {
    pub(super) const fn client(&self) -> &StompClient {
        &self.client
    }

    fn subscriptions(&self) -> MutexGuard<'_, HashMap<SubscriptionId, Subscribed>> {
        self.subscriptions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Unacknowledged {
    fn all(&self) -> MutexGuard<'_, BTreeMap<u64, Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes out what this acknowledgement is about.
    fn settle(&self, number: u64) -> Option<Received> {
        let mut all = self.all();
        let settled = all.remove(&number)?;
        if settled.is_cumulative {
            all.retain(|other, waiting| {
                *other > number || waiting.subscription != settled.subscription
            });
        }
        Some(settled.received)
    }

    fn forget(&self, subscription: &SubscriptionId) {
        self.all()
            .retain(|_, waiting| waiting.subscription != *subscription);
    }
}

impl Relay {
    pub(super) fn subscribe_its_own(
        self: &Arc<Self>,
        message: &Message,
        kind: Kind,
        recipient: Recipient,
        own: Arc<OwnConnection>,
    ) -> Handling {
        let pattern = match self.pattern(message, kind, &recipient.session) {
            Ok(pattern) => pattern,
            Err(error) => return Handling::Done(Err(error)),
        };
        let (relay, message) = (Arc::clone(self), message.clone());
        Handling::Pending(Box::pin(async move {
            relay
                .make_its_own(&message, kind, pattern, recipient, &own)
                .await
        }))
    }

    async fn make_its_own(
        &self,
        message: &Message,
        kind: Kind,
        pattern: Option<Pattern>,
        recipient: Recipient,
        own: &OwnConnection,
    ) -> Result<(), MessagingError> {
        let (client, translation) = self.connections.ready(&own.client).await?;
        if translation.dialect == Dialect::RabbitMq && message.headers().contains("selector") {
            // It takes the header, and delivers everything.
            return Err(MessagingError::new(ErrorCode::Unsupported)
                .with_detail("the broker has no selectors"));
        }
        let destination = message.shared_destination().clone();
        let theirs = match &pattern {
            None => translation.to_broker(&destination, kind)?,
            Some(_) => translation.pattern_to_broker(&destination)?,
        };
        let id = recipient.subscription.clone();
        let feed = Arc::new(Feed {
            destination,
            pattern,
            translation,
            mode: message.ack_mode(),
            recipient,
            unacknowledged: Arc::clone(&own.unacknowledged),
            deliveries: Arc::clone(&self.deliveries),
        });
        // What the broker keeps for a durable subscription, it keeps under the client's own id.
        let mut subscribing = client
            .subscribe(theirs)
            .id(id.to_string())
            .ack(message.ack_mode());
        for (name, value) in message.headers() {
            subscribing = subscribing.header(name.to_owned(), value.to_owned());
        }
        let subscribed = subscribing.with_consumer(feed).await;
        let subscribed = subscribed.map_err(|error| self.connections.failed(error))?;
        own.subscriptions().insert(id, subscribed);
        Ok(())
    }

    pub(super) fn acknowledge(self: &Arc<Self>, message: &Message, session: &Session) -> Handling {
        let own = self.own.existing(session);
        let settled = self
            .delivery_of(message)
            .and_then(|number| own?.unacknowledged.settle(number));
        let Some(received) = settled else {
            return Handling::Ignored;
        };
        let command = match message.message_type() {
            MessageType::Nack => Command::Nack,
            _ => Command::Ack,
        };
        let relay = Arc::clone(self);
        Handling::Pending(Box::pin(async move {
            let confirmed = received.acknowledge(command).await;
            confirmed.map_err(|error| relay.connections.failed(error))
        }))
    }

    pub(super) fn awaits_acknowledgement(&self, message: &Message, session: &Session) -> bool {
        let own = self.own.existing(session);
        let (Some(number), Some(own)) = (self.delivery_of(message), own) else {
            return false;
        };
        own.unacknowledged.all().contains_key(&number)
    }

    fn delivery_of(&self, message: &Message) -> Option<u64> {
        let id = message.acknowledged()?;
        self.deliveries.outbound.delivery_number(id)
    }
}

/// What comes for one subscription of one session.
struct Feed {
    destination: ByteString,
    pattern: Option<Pattern>,
    translation: Translation,
    mode: AckMode,
    recipient: Recipient,
    unacknowledged: Arc<Unacknowledged>,
    deliveries: Arc<Deliveries>,
}

impl Feed {
    fn deliver(&self, received: Received) {
        let destination = match &self.pattern {
            None => Some(self.destination.clone()),
            Some(pattern) => self
                .translation
                .to_ours(received.destination())
                .filter(|ours| pattern.matches(ours).is_some())
                .map(ByteString::from),
        };
        let Some(destination) = destination else {
            if self.mode != AckMode::Auto {
                received.ack_now();
            }
            return;
        };
        let message = headers::from_broker(received.frame(), destination);
        let mut delivery = self.deliveries.outbound.next_delivery();
        delivery.redelivered = u32::from(received.header("redelivered") == Some("true"));
        delivery.acknowledge = self.mode != AckMode::Auto;
        if delivery.acknowledge {
            let waiting = Waiting {
                received,
                subscription: self.recipient.subscription.clone(),
                is_cumulative: self.mode == AckMode::Client,
            };
            self.unacknowledged.all().insert(delivery.number(), waiting);
        }
        self.deliveries
            .to_its_own(message, &self.recipient, delivery);
    }
}

impl Consumer for Feed {
    fn take(&self, incoming: Incoming) {
        let recipients = || vec![self.recipient.clone()];
        match incoming {
            Incoming::Message(received) => self.deliver(received),
            Incoming::Gap => {
                // The broker gives it again.
                self.unacknowledged.forget(&self.recipient.subscription);
                self.deliveries.tell_gap(&self.destination, recipients());
            }
            Incoming::Ended(because) => {
                tracing::warn!(
                    session = %self.recipient.session.id(), error = %because,
                    "the broker ended a subscription"
                );
                let code = ErrorCode::BrokerUnavailable;
                self.deliveries
                    .tell_each(code, &self.destination, recipients());
            }
        }
    }
}
