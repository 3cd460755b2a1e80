use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::interceptor::Outcome;
use crate::error::MessagingError;
use crate::message::Message;
use crate::session::Session;

/// Whoever listens on a channel (Spring's `MessageHandler`): the annotated handlers, the user
/// destinations, a broker.
pub trait MessageHandler: Send + Sync + 'static {
    /// Takes the message if it is for this listener.
    ///
    /// `session` is the session that the message comes from; none for what the application
    /// publishes by itself.
    fn handle(&self, message: &Arc<Message>, session: Option<&Arc<Session>>) -> Handling;
}

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
