//! The broker in memory (Spring's `SimpleBrokerMessageHandler`).

mod config;
mod queues;
mod subscription;
mod topics;

use std::sync::Arc;

pub use self::config::SimpleBroker;
use self::queues::Queues;
use self::subscription::Subscription;
use self::topics::{Matching, Subscriber, Topics};
use super::{BrokerLimits, Selector};
use crate::channel::{ClientOutboundChannel, Handling, MessageHandler, Recipient};
use crate::destination::{Pattern, is_wildcard};
use crate::error::{ErrorCode, MessagingError};
use crate::message::{AckMode, Audience, Message, MessageType, SubscriptionId};
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
    topics: Topics,
    queues: Arc<Queues>,
    outbound: Arc<ClientOutboundChannel>,
}

/// What a subscription is to.
enum Kind {
    Topic,
    Pattern(Pattern),
    Queue,
}

impl SimpleBrokerHandler {
    pub(crate) fn new(
        config: SimpleBroker,
        separator: char,
        limits: BrokerLimits,
        outbox: OutboxLimits,
        outbound: Arc<ClientOutboundChannel>,
    ) -> Self {
        let dead_letters = config.dead_letters.clone();
        Self {
            config,
            separator,
            limits,
            topics: Topics::new(separator),
            queues: Queues::new(limits, outbox, dead_letters, Arc::clone(&outbound)),
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

    fn subscribe(
        &self,
        message: &Message,
        session: &Arc<Session>,
        id: &SubscriptionId,
    ) -> Handling {
        let destination = message.shared_destination();
        let recipient = Recipient {
            session: Arc::clone(session),
            subscription: id.clone(),
        };
        let (kind, selector) = match (self.kind(destination), self.selector(message)) {
            (Ok(kind), Ok(selector)) => (kind, selector),
            (Err(error), _) | (_, Err(error)) => return Handling::Done(Err(error)),
        };
        let subscription = Subscription {
            recipient,
            selector,
        };
        let mode = message.ack_mode();
        let window = prefetch(message);
        if let Kind::Queue = kind {
            return self
                .queues
                .subscribe(destination, &subscription, mode, window);
        }
        if let Kind::Pattern(_) = kind
            && let Err(error) = self.check_wildcards(session)
        {
            return Handling::Done(Err(error));
        }
        let acknowledges = mode != AckMode::Auto;
        let alone = || {
            self.queues
                .subscribe_alone(subscription.clone(), mode, window)
        };
        let subscriber = Subscriber {
            queue: acknowledges.then(alone),
            subscription,
        };
        match kind {
            Kind::Pattern(pattern) => self.topics.subscribe_to_pattern(&pattern, subscriber),
            Kind::Topic | Kind::Queue => self.topics.subscribe(destination, &subscriber),
        }
        Handling::DONE
    }

    fn unsubscribe(&self, destination: &str, session: &Session, id: &SubscriptionId) -> Handling {
        match self.kind(destination) {
            Ok(Kind::Queue) => return self.queues.unsubscribe(destination, session.id(), id),
            Ok(Kind::Topic) => self.topics.unsubscribe(destination, session.id(), id),
            Ok(Kind::Pattern(pattern)) => {
                self.topics
                    .unsubscribe_from_pattern(&pattern, session.id(), id);
            }
            // Then there never was a subscription.
            Err(_) => {}
        }
        self.queues.unsubscribe_alone(session.id(), id);
        Handling::DONE
    }

    fn end_session(&self, session: &Session) -> Handling {
        let mut pending = Vec::new();
        for (id, destination) in session.all_subscriptions() {
            if let Handling::Pending(leaving) = self.unsubscribe(&destination, session, &id) {
                pending.push(leaving);
            }
        }
        if pending.is_empty() {
            return Handling::DONE;
        }
        Handling::Pending(Box::pin(async move {
            for leaving in pending {
                leaving.await?;
            }
            Ok(())
        }))
    }

    /// What a subscription to this destination would be to.
    fn kind(&self, destination: &str) -> Result<Kind, MessagingError> {
        let is_queue = self.config.queues.cover(destination);
        if !is_wildcard(destination) {
            return Ok(if is_queue { Kind::Queue } else { Kind::Topic });
        }
        let refused = |code, detail: String| Err(MessagingError::new(code).with_detail(detail));
        if is_queue {
            let detail = "a queue is subscribed to by its name; only topics have wildcards";
            return refused(ErrorCode::Unsupported, detail.to_owned());
        }
        if !self.config.wildcards {
            let detail = "wildcard subscriptions are closed; subscribe to one destination";
            return refused(ErrorCode::Denied, detail.to_owned());
        }
        match Pattern::parse_subscription(destination, self.separator) {
            Ok(pattern) => Ok(Kind::Pattern(pattern)),
            Err(error) => refused(ErrorCode::BadDestination, error.to_string()),
        }
    }

    /// The selector that a subscription has, if it has one.
    fn selector(&self, message: &Message) -> Result<Option<Arc<Selector>>, MessagingError> {
        let Some(text) = message.headers().get("selector") else {
            return Ok(None);
        };
        if !self.config.selectors {
            // To ignore it would deliver what the client does not want, and thinks it will not get.
            return Err(MessagingError::new(ErrorCode::Unsupported)
                .with_detail("selectors are not supported"));
        }
        match Selector::parse(text) {
            Ok(selector) => Ok(Some(Arc::new(selector))),
            Err(error) => {
                Err(MessagingError::new(ErrorCode::BadSelector).with_detail(error.to_string()))
            }
        }
    }

    /// Whether the session may have the subscription with wildcards that it has just taken.
    fn check_wildcards(&self, session: &Session) -> Result<(), MessagingError> {
        let limit = self.limits.max_wildcard_subscriptions;
        let all = session.all_subscriptions();
        if all.iter().filter(|(_, to)| is_wildcard(to)).count() <= limit {
            return Ok(());
        }
        Err(
            MessagingError::new(ErrorCode::TooManySubscriptions).with_detail(format!(
                "a session may have {limit} subscriptions with wildcards"
            )),
        )
    }
}

/// How many messages a subscription wants to hold unacknowledged at most, as RabbitMQ's clients say
/// it.
fn prefetch(message: &Message) -> Option<usize> {
    message.headers().get("prefetch-count")?.parse().ok()
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
        match (message.message_type(), session, message.subscription()) {
            (MessageType::Message, ..) => self.publish(message),
            (MessageType::Subscribe, Some(session), Some(id)) => {
                self.subscribe(message, session, id)
            }
            (MessageType::Unsubscribe, Some(session), Some(id)) => {
                self.unsubscribe(message.destination(), session, id)
            }
            _ => Handling::Ignored,
        }
    }

    fn check(&self, message: &Message, session: &Session) -> Result<bool, MessagingError> {
        let destination = message.destination();
        match message.message_type() {
            MessageType::Ack | MessageType::Nack => {
                self.queues.check_acknowledgement(message, session)?;
            }
            _ if !self.config.prefixes.cover(destination) => return Ok(false),
            _ if self.config.queues.cover(destination) => self.queues.check(message)?,
            _ => {}
        }
        Ok(true)
    }
}
