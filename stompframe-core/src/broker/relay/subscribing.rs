//! SUBSCRIBE, UNSUBSCRIBE and the end of a session: what can be had of a broker that all share.

use std::sync::Arc;

use super::Relay;
use super::translation::Kind;
use crate::broker::Selector;
use crate::broker::simple::{Subscriber, Subscription};
use crate::channel::{Handling, Recipient};
use crate::destination::{Pattern, is_wildcard};
use crate::error::{ErrorCode, MessagingError};
use crate::message::{AckMode, Message, SubscriptionId};
use crate::session::Session;

/// What a client may ask of a subscription at the broker, which is everybody's here.
const OF_ITS_OWN: [&str; 5] = [
    "durable",
    "durable-subscription-name",
    "activemq.subscriptionName",
    "x-queue-name",
    "browser",
];

impl Relay {
    pub(super) fn subscribe(
        self: &Arc<Self>,
        message: &Message,
        session: &Arc<Session>,
        id: &SubscriptionId,
    ) -> Handling {
        let recipient = Recipient {
            session: Arc::clone(session),
            subscription: id.clone(),
        };
        let destination = message.shared_destination().clone();
        let (relay, kind) = (Arc::clone(self), self.kind(&destination));
        if let Some(own) = self.own.of(session, &self.config) {
            return self.subscribe_its_own(message, kind, recipient, own);
        }
        let (pattern, selector) = match self.checked(message, kind, session) {
            Ok(checked) => checked,
            Err(error) => return Handling::Done(Err(error)),
        };
        Handling::Pending(Box::pin(async move {
            if kind == Kind::Queue {
                return relay.queues.subscribe(destination, recipient).await;
            }
            let subscription = Subscription {
                recipient,
                selector,
            };
            let subscriber = Subscriber::plain(subscription);
            relay
                .topics
                .subscribe(destination, pattern, subscriber)
                .await
        }))
    }

    /// The pattern and the selector of a subscription, if it has them and may.
    fn checked(
        &self,
        message: &Message,
        kind: Kind,
        session: &Session,
    ) -> Result<(Option<Pattern>, Option<Arc<Selector>>), MessagingError> {
        let refused = |code, detail: String| Err(MessagingError::new(code).with_detail(detail));
        let unsupported = |detail: &str| refused(ErrorCode::Unsupported, detail.to_owned());
        if message.ack_mode() != AckMode::Auto {
            return unsupported(
                "the connection to the broker is shared by all, so that one client cannot acknowledge: \
                 subscribe with ack:auto",
            );
        }
        let of_its_own = |name: &&str| message.headers().contains(name);
        if let Some(header) = OF_ITS_OWN.into_iter().find(|name| of_its_own(name)) {
            return refused(
                ErrorCode::Unsupported,
                format!(
                    "the connection to the broker is shared by all, so that one client cannot have `{header}`"
                ),
            );
        }
        let selector = self.selector(message, kind)?;
        Ok((self.pattern(message, kind, session)?, selector))
    }

    /// The pattern of a subscription, if it has one and may.
    pub(super) fn pattern(
        &self,
        message: &Message,
        kind: Kind,
        session: &Session,
    ) -> Result<Option<Pattern>, MessagingError> {
        let refused = |code, detail: String| Err(MessagingError::new(code).with_detail(detail));
        let destination = message.destination();
        if !is_wildcard(destination) {
            return Ok(None);
        }
        if kind == Kind::Queue {
            let detail = "a queue is subscribed to by its name; only topics have wildcards";
            return refused(ErrorCode::Unsupported, detail.to_owned());
        }
        if !self.config.wildcards {
            let detail = "wildcard subscriptions are closed; subscribe to one destination";
            return refused(ErrorCode::Denied, detail.to_owned());
        }
        let all = session.subscriptions();
        let limit = self.max_wildcards;
        if all.iter().filter(|(_, to)| is_wildcard(to)).count() > limit {
            return refused(
                ErrorCode::TooManySubscriptions,
                format!("a session may have {limit} subscriptions with wildcards"),
            );
        }
        match Pattern::parse_subscription(destination, self.separator) {
            Ok(pattern) => Ok(Some(pattern)),
            Err(error) => refused(ErrorCode::BadDestination, error.to_string()),
        }
    }

    fn selector(
        &self,
        message: &Message,
        kind: Kind,
    ) -> Result<Option<Arc<Selector>>, MessagingError> {
        let Some(text) = message.headers().get("selector") else {
            return Ok(None);
        };
        if !self.config.selectors || kind == Kind::Queue {
            return Err(MessagingError::new(ErrorCode::Unsupported)
                .with_detail("selectors are not supported here"));
        }
        let selector = Selector::parse(text).map_err(|error| {
            MessagingError::new(ErrorCode::BadSelector).with_detail(error.to_string())
        })?;
        Ok(Some(Arc::new(selector)))
    }

    pub(super) fn unsubscribe(
        self: &Arc<Self>,
        message: &Message,
        session: &Session,
        id: &SubscriptionId,
    ) -> Handling {
        if let Some(own) = self.own.existing(session) {
            return self.unsubscribe_its_own(message, own, id);
        }
        self.leave(message.destination(), session, id);
        Handling::DONE
    }

    fn leave(&self, destination: &str, session: &Session, id: &SubscriptionId) {
        match self.kind(destination) {
            Kind::Queue => self.queues.unsubscribe(destination, session.id(), id),
            Kind::Topic => self.topics.unsubscribe(destination, session.id(), id),
        }
    }

    pub(super) fn end_session(&self, session: &Session) {
        if self.own.end(session) {
            return;
        }
        for (id, destination) in session.subscriptions() {
            if self.config.prefixes.cover(&destination) {
                self.leave(&destination, session, &id);
            }
        }
    }
}
