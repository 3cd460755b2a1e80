use std::fmt;
use std::sync::Arc;

use super::interceptor::{ChannelContext, ChannelName, Outcome};
use super::interceptors::Interceptors;
use super::listener::{MessageHandler, deliver};
use crate::error::MessagingError;
use crate::message::Message;
use crate::session::Session;

/// From handlers and the application to the broker and the user destinations.
pub struct BrokerChannel {
    interceptors: Interceptors,
    listeners: Vec<Arc<dyn MessageHandler>>,
}

impl BrokerChannel {
    pub(crate) fn new(interceptors: Interceptors, listeners: Vec<Arc<dyn MessageHandler>>) -> Self {
        Self {
            interceptors,
            listeners,
        }
    }

    /// Sends a message through the interceptors to the broker, and returns when the broker has
    /// accepted it: for the in-memory broker, when it is in the outbound queue of every subscriber.
    ///
    /// `session` is the session that caused the message, if one did.
    ///
    /// # Errors
    ///
    /// When an interceptor failed the message or the broker could not accept it.
    pub async fn send(
        &self,
        mut message: Message,
        session: Option<&Arc<Session>>,
    ) -> Result<Outcome, MessagingError> {
        let context = ChannelContext {
            channel: ChannelName::Broker,
            session,
        };
        if let Err(stopped) = self.interceptors.pre_send(&mut message, context).await? {
            return Ok(stopped);
        }
        let message = Arc::new(message);
        let result = deliver(&self.listeners, &message, session).await;
        self.interceptors.done(&message, &result, context);
        result
    }
}

impl fmt::Debug for BrokerChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BrokerChannel")
            .field("interceptors", &self.interceptors)
            .field("listeners", &self.listeners.len())
            .finish()
    }
}
