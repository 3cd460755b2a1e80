use std::sync::Arc;

use super::headers::{required, transaction_in};
use super::{Fatal, Next, Protocol};
use crate::connection::answer::About;
use crate::error::ErrorCode;
use crate::message::{MessageType, SubscriptionId};
use crate::stomp::{Command, Frame, Version};

impl Protocol {
    /// ACK and NACK. STOMP 1.2 names the `ack` header of the MESSAGE; before, it was its
    /// `message-id`, in 1.1 with the subscription.
    pub(super) async fn acknowledge(
        &mut self,
        frame: &Frame,
        receipt: Option<&str>,
    ) -> Result<Next, Fatal> {
        let message_type = match frame.command {
            Command::Nack => MessageType::Nack,
            _ => MessageType::Ack,
        };
        let mut message = self.message(message_type, "");
        let id = match self.session.version() {
            Version::V1_2 => required(frame, "id")?,
            Version::V1_1 => {
                let subscription = required(frame, "subscription")?;
                message.set_subscription(SubscriptionId::Named(subscription));
                required(frame, "message-id")?
            }
            Version::V1_0 if frame.command == Command::Nack => {
                return Err(ErrorCode::UnknownCommand.into());
            }
            Version::V1_0 => required(frame, "message-id")?,
        };
        if self.transactions.acknowledge(&id) {
            return Err(ErrorCode::UnknownAck.into());
        }
        message.set_acknowledged(id);
        let offered = match transaction_in(frame)? {
            Some(transaction) => self.hold(&transaction, Arc::new(message), receipt).await?,
            None => self.offer(Arc::new(message), receipt).await,
        };
        match offered {
            // The client is mistaken about what it has received: that hides a loss, or a bug. Where
            // there is no broker, nothing was to be acknowledged.
            Err(error) if matches!(error.code(), ErrorCode::UnknownAck | ErrorCode::NoRoute) => {
                Err(ErrorCode::UnknownAck.into())
            }
            offered => {
                let about = About {
                    command: frame.command,
                    destination: "",
                    receipt,
                };
                Ok(self.answer(offered, about).await)
            }
        }
    }
}
