use std::fmt;
use std::sync::Arc;

use crate::message::{Message, MessageType, Principal};
use crate::session::Session;
use crate::states::States;

/// What somebody wants to do, as a [rule](super::rules) of the application's own sees it.
#[derive(Clone)]
pub struct Access {
    pub(super) message: Arc<Message>,
    pub(super) session: Arc<Session>,
    pub(super) states: Arc<States>,
}

impl Access {
    /// Who wants it; none for somebody anonymous.
    #[must_use]
    pub fn principal(&self) -> Option<&Principal> {
        self.message.principal()
    }

    /// Whether there is a user, and has this role.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.principal().is_some_and(|user| user.has_role(role))
    }

    /// What it is: SEND is [`MessageType::Message`].
    #[must_use]
    pub fn message_type(&self) -> MessageType {
        self.message.message_type()
    }

    /// Where to, in full; empty where the frame has no destination.
    #[must_use]
    pub fn destination(&self) -> &str {
        self.message.destination()
    }

    /// The message, as the interceptors left it.
    #[must_use]
    pub fn message(&self) -> &Message {
        &self.message
    }

    /// The session it comes from.
    #[must_use]
    pub const fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// The value that was given to `.state(..)` for this type.
    #[must_use]
    pub fn state<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.states.get()
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("message_type", &self.message_type())
            .field("destination", &self.destination())
            .field("principal", &self.principal())
            .field("session", self.session.id())
            .finish_non_exhaustive()
    }
}
