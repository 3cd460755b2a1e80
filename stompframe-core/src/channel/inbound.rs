use std::fmt;
use std::sync::Arc;

use super::interceptor::{ChannelContext, ChannelName, Outcome};
use super::interceptors::Interceptors;
use super::listener::{Handling, MessageHandler, check, deliver};
use crate::error::{Chain, ErrorCode, MessagingError};
use crate::message::{Message, MessageType, SubscriptionId};
use crate::session::Session;

/// A message that the interceptors have let pass, and that waits for its transaction.
#[derive(Debug)]
pub(crate) struct Held(pub(super) Arc<Message>);

impl Held {
    pub(crate) fn message(&self) -> &Message {
        &self.0
    }
}

/// From the clients to everybody who may be responsible.
pub struct ClientInboundChannel {
    pub(super) interceptors: Interceptors,
    pub(super) listeners: Vec<Arc<dyn MessageHandler>>,
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
        message: Message,
        session: &Arc<Session>,
    ) -> Result<Outcome, MessagingError> {
        self.send_shared(Arc::new(message), session).await
    }

    /// As [`send`](Self::send), for who has no more use for the message.
    pub(crate) async fn send_shared(
        &self,
        message: Arc<Message>,
        session: &Arc<Session>,
    ) -> Result<Outcome, MessagingError> {
        if self.interceptors.is_empty() {
            return deliver(&self.listeners, &message, Some(session)).await;
        }
        let (outcome, _) = self.send_and_keep(message, session).await?;
        Ok(outcome)
    }

    /// As [`send`](Self::send); gives the message back as the interceptors left it.
    pub(crate) async fn send_and_keep(
        &self,
        mut message: Arc<Message>,
        session: &Arc<Session>,
    ) -> Result<(Outcome, Arc<Message>), MessagingError> {
        let context = context(session);
        // From here on nobody changes it, and everybody may keep it.
        let verdict = self
            .interceptors
            .pre_send(Arc::make_mut(&mut message), context)
            .await;
        if message.message_type() == MessageType::Disconnect {
            // The session is over whatever an interceptor thinks of it: nobody may keep what
            // belongs to it.
            if !matches!(verdict, Ok(Ok(()))) {
                let outcome = deliver(&self.listeners, &message, Some(session)).await?;
                return Ok((outcome, message));
            }
        } else if let Err(stopped) = verdict? {
            return Ok((stopped, message));
        }
        let result = deliver(&self.listeners, &message, Some(session)).await;
        self.interceptors.done(&message, &result, context);
        Ok((result?, message))
    }

    /// Tells the listeners that a subscription is live, and that its client knows.
    pub(crate) async fn subscribed(&self, session: &Arc<Session>, subscription: &SubscriptionId) {
        for listener in &self.listeners {
            let result = match listener.subscribed(session, subscription) {
                Handling::Ignored => continue,
                Handling::Done(result) => result,
                Handling::Pending(handled) => handled.await,
            };
            if let Err(error) = result {
                tracing::warn!(error = %Chain(&error), "what waited for a subscription did not follow");
            }
        }
    }

    /// Sends a message through the interceptors, and holds it there if it would be taken then.
    ///
    /// # Errors
    ///
    /// When an interceptor failed the message, or a listener would refuse it.
    pub(crate) async fn hold(
        &self,
        mut message: Arc<Message>,
        session: &Arc<Session>,
    ) -> Result<Result<Held, Outcome>, MessagingError> {
        let context = context(session);
        let changing = Arc::make_mut(&mut message);
        if let Err(stopped) = self.interceptors.pre_send(changing, context).await? {
            return Ok(Err(stopped));
        }
        let held = Held(Arc::new(Arc::unwrap_or_clone(message).on_its_own()));
        match self.check_listeners(&held, session) {
            Ok(()) => Ok(Ok(held)),
            Err(error) => {
                let failed = Err(error);
                self.interceptors.done(&held.0, &failed, context);
                failed.map(Err)
            }
        }
    }

    pub(super) fn check_listeners(
        &self,
        held: &Held,
        session: &Session,
    ) -> Result<(), MessagingError> {
        if check(&self.listeners, &held.0, session)? {
            return Ok(());
        }
        Err(MessagingError::new(match held.0.message_type() {
            // Each broker knows its own alone.
            MessageType::Ack | MessageType::Nack => ErrorCode::UnknownAck,
            _ => ErrorCode::NoRoute,
        }))
    }

    /// Forgets what was held.
    pub(crate) fn discard(&self, held: &Held, session: &Arc<Session>) {
        self.interceptors.dropped(&held.0, context(session));
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

pub(super) const fn context(session: &Arc<Session>) -> ChannelContext<'_> {
    ChannelContext {
        channel: ChannelName::ClientInbound,
        session: Some(session),
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
