use std::mem::take;
use std::sync::Arc;

use bytes::Bytes;

use super::reply::{Redirect, ReplyMessage};
use super::reply_to::{Place, Target};
use super::{MappingKind, MessageContext, Origin};
use crate::channel::{BrokerChannel, ClientOutboundChannel, Outcome, Recipient};
use crate::error::{ErrorCode, MessagingError};
use crate::message::Message;
use crate::stomp::Headers;

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
        messages: &mut [ReplyMessage],
        kind: MappingKind,
        targets: &[Target],
        origin: &Origin,
        context: &MessageContext,
    ) -> Result<bool, MessagingError> {
        let mut reached_sender = false;
        for message in messages {
            if message.to.is_none() && targets.is_empty() && kind == MappingKind::Subscribe {
                Box::pin(self.answer(message, context)).await?;
                continue;
            }
            let places = match message.to {
                Some(_) => 1,
                None => targets.len().max(1),
            };
            for index in 0..places {
                // Nothing of it stays while the broker is waited for.
                let (outgoing, for_sender) = {
                    let place = place(message, targets.get(index), context);
                    let for_sender = place.is_for_sender();
                    let (headers, body) = match index + 1 < places {
                        true => (message.headers.clone(), message.body.clone()),
                        // The last place has them themselves, and not a share of them.
                        false => (take(&mut message.headers), take(&mut message.body)),
                    };
                    (
                        Arc::new(outgoing(headers, body, place, context)),
                        for_sender,
                    )
                };
                let sender = Some(context.session());
                let outcome = self.broker.send_shared(outgoing, sender).await?;
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
        message: &mut ReplyMessage,
        context: &MessageContext,
    ) -> Result<(), MessagingError> {
        let asked = context.message();
        let Some(subscription) = asked.subscription() else {
            return Ok(());
        };
        let place = Place::broker(asked.shared_destination().clone());
        let message = outgoing(
            take(&mut message.headers),
            take(&mut message.body),
            place,
            context,
        );
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

/// Where a message goes: where it says so itself, or where the mapping says.
fn place(message: &ReplyMessage, target: Option<&Target>, context: &MessageContext) -> Place {
    let place = match (&message.to, target) {
        (Some(Redirect::Broker(destination)), _) => Place::broker(destination.clone()),
        (Some(Redirect::Session(destination)), _) => {
            Place::user(destination.clone(), false, context)
        }
        (None, Some(target)) => target.place(context),
        (None, None) => Place::broker(context.lookup_path_below("/topic")),
    };
    match message.except_sender {
        true => place.except(context.session().id().shared()),
        false => place,
    }
}

fn outgoing(mut headers: Headers, body: Bytes, place: Place, context: &MessageContext) -> Message {
    let asked = context.message().headers();
    for name in context.propagated() {
        if !headers.contains(name) {
            for value in asked.get_all(name) {
                headers.push(name.clone(), value.to_owned());
            }
        }
    }
    Message::replied(place.destination, place.audience, headers, body)
}
