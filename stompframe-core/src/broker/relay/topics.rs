//! Topics: one subscription at the broker for each destination, whoever is subscribed here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytestring::ByteString;

use super::connections::Connections;
use super::delivery::Deliveries;
use super::headers;
use super::translation::{Kind, Translation};
use crate::broker::simple::{Subscriber, Topic};
use crate::channel::Recipient;
use crate::client::{Consumer, Incoming, Subscribed};
use crate::destination::Pattern;
use crate::error::{ErrorCode, MessagingError};
use crate::message::SubscriptionId;
use crate::session::SessionId;

/// The topics that somebody is subscribed to here, by the destination of the subscription.
pub(super) struct RelayedTopics {
    connections: Arc<Connections>,
    deliveries: Arc<Deliveries>,
    limit: usize,
    topics: Mutex<HashMap<ByteString, Arc<RelayedTopic>>>,
}

struct RelayedTopic {
    feed: Arc<Feed>,
    /// The subscription at the broker; it ends with this. Locked while it is made, so that whoever else
    /// subscribes meanwhile waits until it is live.
    upstream: tokio::sync::Mutex<Option<Arc<Subscribed>>>,
}

/// What the broker's messages for one subscription go into.
struct Feed {
    destination: ByteString,
    pattern: Option<Pattern>,
    topic: Topic,
    translation: OnceLock<Translation>,
    deliveries: Arc<Deliveries>,
}

impl RelayedTopics {
    pub(super) fn new(
        connections: Arc<Connections>,
        deliveries: Arc<Deliveries>,
        limit: usize,
    ) -> Self {
        Self {
            connections,
            deliveries,
            limit,
            topics: Mutex::default(),
        }
    }

    /// Subscribes; when it returns, nothing that is published later is missed.
    pub(super) async fn subscribe(
        &self,
        destination: ByteString,
        pattern: Option<Pattern>,
        subscriber: Subscriber,
    ) -> Result<(), MessagingError> {
        let recipient = subscriber.subscription.recipient.clone();
        let topic = loop {
            let topic = self.get_or_insert(&destination, pattern.as_ref())?;
            // Else the last subscriber has just left: there will be another one.
            if topic.feed.topic.insert(subscriber.clone()) {
                break topic;
            }
        };
        let live = self.make_live(&topic).await;
        if live.is_err() {
            let Recipient {
                session,
                subscription,
            } = recipient;
            self.unsubscribe(&destination, session.id(), &subscription);
        }
        live
    }

    async fn make_live(&self, topic: &RelayedTopic) -> Result<(), MessagingError> {
        let feed = &topic.feed;
        // Each waits for the connection by itself, and nobody for those before.
        let (client, translation) = self.connections.to_hear(&feed.destination).await?;
        let mut upstream = topic.upstream.lock().await;
        while let Some(made) = upstream.clone() {
            drop(upstream);
            if self.connections.live(&made).await? {
                return Ok(());
            }
            upstream = topic.upstream.lock().await;
            // It has ended: one of those who wait makes another one.
            upstream.take_if(|one| Arc::ptr_eq(one, &made));
        }
        let theirs = match &feed.pattern {
            None => translation.to_broker(&feed.destination, Kind::Topic)?,
            Some(_) => translation.pattern_to_broker(&feed.destination)?,
        };
        let _ = feed.translation.set(translation);
        let consumer = Arc::clone(feed) as Arc<dyn Consumer>;
        let subscribing = headers::subscribe(client, theirs, Kind::Topic, translation.dialect, []);
        let subscribed = subscribing.with_consumer(consumer).await;
        let subscribed = subscribed.map_err(|error| self.connections.failed(error))?;
        *upstream = Some(Arc::new(subscribed));
        Ok(())
    }

    pub(super) fn unsubscribe(
        &self,
        destination: &str,
        session: &SessionId,
        subscription: &SubscriptionId,
    ) {
        let mut topics = self.topics();
        let is_over = topics
            .get(destination)
            .is_some_and(|topic| topic.feed.topic.remove(session, subscription));
        if is_over {
            // The broker hears of it as soon as nobody is about to subscribe to it.
            topics.remove(destination);
        }
    }

    fn get_or_insert(
        &self,
        destination: &ByteString,
        pattern: Option<&Pattern>,
    ) -> Result<Arc<RelayedTopic>, MessagingError> {
        let mut topics = self.topics();
        if let Some(topic) = topics.get(destination) {
            return Ok(Arc::clone(topic));
        }
        if topics.len() >= self.limit {
            return Err(MessagingError::new(ErrorCode::Overloaded)
                .with_detail("there are subscriptions to as many destinations as there may be"));
        }
        let feed = Feed {
            destination: destination.clone(),
            pattern: pattern.cloned(),
            topic: Topic::default(),
            translation: OnceLock::new(),
            deliveries: Arc::clone(&self.deliveries),
        };
        let topic = Arc::new(RelayedTopic {
            feed: Arc::new(feed),
            upstream: tokio::sync::Mutex::default(),
        });
        topics.insert(destination.clone(), Arc::clone(&topic));
        Ok(topic)
    }

    fn topics(&self) -> MutexGuard<'_, HashMap<ByteString, Arc<RelayedTopic>>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Feed {
    /// Where a message was published, if it is for this subscription.
    fn published_to(&self, theirs: &str) -> Option<ByteString> {
        let Some(pattern) = &self.pattern else {
            return Some(self.destination.clone());
        };
        let ours = self.translation.get()?.to_ours(theirs)?;
        // What the broker has for wildcards may match more.
        pattern.matches(&ours)?;
        Some(ours.into())
    }

    fn recipients(&self) -> Vec<Recipient> {
        self.topic.with_subscribers(|subscribers| {
            let recipients = subscribers.all().map(|one| &one.subscription.recipient);
            recipients.cloned().collect()
        })
    }
}

impl Consumer for Feed {
    fn take(&self, incoming: Incoming) {
        match incoming {
            Incoming::Message(received) => {
                let Some(destination) = self.published_to(received.destination()) else {
                    return;
                };
                let message = headers::from_broker(received.frame(), destination);
                if !self.deliveries.to_all(message, &self.topic) {
                    self.take(Incoming::Gap);
                }
            }
            Incoming::Gap => self
                .deliveries
                .tell_gap(&self.destination, self.recipients()),
            Incoming::Ended(because) => {
                tracing::error!(
                    destination = %self.destination, error = %because,
                    "the broker ended a subscription; it is made anew when somebody subscribes again"
                );
                let code = ErrorCode::BrokerUnavailable;
                self.deliveries
                    .tell_each(code, &self.destination, self.recipients());
            }
        }
    }
}
