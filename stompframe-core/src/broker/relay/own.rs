//! Sessions that have connections of their own, as in Spring: the broker sees each client, gives it what
//! is the client's alone, and takes its acknowledgements.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytestring::ByteString;

use super::acknowledging::{Unacknowledged, Waiting};
use super::config::BrokerRelay;
use super::delivery::Deliveries;
use super::dialect::Dialect;
use super::headers;
use super::translation::{Kind, Translation};
use super::{Relay, RelayLimits};
use crate::channel::{Handling, Recipient};
use crate::client::{Consumer, Incoming, Pace, Received, StompClient, Subscribed};
use crate::destination::Pattern;
use crate::error::{ErrorCode, MessagingError};
use crate::message::{AckMode, Message, SubscriptionId};
use crate::session::{Session, SessionId};
use crate::stomp::Headers;

/// The connections of sessions, of each that needed one.
pub(super) struct OwnConnections {
    all: Mutex<HashMap<SessionId, Arc<OwnConnection>>>,
    /// Of those that have lost theirs.
    pace: Arc<Pace>,
}

/// The connection of one session. It ends with this.
pub(super) struct OwnConnection {
    pub(super) client: StompClient,
    subscriptions: Mutex<HashMap<SubscriptionId, Subscribed>>,
    pub(super) unacknowledged: Arc<Unacknowledged>,
}

impl OwnConnections {
    pub(super) fn new(limits: &RelayLimits) -> Self {
        Self {
            all: Mutex::default(),
            pace: Arc::new(Pace::new(limits.reconnect_spread)),
        }
    }

    /// The connection of this session, where sessions have their own.
    pub(super) fn of(&self, session: &Session, config: &BrokerRelay) -> Option<Arc<OwnConnection>> {
        config.per_session.as_ref()?;
        let mut all = self.all();
        if let Some(own) = all.get(session.id()) {
            return Some(Arc::clone(own));
        }
        let own = Arc::new(OwnConnection {
            client: config
                .client_of(session)?
                .pace(Arc::clone(&self.pace))
                .start(),
            subscriptions: Mutex::default(),
            unacknowledged: Arc::default(),
        });
        all.insert(session.id().clone(), Arc::clone(&own));
        self.pace.set_clients(all.len());
        Some(own)
    }

    pub(super) fn existing(&self, session: &Session) -> Option<Arc<OwnConnection>> {
        self.all().get(session.id()).cloned()
    }

    /// Ends the connection of this session; says whether it had one.
    pub(super) fn end(&self, session: &Session) -> bool {
        let mut all = self.all();
        let ended = all.remove(session.id());
        self.pace.set_clients(all.len());
        drop(all);
        ended.is_some()
    }

    fn all(&self) -> MutexGuard<'_, HashMap<SessionId, Arc<OwnConnection>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
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
        let (dialect, headers) = (translation.dialect, message.headers());
        let subscribing = headers::subscribe(client, theirs, kind, dialect, headers)
            .id(id.to_string())
            .ack(message.ack_mode());
        let subscribed = subscribing.with_consumer(feed).await;
        let subscribed = subscribed.map_err(|error| self.connections.failed(error))?;
        own.subscriptions().insert(id, subscribed);
        Ok(())
    }
}

impl Relay {
    /// UNSUBSCRIBE, with what the client says about it: to a broker that keeps a durable subscription,
    /// that it is not to.
    pub(super) fn unsubscribe_its_own(
        self: &Arc<Self>,
        message: &Message,
        own: Arc<OwnConnection>,
        id: &SubscriptionId,
    ) -> Handling {
        let Some(subscribed) = own.subscriptions().remove(id) else {
            return Handling::DONE;
        };
        let (relay, headers) = (Arc::clone(self), message.headers().clone());
        let id = id.clone();
        Handling::Pending(Box::pin(async move {
            let asks_for_more = !headers.is_empty();
            let dialect = relay.connections.dialect_of(&own.client.state());
            let ended = match dialect.forgets_by_name(&headers) {
                false => subscribed.unsubscribe(headers).await,
                true => match subscribed.unsubscribe(Headers::new()).await {
                    Ok(()) => own.client.forget(&id.to_string(), headers).await,
                    lost => lost,
                },
            };
            own.unacknowledged.forget(&id);
            match ended {
                Err(error) if asks_for_more => Err(relay.connections.failed(error)),
                Err(error) => {
                    tracing::debug!(%error, "a subscription ended with its connection");
                    Ok(())
                }
                Ok(()) => Ok(()),
            }
        }))
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
            self.unacknowledged.insert(delivery.number(), waiting);
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
