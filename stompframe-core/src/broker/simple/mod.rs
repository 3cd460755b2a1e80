//! The broker in memory (Spring's `SimpleBrokerMessageHandler`).

mod config;
mod topics;

use std::sync::Arc;

use bytestring::ByteString;

pub use self::config::SimpleBroker;
use self::topics::Topics;
use super::{BrokerLimits, Prefixes};
use crate::channel::{ClientOutboundChannel, Handling, MessageHandler, Recipient};
use crate::destination::{Pattern, is_wildcard};
use crate::error::{ErrorCode, MessagingError};
use crate::message::{Audience, Message, MessageType, SubscriptionId};
use crate::session::Session;

/// Delivers what is published to a destination to every subscription of it.
///
/// When [`BrokerChannel::send`](crate::channel::BrokerChannel::send) returns, the message is in the
/// outbound queue of every session that was subscribed; when a SUBSCRIBE is done, nothing published
/// later is missed; when an UNSUBSCRIBE is done, nothing more comes. What one publisher publishes
/// to one destination arrives everywhere in that order.
#[derive(Debug)]
pub(crate) struct SimpleBrokerHandler {
    prefixes: Prefixes,
    /// Whether clients may subscribe to patterns.
    wildcards: bool,
    separator: char,
    limits: BrokerLimits,
    topics: Topics,
    outbound: Arc<ClientOutboundChannel>,
}

impl SimpleBrokerHandler {
    pub(crate) fn new(
        config: SimpleBroker,
        separator: char,
        limits: BrokerLimits,
        outbound: Arc<ClientOutboundChannel>,
    ) -> Self {
        Self {
            prefixes: config.prefixes,
            wildcards: config.wildcards,
            separator,
            limits,
            topics: Topics::new(separator),
            outbound,
        }
    }

    fn publish(&self, message: &Arc<Message>) -> Handling {
        let is_meant = |recipient: &&Recipient| match message.audience() {
            Audience::Everybody => true,
            Audience::EverybodyBut(session) => recipient.session.id().shared() != session,
            // Never come here: what is for somebody goes to the user destinations.
            Audience::Session(_) | Audience::User(_) => false,
        };
        let topics = self.topics.matching(message.destination());
        if topics.is_empty() {
            return Handling::DONE;
        }
        if self.outbound.is_plain() {
            let mut fan_out = self.outbound.fan_out(message);
            for topic in topics {
                topic.with_recipients(|recipients| {
                    fan_out.deliver(recipients.iter().filter(is_meant));
                });
            }
            return Handling::DONE;
        }
        // Interceptors may wait, and no lock is held meanwhile.
        let mut recipients = Vec::new();
        for topic in topics {
            topic.with_recipients(|all| recipients.extend(all.iter().filter(is_meant).cloned()));
        }
        let (message, outbound) = (Arc::clone(message), Arc::clone(&self.outbound));
        Handling::Pending(Box::pin(async move {
            outbound.deliver_each(&message, &recipients).await;
            Ok(())
        }))
    }

    fn subscribe(&self, message: &Message, recipient: Recipient) -> Result<(), MessagingError> {
        match self.pattern(message.destination())? {
            Some(pattern) => {
                let is_wildcard = |(_, to): &(_, ByteString)| is_wildcard(to);
                let all = recipient.session.all_subscriptions();
                // This one is among them already.
                if all.iter().filter(|one| is_wildcard(one)).count()
                    > self.limits.max_wildcard_subscriptions
                {
                    return Err(
                        MessagingError::new(ErrorCode::TooManySubscriptions).with_detail(format!(
                            "a session may have {} subscriptions with wildcards",
                            self.limits.max_wildcard_subscriptions
                        )),
                    );
                }
                self.topics.subscribe_to_pattern(&pattern, recipient);
            }
            None => self
                .topics
                .subscribe(message.shared_destination(), recipient),
        }
        Ok(())
    }

    fn unsubscribe(&self, destination: &str, session: &Session, subscription: &SubscriptionId) {
        match self.pattern(destination) {
            Ok(Some(pattern)) => {
                self.topics
                    .unsubscribe_from_pattern(&pattern, session.id(), subscription);
            }
            // Of what is no pattern, there never was a subscription.
            Ok(None) | Err(_) => self
                .topics
                .unsubscribe(destination, session.id(), subscription),
        }
    }

    /// The pattern that a subscription asks for, if it asks for one.
    fn pattern(&self, destination: &str) -> Result<Option<Pattern>, MessagingError> {
        if !is_wildcard(destination) {
            return Ok(None);
        }
        if !self.wildcards {
            return Err(MessagingError::new(ErrorCode::Denied)
                .with_detail("wildcard subscriptions are closed; subscribe to one destination"));
        }
        match Pattern::parse_subscription(destination, self.separator) {
            Ok(pattern) => Ok(Some(pattern)),
            Err(error) => {
                Err(MessagingError::new(ErrorCode::BadDestination).with_detail(error.to_string()))
            }
        }
    }
}

impl MessageHandler for SimpleBrokerHandler {
    fn handle(&self, message: &Arc<Message>, session: Option<&Arc<Session>>) -> Handling {
        if message.message_type() == MessageType::Disconnect {
            if let Some(session) = session {
                for (subscription, destination) in session.all_subscriptions() {
                    self.unsubscribe(&destination, session, &subscription);
                }
            }
            return Handling::DONE;
        }
        let for_somebody = matches!(message.audience(), Audience::Session(_) | Audience::User(_));
        if for_somebody || !self.prefixes.cover(message.destination()) {
            return Handling::Ignored;
        }
        let subscription = message.subscription();
        match (message.message_type(), session, subscription) {
            (MessageType::Message, ..) => self.publish(message),
            (MessageType::Subscribe, Some(session), Some(subscription)) => {
                let recipient = Recipient {
                    session: Arc::clone(session),
                    subscription: subscription.clone(),
                };
                Handling::Done(self.subscribe(message, recipient))
            }
            (MessageType::Unsubscribe, Some(session), Some(subscription)) => {
                self.unsubscribe(message.destination(), session, subscription);
                Handling::DONE
            }
            _ => Handling::Ignored,
        }
    }
}
