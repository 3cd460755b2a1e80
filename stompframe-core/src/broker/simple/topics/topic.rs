use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use crate::broker::simple::queues::Queue;
use crate::broker::simple::subscription::Subscription;
use crate::message::SubscriptionId;
use crate::session::SessionId;

/// The subscribers of one destination, or of one pattern.
#[derive(Debug, Default)]
pub(in crate::broker) struct Topic {
    subscribers: RwLock<Subscribers>,
}

/// One subscription to a topic.
#[derive(Clone, Debug)]
pub(in crate::broker) struct Subscriber {
    pub(in crate::broker) subscription: Subscription,
    /// Where its messages wait, if it acknowledges what it receives.
    pub(in crate::broker::simple) queue: Option<Arc<Queue>>,
}

#[derive(Debug, Default)]
pub(in crate::broker) struct Subscribers {
    all: Vec<Subscriber>,
    /// How many of them acknowledge.
    acknowledging: usize,
    positions: HashMap<(SessionId, SubscriptionId), usize>,
    /// The last subscriber has left, and the topic is being taken out of where it was.
    retired: bool,
}

impl Subscriber {
    /// One that is given everything at once.
    pub(in crate::broker) const fn plain(subscription: Subscription) -> Self {
        Self {
            subscription,
            queue: None,
        }
    }
}

impl Topic {
    /// Adds a subscriber, unless the topic has retired; says whether it did.
    pub(in crate::broker) fn insert(&self, mut subscriber: Subscriber) -> bool {
        let mut subscribers = self.write();
        if subscribers.retired {
            return false;
        }
        let recipient = &mut subscriber.subscription.recipient;
        if let Some(alike) = subscribers.alike(&recipient.subscription) {
            recipient.subscription = alike.clone();
        }
        let key = (
            recipient.session.id().clone(),
            recipient.subscription.clone(),
        );
        let position = subscribers.all.len();
        subscribers.positions.insert(key, position);
        subscribers.acknowledging += usize::from(subscriber.queue.is_some());
        subscribers.all.push(subscriber);
        true
    }

    /// Takes a subscriber out; says whether it was the last, and the topic has retired now.
    pub(in crate::broker) fn remove(
        &self,
        session: &SessionId,
        subscription: &SubscriptionId,
    ) -> bool {
        let mut subscribers = self.write();
        subscribers.remove(session, subscription);
        let retires = subscribers.all.is_empty() && !subscribers.retired;
        subscribers.retired |= retires;
        retires
    }

    /// Calls `then` with the subscribers, none of whom leaves meanwhile.
    pub(in crate::broker) fn with_subscribers<R>(&self, then: impl FnOnce(&Subscribers) -> R) -> R {
        let subscribers = self
            .subscribers
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        then(&subscribers)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Subscribers> {
        self.subscribers
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Among how many of the last subscribers one is looked for whose subscription has the same name.
const LAST: usize = 4;

impl Subscribers {
    /// A subscription of another session that is named alike, as those of clients of one kind are. Where
    /// they share the text, to compare them for each delivery does not fetch it from all over the memory.
    fn alike(&self, subscription: &SubscriptionId) -> Option<&SubscriptionId> {
        let last = self.all.iter().rev().take(LAST);
        let mut named = last.map(|one| &one.subscription.recipient.subscription);
        named.find(|named| *named == subscription)
    }

    pub(in crate::broker) fn all(&self) -> impl Iterator<Item = &Subscriber> {
        self.all.iter()
    }

    /// Those that acknowledge, and where their messages wait. There are rarely any, and then nobody
    /// is looked at.
    pub(in crate::broker::simple) fn acknowledging(
        &self,
    ) -> impl Iterator<Item = (&Subscription, &Arc<Queue>)> {
        let all: &[Subscriber] = if self.acknowledging > 0 {
            &self.all
        } else {
            &[]
        };
        all.iter()
            .filter_map(|one| Some((&one.subscription, one.queue.as_ref()?)))
    }

    fn remove(&mut self, session: &SessionId, subscription: &SubscriptionId) {
        let Some(position) = self
            .positions
            .remove(&(session.clone(), subscription.clone()))
        else {
            return;
        };
        let gone = self.all.swap_remove(position);
        self.acknowledging -= usize::from(gone.queue.is_some());
        if let Some(moved) = self.all.get(position) {
            let moved = &moved.subscription.recipient;
            self.positions.insert(
                (moved.session.id().clone(), moved.subscription.clone()),
                position,
            );
        }
    }
}
