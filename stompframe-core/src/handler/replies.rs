use std::sync::Arc;

use smallvec::{SmallVec, smallvec};

use super::reply::{Redirect, ReplyMessage};
use super::reply_to::{Place, Target};
use super::{MappingKind, MessageContext, Origin, Reply};
use crate::channel::{BrokerChannel, ClientOutboundChannel, Outcome, Recipient};
use crate::error::{ErrorCode, MessagingError};
use crate::message::{Message, MessageType};

/// Sends what handlers give on its way.
pub(super) struct Replies {
    pub(super) broker: Arc<BrokerChannel>,
    pub(super) outbound: Arc<ClientOutboundChannel>,
}

impl Replies {
    /// Sends each message of a reply to each of its destinations. Says whether it reached the
    /// session that sent the message, at a user destination of its own.
    pub(super) async fn send(
        &self,
        reply: Reply,
        kind: MappingKind,
        targets: &[Target],
        origin: Origin,
        context: &MessageContext,
    ) -> Result<bool, MessagingError> {
        let mut reached_sender = false;
        for message in reply.messages {
            let places: SmallVec<[Place; 1]> = match &message.to {
                Some(Redirect::Broker(destination)) => {
                    smallvec![Place::broker(destination.clone())]
                }
                Some(Redirect::Session(destination)) => {
                    smallvec![Place::user(destination.clone(), false, context)]
                }
                None if !targets.is_empty() => {
                    targets.iter().map(|target| target.place(context)).collect()
                }
                None if kind == MappingKind::Subscribe => {
                    self.answer(message, context).await?;
                    continue;
                }
                None => smallvec![Place::broker(context.lookup_path_below("/topic"))],
            };
            for place in places {
                let for_sender = place.is_for_sender();
                let outgoing = outgoing(&message, place, context);
                let outcome = self.broker.send(outgoing, Some(context.session())).await?;
                match (outcome, for_sender) {
                    (Outcome::Handled, true) => reached_sender = true,
                    // A user destination that nobody is subscribed to is nobody's mistake.
                    (_, true) | (Outcome::Handled | Outcome::Dropped, false) => {}
                    (Outcome::Ignored, false) => {
                        return Err(MessagingError::new(ErrorCode::Internal)
                            .with_source(format!("no broker takes the reply of {origin}")));
                    }
                }
            }
        }
        Ok(reached_sender)
    }

    /// Straight to the subscription that asked; the broker has no part in it.
    async fn answer(
        &self,
        message: ReplyMessage,
        context: &MessageContext,
    ) -> Result<(), MessagingError> {
        let asked = context.message();
        let Some(subscription) = asked.subscription() else {
            return Ok(());
        };
        let place = Place::broker(asked.shared_destination().clone());
        let message = outgoing(&message, place, context);
        let recipient = Recipient {
            session: Arc::clone(context.session()),
            subscription: subscription.clone(),
        };
        self.outbound
            .deliver(&message, &recipient)
            .await
            .map(|_| ())
    }
}

fn outgoing(reply: &ReplyMessage, place: Place, context: &MessageContext) -> Message {
    let place = if reply.except_sender {
        place.except(context.session().id().shared())
    } else {
        place
    };
    let mut message = Message::new(MessageType::Message, place.destination);
    message.set_audience(place.audience);
    *message.headers_mut() = reply.headers.clone();
    let asked = context.message().headers();
    for name in &context.services.propagated {
        if !message.headers().contains(name) {
            for value in asked.get_all(name) {
                message.headers_mut().push(name.clone(), value.to_owned());
            }
        }
    }
    message.set_payload(reply.body.clone());
    message
}
