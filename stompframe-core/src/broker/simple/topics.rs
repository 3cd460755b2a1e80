use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use bytestring::ByteString;

use crate::channel::Recipient;
use crate::message::SubscriptionId;
use crate::session::SessionId;

/// Who is subscribed to which destination.
///
/// Each topic has a lock of its own, held while a message is put into its subscribers' queues
/// (which never waits) and never across an await. So subscribing to one destination never stalls
/// another, and once a subscription has been taken out, no delivery that began earlier can still
/// reach it.
#[derive(Debug, Default)]
pub(super) struct Topics {
    topics: papaya::HashMap<ByteString, Arc<Topic>>,
}

#[derive(Debug, Default)]
struct Topic {
    subscribers: RwLock<Subscribers>,
}

#[derive(Debug, Default)]
struct Subscribers {
    recipients: Vec<Recipient>,
    positions: HashMap<(SessionId, SubscriptionId), usize>,
    /// The last subscriber has left and the topic is being taken out of the map: subscribe to its
    /// successor.
    retired: bool,
}

impl Topics {
    pub(super) fn subscribe(&self, destination: &ByteString, recipient: Recipient) {
        loop {
            let topic = Arc::clone(
                self.topics
                    .pin()
                    .get_or_insert_with(destination.clone(), Arc::default),
            );
            let mut subscribers = topic.write();
            if subscribers.retired {
                continue;
            }
            subscribers.insert(recipient);
            return;
        }
    }

    pub(super) fn unsubscribe(
        &self,
        destination: &str,
        session: &SessionId,
        subscription: &SubscriptionId,
    ) {
        let Some(topic) = self.topic(destination) else {
            return;
        };
        let mut subscribers = topic.write();
        subscribers.remove(session, subscription);
        if subscribers.recipients.is_empty() && !subscribers.retired {
            subscribers.retired = true;
            drop(subscribers);
            // Nobody else can have replaced it: a topic leaves the map only here, and retires once.
            self.topics.pin().remove(destination);
        }
    }

    /// Calls `then` with the subscribers of a destination, unless there are none.
    pub(super) fn with_recipients<R>(
        &self,
        destination: &str,
        then: impl FnOnce(&[Recipient]) -> R,
    ) -> Option<R> {
        let topic = self.topic(destination)?;
        let subscribers = topic.read();
        Some(then(&subscribers.recipients))
    }

    fn topic(&self, destination: &str) -> Option<Arc<Topic>> {
        self.topics.pin().get(destination).cloned()
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.topics.len()
    }
}

impl Topic {
    fn read(&self) -> RwLockReadGuard<'_, Subscribers> {
        self.subscribers
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Subscribers> {
        self.subscribers
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscribers {
    fn insert(&mut self, recipient: Recipient) {
        let key = (
            recipient.session.id().clone(),
            recipient.subscription.clone(),
        );
        self.positions.insert(key, self.recipients.len());
        self.recipients.push(recipient);
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{OutboxLimits, Session};

    fn recipient(subscription: &'static str) -> Recipient {
        let session = Arc::new(Session::new(OutboxLimits::default(), None));
        Recipient {
            session,
            subscription: SubscriptionId::Named(subscription.into()),
        }
    }

    #[test]
    fn a_topic_lives_as_long_as_it_has_subscribers() {
        let topics = Topics::default();
        let destination = ByteString::from_static("/topic/a");
        let recipients = [recipient("0"), recipient("1"), recipient("2")];
        for recipient in &recipients {
            topics.subscribe(&destination, recipient.clone());
        }
        assert_eq!(topics.with_recipients("/topic/a", <[_]>::len), Some(3));
        for (left, gone) in recipients.iter().enumerate() {
            topics.unsubscribe("/topic/a", gone.session.id(), &gone.subscription);
            topics.unsubscribe("/topic/a", gone.session.id(), &gone.subscription);
            let rest = topics.with_recipients("/topic/a", |all| {
                all.iter()
                    .map(|r| r.subscription.to_string())
                    .collect::<Vec<_>>()
            });
            assert_eq!(rest.unwrap_or_default().len(), 2 - left);
        }
        assert_eq!(
            topics.len(),
            0,
            "nothing is kept for a destination without subscribers"
        );
    }

    #[test]
    fn subscribing_while_the_last_one_leaves_loses_nobody() {
        let topics = Topics::default();
        let destination = ByteString::from_static("/topic/a");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..2_000 {
                        let mine = recipient("0");
                        topics.subscribe(&destination, mine.clone());
                        let found = topics.with_recipients("/topic/a", |all| {
                            all.iter().any(|r| r.session.id() == mine.session.id())
                        });
                        assert_eq!(found, Some(true));
                        topics.unsubscribe("/topic/a", mine.session.id(), &mine.subscription);
                    }
                });
            }
        });
        assert_eq!(topics.len(), 0);
    }
}
