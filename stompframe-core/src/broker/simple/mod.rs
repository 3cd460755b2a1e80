//! The broker in memory (Spring's `SimpleBrokerMessageHandler`).

mod config;
mod queues;
mod subscribing;
mod subscription;
mod temporary;
mod topics;

use std::sync::Arc;

pub use self::config::SimpleBroker;
use self::queues::Queues;
pub(super) use self::subscription::Subscription;
pub(crate) use self::temporary::PREFIX as TEMPORARY_QUEUES;
use self::temporary::TemporaryQueues;
use self::topics::{Matching, Topics};
pub(super) use self::topics::{Subscriber, Topic};
use super::BrokerLimits;
use crate::channel::{ClientOutboundChannel, Handling, MessageHandler};
use crate::error::MessagingError;
use crate::message::{Audience, Message, MessageType, SubscriptionId};
use crate::session::{OutboxLimits, Session};

/// Delivers what is published to a topic to every subscription of it, and what is sent to a queue to
/// one of them.
///
/// When [`BrokerChannel::send`](crate::channel::BrokerChannel::send) returns, a message for a topic
/// is in the outbound queue of every session that was subscribed, and one for a queue is kept until
/// somebody receives it; when a SUBSCRIBE is done, nothing published later is missed; when an
/// UNSUBSCRIBE is done, nothing more comes. What one publisher publishes to one destination arrives
/// everywhere in that order.
#[derive(Debug)]
pub(crate) struct SimpleBrokerHandler {
    config: SimpleBroker,
    separator: char,
    limits: BrokerLimits,
    max_subscriptions: usize,
    topics: Topics,
    queues: Arc<Queues>,
    temporary: TemporaryQueues,
    outbound: Arc<ClientOutboundChannel>,
}

impl SimpleBrokerHandler {
    pub(crate) fn new(
        mut config: SimpleBroker,
        separator: char,
        limits: BrokerLimits,
        outbox: OutboxLimits,
        max_subscriptions: usize,
        outbound: Arc<ClientOutboundChannel>,
    ) -> Self {
        let dead_letters = config.dead_letters.clone();
        if config.temporary_queues {
            config.queues.add(TEMPORARY_QUEUES);
        }
        Self {
            config,
            separator,
            limits,
            max_subscriptions,
            topics: Topics::new(separator),
            queues: Queues::new(limits, outbox, dead_letters, Arc::clone(&outbound)),
            temporary: TemporaryQueues::default(),
            outbound,
        }
    }

    fn publish(&self, message: &Arc<Message>) -> Handling {
        if self.config.queues.cover(message.destination()) {
            return self.queues.send(message);
        }
        let topics = self.topics.matching(message.destination());
        if topics.is_empty() {
            return Handling::DONE;
        }
        if self.outbound.is_plain() {
            self.fan_out(message, &topics);
            return Handling::DONE;
        }
        // Interceptors may wait, and no lock is held meanwhile.
        let (mut recipients, mut queues) = (Vec::new(), Vec::new());
        for topic in topics {
            topic.with_subscribers(|subscribers| {
                for Subscriber {
                    subscription,
                    queue,
                } in subscribers
                    .all()
                    .filter(|one| one.subscription.takes(message))
                {
                    match queue {
                        None => recipients.push(subscription.recipient.clone()),
                        Some(queue) => queues.push((subscription.clone(), Arc::clone(queue))),
                    }
                }
            });
        }
        let (message, outbound) = (Arc::clone(message), Arc::clone(&self.outbound));
        Handling::Pending(Box::pin(async move {
            outbound.deliver_each(&message, &recipients).await;
            for (subscription, queue) in queues {
                if queue.send_slowly(&message).await.is_err() {
                    subscription.overflow();
                }
            }
            Ok(())
        }))
    }

    fn fan_out(&self, message: &Arc<Message>, topics: &Matching) {
        let mut fan_out = self.outbound.fan_out(message);
        for topic in topics {
            topic.with_subscribers(|subscribers| {
                let at_once = subscribers
                    .all()
                    .filter(|one| one.queue.is_none() && one.subscription.takes(message))
                    .map(|one| &one.subscription.recipient);
                fan_out.deliver(at_once);
                for (subscription, queue) in subscribers.acknowledging() {
                    if subscription.takes(message) && queue.send(message).is_err() {
                        subscription.overflow();
                    }
                }
            });
        }
    }
}

impl MessageHandler for SimpleBrokerHandler {
    fn handle(&self, message: &Arc<Message>, session: Option<&Arc<Session>>) -> Handling {
        match (message.message_type(), session) {
            (MessageType::Disconnect, Some(session)) => return self.end_session(session),
            (MessageType::Ack | MessageType::Nack, Some(session)) => {
                return self.queues.acknowledge(message, session);
            }
            _ => {}
        }
        let for_somebody = matches!(message.audience(), Audience::Session(_) | Audience::User(_));
        if for_somebody || !self.config.prefixes.cover(message.destination()) {
            return Handling::Ignored;
        }
        let named = message.destination();
        let message = match self.with_temporary_queues(message, session) {
            Ok(message) => message,
            Err(error) => return Handling::Done(Err(error)),
        };
        match (message.message_type(), session, message.subscription()) {
            (MessageType::Message, ..) => self.publish(&message),
            (MessageType::Subscribe, Some(session), Some(id)) => {
                let subscribed = self.subscribe(&message, session, id);
                if let Handling::Done(Err(_)) = subscribed {
                    self.end_unless_others(named, session);
                }
                subscribed
            }
            (MessageType::Unsubscribe, Some(session), Some(id)) => {
                self.unsubscribe(message.destination(), session, id)
            }
            _ => Handling::Ignored,
        }
    }

    fn subscribed(&self, session: &Arc<Session>, subscription: &SubscriptionId) -> Handling {
        self.queues.feed(session.id(), subscription)
    }

    fn check(&self, message: &Message, session: &Session) -> Result<bool, MessagingError> {
        let destination = message.destination();
        match message.message_type() {
            MessageType::Ack | MessageType::Nack => {
                return Ok(self.queues.awaits_acknowledgement(message, session));
            }
            _ if !self.config.prefixes.cover(destination) => return Ok(false),
            _ if self.config.queues.cover(destination) => self.queues.check(message)?,
            _ => {}
        }
        Ok(true)
    }
}
