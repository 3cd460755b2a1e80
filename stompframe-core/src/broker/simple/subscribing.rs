//! SUBSCRIBE, UNSUBSCRIBE and the end of a session: what a subscription is to, and what it may be.

use std::sync::Arc;

use super::SimpleBrokerHandler;
use super::subscription::Subscription;
use super::topics::Subscriber;
use crate::broker::Selector;
use crate::channel::{Handling, Recipient};
use crate::destination::{Pattern, is_wildcard};
use crate::error::{ErrorCode, MessagingError};
use crate::message::{AckMode, Message, SubscriptionId};
use crate::session::Session;

/// What a subscription is to.
enum Kind {
    Topic,
    Pattern(Pattern),
    Queue,
}

impl SimpleBrokerHandler {
    pub(super) fn subscribe(
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
            let subscribed = self
                .queues
                .subscribe(destination, &subscription, mode, window);
            return Handling::Done(subscribed);
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

    pub(super) fn unsubscribe(
        &self,
        destination: &str,
        session: &Session,
        id: &SubscriptionId,
    ) -> Handling {
        if let Some(left) = self.unsubscribe_temporary(destination, session, id) {
            return left;
        }
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

    pub(super) fn end_session(&self, session: &Session) -> Handling {
        let mut pending = Vec::new();
        for (id, destination) in session.subscriptions() {
            if let Handling::Pending(leaving) = self.unsubscribe(&destination, session, &id) {
                pending.push(leaving);
            }
        }
        self.end_temporary_queues(session);
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
        let all = session.subscriptions();
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
