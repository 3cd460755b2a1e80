//! The broker in memory (Spring's `SimpleBrokerMessageHandler`).

mod topics;

use std::sync::Arc;

use self::topics::Topics;
use super::Prefixes;
use crate::channel::{ClientOutboundChannel, Handling, MessageHandler, Recipient};
use crate::destination::is_wildcard;
use crate::error::{ErrorCode, MessagingError};
use crate::message::{Audience, Message, MessageType};
use crate::session::Session;

/// Delivers what is published to a destination to every subscription of exactly that destination.
///
/// When [`BrokerChannel::send`](crate::channel::BrokerChannel::send) returns, the message is in the
/// outbound queue of every session that was subscribed; when a SUBSCRIBE is done, nothing published
/// later is missed; when an UNSUBSCRIBE is done, nothing more comes. What one publisher publishes
/// to one destination arrives everywhere in that order.
#[derive(Debug)]
pub struct SimpleBroker {
    prefixes: Prefixes,
    topics: Topics,
    outbound: Arc<ClientOutboundChannel>,
}

impl SimpleBroker {
    pub(crate) fn new(prefixes: Prefixes, outbound: Arc<ClientOutboundChannel>) -> Self {
        Self {
            prefixes,
            topics: Topics::default(),
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
        if self.outbound.is_plain() {
            self.topics
                .with_recipients(message.destination(), |recipients| {
                    self.outbound
                        .deliver_all(message, recipients.iter().filter(is_meant));
                });
            return Handling::DONE;
        }
        // Interceptors may wait, and no lock is held meanwhile.
        let recipients = self
            .topics
            .with_recipients(message.destination(), |recipients| {
                recipients
                    .iter()
                    .filter(is_meant)
                    .cloned()
                    .collect::<Vec<_>>()
            });
        let Some(recipients) = recipients else {
            return Handling::DONE;
        };
        let (message, outbound) = (Arc::clone(message), Arc::clone(&self.outbound));
        Handling::Pending(Box::pin(async move {
            outbound.deliver_each(&message, &recipients).await;
            Ok(())
        }))
    }

    fn subscribe(&self, message: &Message, session: &Arc<Session>) -> Handling {
        if is_wildcard(message.destination()) {
            return Handling::Done(Err(MessagingError::new(ErrorCode::Denied).with_detail(
                "wildcard subscriptions are closed; subscribe to one destination",
            )));
        }
        if let Some(subscription) = message.subscription() {
            let recipient = Recipient {
                session: Arc::clone(session),
                subscription: subscription.clone(),
            };
            self.topics
                .subscribe(message.shared_destination(), recipient);
        }
        Handling::DONE
    }
}

impl MessageHandler for SimpleBroker {
    fn handle(&self, message: &Arc<Message>, session: Option<&Arc<Session>>) -> Handling {
        if message.message_type() == MessageType::Disconnect {
            if let Some(session) = session {
                for (subscription, destination) in session.all_subscriptions() {
                    self.topics
                        .unsubscribe(&destination, session.id(), &subscription);
                }
            }
            return Handling::DONE;
        }
        let for_somebody = matches!(message.audience(), Audience::Session(_) | Audience::User(_));
        if for_somebody || !self.prefixes.cover(message.destination()) {
            return Handling::Ignored;
        }
        match (message.message_type(), session) {
            (MessageType::Message, _) => self.publish(message),
            (MessageType::Subscribe, Some(session)) => self.subscribe(message, session),
            (MessageType::Unsubscribe, Some(session)) => {
                if let Some(subscription) = message.subscription() {
                    self.topics
                        .unsubscribe(message.destination(), session.id(), subscription);
                }
                Handling::DONE
            }
            _ => Handling::Ignored,
        }
    }
}
