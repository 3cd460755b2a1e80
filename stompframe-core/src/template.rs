//! Publishing from anywhere.

use std::sync::Arc;

use bytestring::ByteString;

use crate::channel::{BrokerChannel, Outcome};
use crate::error::{ErrorCode, MessagingError};
use crate::message::{Audience, Converters, IntoPayload, Message};

/// Publishes messages from anywhere in the application (Spring's `SimpMessagingTemplate`).
///
/// A handler takes it as an argument; other code gets it from
/// [`Messaging::template`](crate::Messaging::template). Cloning is cheap.
#[derive(Clone, Debug)]
pub struct MessagingTemplate {
    broker: Arc<BrokerChannel>,
    converters: Converters,
}

impl MessagingTemplate {
    pub(crate) const fn new(broker: Arc<BrokerChannel>, converters: Converters) -> Self {
        Self { broker, converters }
    }

    /// The formats that the application reads and writes.
    #[must_use]
    pub const fn converters(&self) -> &Converters {
        &self.converters
    }

    /// A payload for a destination in any format that the application knows, to add headers to it
    /// and [send it](Self::send_message).
    ///
    /// # Errors
    ///
    /// When the payload cannot be serialized.
    pub fn message(
        &self,
        destination: impl Into<ByteString>,
        payload: impl IntoPayload,
    ) -> Result<Message, MessagingError> {
        Message::converted(destination, payload, &self.converters)
    }

    /// Publishes a payload to a destination (Spring's `convertAndSend`).
    ///
    /// When it returns, the message is in the outbound queue of everybody who was subscribed.
    ///
    /// # Errors
    ///
    /// When the payload cannot be serialized, an interceptor fails the message, or no broker is
    /// responsible for the destination.
    pub async fn send(
        &self,
        destination: impl Into<ByteString>,
        payload: impl IntoPayload,
    ) -> Result<(), MessagingError> {
        self.send_message(self.message(destination, payload)?).await
    }

    /// Publishes a payload to a user destination of all sessions of a user (Spring's
    /// `convertAndSendToUser`): with `/queue/news` it arrives where they are subscribed to
    /// `/user/queue/news`. It is no error if they are not, or if there are none.
    ///
    /// # Errors
    ///
    /// When the payload cannot be serialized, or an interceptor fails the message.
    pub async fn send_to_user(
        &self,
        user: impl Into<ByteString>,
        destination: &str,
        payload: impl IntoPayload,
    ) -> Result<(), MessagingError> {
        let slash = if destination.starts_with('/') {
            ""
        } else {
            "/"
        };
        let mut message = self.message(format!("{slash}{destination}"), payload)?;
        message.set_audience(Audience::User(user.into()));
        self.send_message(message).await
    }

    /// Publishes a message, headers and all, to its destination.
    ///
    /// # Errors
    ///
    /// When an interceptor fails the message, or no broker is responsible for the destination.
    pub async fn send_message(&self, message: Message) -> Result<(), MessagingError> {
        // Somebody who is not there is nobody's mistake; a destination that nobody serves is.
        let for_somebody = matches!(message.audience(), Audience::User(_) | Audience::Session(_));
        match self.broker.send(message, None).await? {
            Outcome::Handled | Outcome::Dropped => Ok(()),
            Outcome::Ignored if for_somebody => Ok(()),
            Outcome::Ignored => Err(MessagingError::new(ErrorCode::NoRoute)),
        }
    }
}
