use std::sync::Arc;

use super::reply::ReplyMessage;
use super::reply_to::Target;
use super::{MappingKind, MessageContext, Origin, Reply};
use crate::channel::{BrokerChannel, ClientOutboundChannel, Outcome, Recipient};
use crate::error::{ErrorCode, MessagingError};
use crate::message::{Audience, Message, MessageType};

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
            let destinations = match &message.to {
                Some(to) => vec![to.clone()],
                None if !targets.is_empty() => targets
                    .iter()
                    .map(|target| target.destination(context))
                    .collect(),
                None if kind == MappingKind::Subscribe => {
                    self.answer(message, context).await?;
                    continue;
                }
                None => vec![(format!("/topic{}", context.lookup_path()), false)],
            };
            for (destination, to_sender) in destinations {
                let message = outgoing(&message, destination, to_sender, context);
                let outcome = self.broker.send(message, Some(context.session())).await?;
                match (outcome, to_sender) {
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
        let message = outgoing(&message, asked.destination().to_owned(), false, context);
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

fn outgoing(
    reply: &ReplyMessage,
    destination: String,
    to_sender: bool,
    context: &MessageContext,
) -> Message {
    let mut message = Message::new(MessageType::Message, destination);
    *message.headers_mut() = reply.headers.clone();
    message.set_payload(reply.body.clone());
    let sender = context.session().id().shared().clone();
    if to_sender {
        message.set_audience(Audience::Session(sender));
    } else if reply.except_sender {
        message.set_audience(Audience::EverybodyBut(sender));
    }
    message
}
