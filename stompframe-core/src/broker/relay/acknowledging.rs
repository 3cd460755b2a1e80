//! ACK and NACK, where sessions have connections of their own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Relay;
use super::own::OwnConnection;
use crate::channel::Handling;
use crate::client::Received;
use crate::error::{ErrorCode, MessagingError};
use crate::message::{Message, MessageType, SubscriptionId};
use crate::session::Session;
use crate::stomp::Command;

/// What the client has been given and not acknowledged, by the number of the delivery. The broker gives
/// no more than the window of the subscription.
#[derive(Default)]
pub(super) struct Unacknowledged(Mutex<BTreeMap<u64, Waiting>>);

pub(super) struct Waiting {
    pub(super) received: Received,
    pub(super) subscription: SubscriptionId,
    /// Whether an acknowledgement counts for those before it, too.
    pub(super) is_cumulative: bool,
}

impl Unacknowledged {
    pub(super) fn insert(&self, number: u64, waiting: Waiting) {
        self.all().insert(number, waiting);
    }

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

    pub(super) fn forget(&self, subscription: &SubscriptionId) {
        self.all()
            .retain(|_, waiting| waiting.subscription != *subscription);
    }
}

impl OwnConnection {
    /// What the client has been given with this number, unless it has acknowledged it.
    pub(super) fn delivered(&self, number: u64) -> Option<Received> {
        let all = self.unacknowledged.all();
        Some(all.get(&number)?.received.clone())
    }

    /// The broker has taken the acknowledgement of this.
    pub(super) fn acknowledged(&self, number: u64) {
        self.unacknowledged.settle(number);
    }
}

impl Relay {
    pub(super) fn acknowledge(self: &Arc<Self>, message: &Message, session: &Session) -> Handling {
        let Some((number, own)) = self.delivered_to(message, session) else {
            return Handling::Ignored;
        };
        let command = match message.message_type() {
            MessageType::Nack if !self.has_all_acknowledgements(&own) => {
                let detail = "the broker has no NACK: it would take the message for received";
                let error = MessagingError::new(ErrorCode::Unsupported).with_detail(detail);
                return Handling::Done(Err(error));
            }
            MessageType::Nack => Command::Nack,
            _ => Command::Ack,
        };
        let Some(received) = own.unacknowledged.settle(number) else {
            return Handling::Ignored;
        };
        let relay = Arc::clone(self);
        Handling::Pending(Box::pin(async move {
            let confirmed = received.acknowledge(command).await;
            confirmed.map_err(|error| relay.connections.failed(error))
        }))
    }

    /// Whether this acknowledgement, which is in a transaction, is about something that the session was
    /// given and has not acknowledged.
    pub(super) fn awaits_acknowledgement(
        &self,
        message: &Message,
        session: &Session,
    ) -> Result<bool, MessagingError> {
        match self.delivered_to(message, session) {
            Some((_, own)) if !self.has_all_acknowledgements(&own) => {
                Err(MessagingError::new(ErrorCode::Unsupported)
                    .with_detail("the broker takes no acknowledgements into transactions"))
            }
            delivered => Ok(delivered.is_some()),
        }
    }

    /// The number of the delivery that this acknowledges, and the connection over which it came, if it
    /// is still to be acknowledged.
    fn delivered_to(
        &self,
        message: &Message,
        session: &Session,
    ) -> Option<(u64, Arc<OwnConnection>)> {
        let number = self.delivery_of(message)?;
        let own = self.own.existing(session)?;
        own.delivered(number)?;
        Some((number, own))
    }

    fn has_all_acknowledgements(&self, own: &OwnConnection) -> bool {
        let dialect = self.connections.dialect_of(&own.client.state());
        dialect.has_all_acknowledgements()
    }

    pub(super) fn delivery_of(&self, message: &Message) -> Option<u64> {
        let id = message.acknowledged()?;
        self.deliveries.outbound.delivery_number(id)
    }
}
