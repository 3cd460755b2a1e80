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
        message: Message,
        session: Option<&Arc<Session>>,
    ) -> Result<Outcome, MessagingError> {
        self.send_shared(Arc::new(message), session).await
    }

    /// As [`send`](Self::send), where the message has its place already, and need not be moved.
    pub(crate) async fn send_shared(
        &self,
        mut message: Arc<Message>,
        session: Option<&Arc<Session>>,
    ) -> Result<Outcome, MessagingError> {
        if self.interceptors.is_empty() {
            return deliver(&self.listeners, &message, session).await;
        }
        let context = ChannelContext {
            channel: ChannelName::Broker,
            session,
        };
        let changing = Arc::make_mut(&mut message);
        if let Err(stopped) = self.interceptors.pre_send(changing, context).await? {
            return Ok(stopped);
        }
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
