use std::fmt;
use std::sync::Arc;

use super::interceptor::{ChannelContext, ChannelName, Outcome};
use super::interceptors::Interceptors;
use super::listener::{MessageHandler, deliver};
use crate::error::MessagingError;
use crate::message::{Message, MessageType};
use crate::session::Session;

/// From the clients to everybody who may be responsible.
pub struct ClientInboundChannel {
    interceptors: Interceptors,
    listeners: Vec<Arc<dyn MessageHandler>>,
}

impl ClientInboundChannel {
    pub(crate) fn new(interceptors: Interceptors, listeners: Vec<Arc<dyn MessageHandler>>) -> Self {
        Self {
            interceptors,
            listeners,
        }
    }

    /// Sends a message of this session through the interceptors and to the listeners, and returns
    /// when all are done.
    ///
    /// CONNECT and DISCONNECT concern everybody. Of the others, each listener takes what is its
    /// own.
    ///
    /// # Errors
    ///
    /// When an interceptor failed the message or a listener could not process it.
    pub async fn send(
        &self,
        mut message: Message,
        session: &Arc<Session>,
    ) -> Result<Outcome, MessagingError> {
        let context = ChannelContext {
            channel: ChannelName::ClientInbound,
            session: Some(session),
        };
        if let MessageType::Message | MessageType::Subscribe | MessageType::Unsubscribe =
            message.message_type()
        {
            message.set_receipt(session.take_asked_receipt());
        }
        let verdict = self.interceptors.pre_send(&mut message, context).await;
        // From here on nobody changes it, and everybody may keep it.
        let message = Arc::new(message);
        if message.message_type() == MessageType::Disconnect {
            // The session is over whatever an interceptor thinks of it: nobody may keep what
            // belongs to it.
            if !matches!(verdict, Ok(Ok(()))) {
                return deliver(&self.listeners, &message, Some(session)).await;
            }
        } else if let Err(stopped) = verdict? {
            return Ok(stopped);
        }
        let result = deliver(&self.listeners, &message, Some(session)).await;
        self.interceptors.done(&message, &result, context);
        result
    }

    /// Sends a message to the listeners although an interceptor stands in the way.
    pub(crate) async fn send_past_interceptors(
        &self,
        message: Message,
        session: &Arc<Session>,
    ) -> Result<Outcome, MessagingError> {
        deliver(&self.listeners, &Arc::new(message), Some(session)).await
    }
}

impl fmt::Debug for ClientInboundChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientInboundChannel")
            .field("interceptors", &self.interceptors)
            .field("listeners", &self.listeners.len())
            .finish()
    }
}
