use std::sync::Arc;

use super::UserDestinations;
use crate::channel::{Handling, MessageHandler};
use crate::destination::Prefixes;
use crate::error::{ErrorCode, MessagingError};
use crate::message::{Audience, Message, MessageType};
use crate::session::Session;

/// The user destinations as clients reach them: a SEND to those of a user is refused unless the
/// application opened them.
///
/// Spring lets every client send to every user, at destinations where handlers and the framework
/// itself answer. The application's own messages come through the broker channel and are not affected.
pub(crate) struct ClientSendsToUsers {
    users: Arc<UserDestinations>,
    /// Destinations of the users' own, without prefix and name.
    accepted: Prefixes,
}

impl ClientSendsToUsers {
    pub(crate) const fn new(users: Arc<UserDestinations>, accepted: Prefixes) -> Self {
        Self { users, accepted }
    }

    /// Whether it is not for users.
    fn is_foreign(&self, message: &Message) -> bool {
        *message.audience() == Audience::Everybody && !self.users.covers(message.destination())
    }

    fn check_accepted(&self, message: &Message) -> Result<(), MessagingError> {
        let destination = message.destination();
        if message.message_type() != MessageType::Message || !self.users.covers(destination) {
            return Ok(());
        }
        let (_, own) = self.users.address(destination)?;
        if self.accepted.cover(own) {
            return Ok(());
        }
        Err(MessagingError::new(ErrorCode::Denied)
            .with_detail("clients may not send to this user destination; send to the application"))
    }
}

impl MessageHandler for ClientSendsToUsers {
    fn handle(&self, message: &Arc<Message>, session: Option<&Arc<Session>>) -> Handling {
        if self.is_foreign(message) {
            return Handling::Ignored;
        }
        match self.check_accepted(message) {
            Ok(()) => self.users.handle(&message.without_credentials(), session),
            Err(error) => Handling::Done(Err(error)),
        }
    }

    fn check(&self, message: &Message, session: &Session) -> Result<bool, MessagingError> {
        self.check_accepted(message)?;
        self.users.check(message, session)
    }
}
