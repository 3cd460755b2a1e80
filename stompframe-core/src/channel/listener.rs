use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::interceptor::Outcome;
use crate::error::MessagingError;
use crate::message::{Message, SubscriptionId};
use crate::session::Session;

/// Whoever listens on a channel (Spring's `MessageHandler`): the annotated handlers, the user
/// destinations, a broker.
pub trait MessageHandler: Send + Sync + 'static {
    /// Takes the message if it is for this listener.
    ///
    /// `session` is the session that the message comes from; none for what the application
    /// publishes by itself.
    fn handle(&self, message: &Arc<Message>, session: Option<&Arc<Session>>) -> Handling;

    /// A session's subscription is live, and its RECEIPT, if one was asked for, is on its way: what
    /// has been waiting for it may follow.
    fn subscribed(&self, session: &Arc<Session>, subscription: &SubscriptionId) -> Handling {
        let _ = (session, subscription);
        Handling::Ignored
    }

    /// Whether a client's message is for this listener, and would be taken as things stand now.
    /// Nothing is done with it: it belongs to a transaction, and comes when that is committed. False
    /// unless the listener says otherwise.
    ///
    /// # Errors
    ///
    /// When it would be refused.
    fn check(&self, message: &Message, session: &Session) -> Result<bool, MessagingError> {
        let _ = (message, session);
        Ok(false)
    }

    /// A transaction of this session is committed: takes those of its messages that are for this
    /// listener, to let them take effect together or not at all. They do not come to
    /// [`handle`](Self::handle) then.
    ///
    /// None unless the listener says otherwise: then each of them is handled in its turn.
    fn prepare(&self, transaction: &[Arc<Message>], session: &Arc<Session>) -> Option<Preparing> {
        let _ = (transaction, session);
        None
    }
}

/// A listener gets ready for its part of a transaction; see [`MessageHandler::prepare`]. If it cannot, no
/// part of the transaction takes effect anywhere.
pub type Preparing = BoxFuture<'static, Result<Commit, MessagingError>>;

/// A listener's part of a transaction: done when everybody else's is. Dropped before, it has no effect.
pub type Commit = BoxFuture<'static, Result<(), MessagingError>>;

/// What a listener does with a message: nothing, something at once, or something that takes time.
pub enum Handling {
    /// It is not for this listener.
    Ignored,
    /// It was for this listener, which is done with it.
    Done(Result<(), MessagingError>),
    /// It is for this listener, which is done when the future is.
    Pending(BoxFuture<'static, Result<(), MessagingError>>),
}

impl Handling {
    /// Handled, at once and successfully.
    pub const DONE: Self = Self::Done(Ok(()));
}

impl fmt::Debug for Handling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ignored => f.write_str("Ignored"),
            Self::Done(result) => f.debug_tuple("Done").field(result).finish(),
            Self::Pending(_) => f.write_str("Pending"),
        }
    }
}

/// Asks each listener whether it would take the message; says whether anybody is responsible.
pub(super) fn check(
    listeners: &[Arc<dyn MessageHandler>],
    message: &Message,
    session: &Session,
) -> Result<bool, MessagingError> {
    let mut is_responsible = false;
    for listener in listeners {
        is_responsible |= listener.check(message, session)?;
    }
    Ok(is_responsible)
}

/// Offers a message to each listener in turn; says whether anybody was responsible.
pub(super) async fn deliver(
    listeners: &[Arc<dyn MessageHandler>],
    message: &Arc<Message>,
    session: Option<&Arc<Session>>,
) -> Result<Outcome, MessagingError> {
    let mut outcome = Outcome::Ignored;
    for listener in listeners {
        match listener.handle(message, session) {
            Handling::Ignored => continue,
            Handling::Done(result) => result?,
            Handling::Pending(handled) => handled.await?,
        }
        outcome = Outcome::Handled;
    }
    Ok(outcome)
}
