use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockWriteGuard};

use crate::channel::Recipient;
use crate::message::SubscriptionId;
use crate::session::SessionId;

/// The subscribers of one destination, or of one pattern.
#[derive(Debug, Default)]
pub(in crate::broker::simple) struct Topic {
    subscribers: RwLock<Subscribers>,
}

#[derive(Debug, Default)]
struct Subscribers {
    recipients: Vec<Recipient>,
    positions: HashMap<(SessionId, SubscriptionId), usize>,
    /// The last subscriber has left, and the topic is being taken out of where it was.
    retired: bool,
}

impl Topic {
    /// Adds a subscriber, unless the topic has retired; says whether it did.
    pub(super) fn insert(&self, recipient: Recipient) -> bool {
        let mut subscribers = self.write();
        if subscribers.retired {
            return false;
        }
        let key = (
            recipient.session.id().clone(),
            recipient.subscription.clone(),
        );
        let position = subscribers.recipients.len();
        subscribers.positions.insert(key, position);
        subscribers.recipients.push(recipient);
        true
    }

    /// Takes a subscriber out; says whether it was the last, and the topic has retired now.
    pub(super) fn remove(&self, session: &SessionId, subscription: &SubscriptionId) -> bool {
        let mut subscribers = self.write();
        subscribers.remove(session, subscription);
        let retires = subscribers.recipients.is_empty() && !subscribers.retired;
        subscribers.retired |= retires;
        retires
    }

    /// Calls `then` with the subscribers, none of whom leaves meanwhile.
    pub(in crate::broker::simple) fn with_recipients<R>(
        &self,
        then: impl FnOnce(&[Recipient]) -> R,
    ) -> R {
        let subscribers = self
            .subscribers
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        then(&subscribers.recipients)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Subscribers> {
        self.subscribers
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscribers {
    fn remove(&mut self, session: &SessionId, subscription: &SubscriptionId) {
        let Some(position) = self
            .positions
            .remove(&(session.clone(), subscription.clone()))
        else {
            return;
        };
        self.recipients.swap_remove(position);
        if let Some(moved) = self.recipients.get(position) {
            self.positions.insert(
                (moved.session.id().clone(), moved.subscription.clone()),
                position,
            );
        }
    }
}
