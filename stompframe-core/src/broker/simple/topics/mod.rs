//! Who is subscribed to which topic.

mod topic;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use bytestring::ByteString;
use smallvec::SmallVec;

pub(in crate::broker) use self::topic::{Subscriber, Topic};
use crate::destination::{Pattern, PatternIndex};
use crate::message::SubscriptionId;
use crate::session::SessionId;

/// The subscriptions, by destination and by pattern.
///
/// Each topic has a lock of its own, held while a message is put into its subscribers' queues
/// (which never waits) and never across an await. So subscribing to one destination never stalls
/// another, and once a subscription has been taken out, no delivery that began earlier can still
/// reach it.
#[derive(Debug)]
pub(super) struct Topics {
    exact: papaya::HashMap<ByteString, Arc<Topic>>,
    patterns: RwLock<PatternIndex<Arc<Topic>>>,
    /// So that who publishes need not look for patterns where there are none.
    pattern_count: AtomicUsize,
}

/// The topics that a message goes to: that of its destination, and those whose pattern it matches.
pub(super) type Matching = SmallVec<[Arc<Topic>; 2]>;

impl Topics {
    pub(super) fn new(separator: char) -> Self {
        Self {
            exact: papaya::HashMap::new(),
            patterns: RwLock::new(PatternIndex::new(separator)),
            pattern_count: AtomicUsize::new(0),
        }
    }

    pub(super) fn subscribe(&self, destination: &ByteString, subscriber: &Subscriber) {
        loop {
            let topic = Arc::clone(
                self.exact
                    .pin()
                    .get_or_insert_with(destination.clone(), Arc::default),
            );
            // Else the last subscriber has just left: there will be another topic.
            if topic.insert(subscriber.clone()) {
                return;
            }
        }
    }

    pub(super) fn unsubscribe(
        &self,
        destination: &str,
        session: &SessionId,
        subscription: &SubscriptionId,
    ) {
        let Some(topic) = self.exact.pin().get(destination).cloned() else {
            return;
        };
        if topic.remove(session, subscription) {
            // Nobody else can have replaced it: a topic leaves the map only here, and retires once.
            self.exact.pin().remove(destination);
        }
    }

    pub(super) fn subscribe_to_pattern(&self, pattern: &Pattern, subscriber: Subscriber) {
        let mut patterns = self
            .patterns
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        // Topics of patterns come and go under this lock, so this one has not retired.
        patterns
            .get_or_insert_with(pattern, Arc::default)
            .insert(subscriber);
        self.pattern_count.store(patterns.len(), Ordering::Release);
    }

    pub(super) fn unsubscribe_from_pattern(
        &self,
        pattern: &Pattern,
        session: &SessionId,
        subscription: &SubscriptionId,
    ) {
        let mut patterns = self
            .patterns
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let retired = |topic: &Arc<Topic>| topic.remove(session, subscription);
        if patterns.get(pattern).is_some_and(retired) {
            patterns.remove(pattern);
            self.pattern_count.store(patterns.len(), Ordering::Release);
        }
    }

    /// The topics that have subscribers for this destination.
    pub(super) fn matching(&self, destination: &str) -> Matching {
        let mut matching = Matching::new();
        matching.extend(self.exact.pin().get(destination).cloned());
        if self.pattern_count.load(Ordering::Acquire) > 0 {
            let patterns = self.patterns.read().unwrap_or_else(PoisonError::into_inner);
            patterns.matching(destination, |topic| matching.push(Arc::clone(topic)));
        }
        matching
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.exact.len() + self.pattern_count.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::simple::subscription::Subscription;
    use crate::channel::Recipient;
    use crate::session::{OutboxLimits, Session};

    fn recipient(subscription: &'static str) -> Recipient {
        let session = Arc::new(Session::new(OutboxLimits::default(), None));
        Recipient {
            session,
            subscription: SubscriptionId::Named(subscription.into()),
        }
    }

    fn subscriber(recipient: &Recipient) -> Subscriber {
        Subscriber {
            subscription: Subscription {
                recipient: recipient.clone(),
                selector: None,
            },
            queue: None,
        }
    }

    /// The subscriptions that a message for this destination goes to.
    fn subscriptions(topics: &Topics, destination: &str) -> Vec<String> {
        let mut all = Vec::new();
        for topic in topics.matching(destination) {
            topic.with_subscribers(|subscribers| {
                all.extend(
                    subscribers
                        .all()
                        .map(|one| one.subscription.recipient.subscription.to_string()),
                );
            });
        }
        all.sort_unstable();
        all
    }

    #[test]
    fn a_topic_lives_as_long_as_it_has_subscribers() {
        let topics = Topics::new('/');
        let destination = ByteString::from_static("/topic/a");
        let recipients = [recipient("0"), recipient("1"), recipient("2")];
        for recipient in &recipients {
            topics.subscribe(&destination, &subscriber(recipient));
        }
        assert_eq!(subscriptions(&topics, "/topic/a"), ["0", "1", "2"]);
        for (left, gone) in recipients.iter().enumerate() {
            topics.unsubscribe("/topic/a", gone.session.id(), &gone.subscription);
            topics.unsubscribe("/topic/a", gone.session.id(), &gone.subscription);
            assert_eq!(subscriptions(&topics, "/topic/a").len(), 2 - left);
        }
        assert_eq!(
            topics.len(),
            0,
            "nothing is kept for a destination without subscribers"
        );
    }

    #[test]
    fn a_pattern_hears_what_it_matches_as_long_as_it_has_subscribers() {
        let topics = Topics::new('/');
        let pattern = Pattern::parse_subscription("/topic/*", '/').unwrap();
        let (star, exact) = (recipient("star"), recipient("exact"));
        topics.subscribe_to_pattern(&pattern, subscriber(&star));
        topics.subscribe(&ByteString::from_static("/topic/a"), &subscriber(&exact));
        assert_eq!(subscriptions(&topics, "/topic/a"), ["exact", "star"]);
        assert_eq!(subscriptions(&topics, "/topic/b"), ["star"]);
        assert!(subscriptions(&topics, "/topic/b/c").is_empty());
        topics.unsubscribe_from_pattern(&pattern, star.session.id(), &star.subscription);
        topics.unsubscribe_from_pattern(&pattern, star.session.id(), &star.subscription);
        assert_eq!(subscriptions(&topics, "/topic/a"), ["exact"]);
        assert_eq!(topics.len(), 1);
    }

    #[test]
    fn subscribing_while_the_last_one_leaves_loses_nobody() {
        let topics = Topics::new('/');
        let destination = ByteString::from_static("/topic/a");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..2_000 {
                        let mine = recipient("0");
                        topics.subscribe(&destination, &subscriber(&mine));
                        let found = topics.matching("/topic/a").iter().any(|topic| {
                            topic.with_subscribers(|subscribers| {
                                let id = |one: &Subscriber| {
                                    one.subscription.recipient.session.id().clone()
                                };
                                subscribers.all().any(|one| &id(one) == mine.session.id())
                            })
                        });
                        assert!(found);
                        topics.unsubscribe("/topic/a", mine.session.id(), &mine.subscription);
                    }
                });
            }
        });
        assert_eq!(topics.len(), 0);
    }
}
