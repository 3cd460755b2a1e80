use std::sync::Arc;

use crate::channel::{Handling, MessageHandler, Preparing};
use crate::destination::Prefixes;
use crate::error::{ErrorCode, MessagingError};
use crate::message::{Message, MessageType, SubscriptionId};
use crate::session::Session;

/// The broker as clients reach it: a SEND straight to a broker destination is refused unless the
/// application opened the prefix.
///
/// Spring lets every client publish to every topic past all application code, so that anybody can
/// forge any message. Handlers and the application itself publish through the broker channel and
/// are not affected.
pub(crate) struct ClientSends {
    broker: Arc<dyn MessageHandler>,
    broker_prefixes: Prefixes,
    accepted: Prefixes,
}

impl ClientSends {
    pub(crate) fn new(
        broker: Arc<dyn MessageHandler>,
        broker_prefixes: Prefixes,
        accepted: Prefixes,
    ) -> Self {
        Self {
            broker,
            broker_prefixes,
            accepted,
        }
    }
}

impl ClientSends {
    /// Whether it is published to where the broker is not.
    fn is_foreign(&self, message: &Message) -> bool {
        message.message_type() == MessageType::Message
            && !self.broker_prefixes.cover(message.destination())
    }

    fn refuse(&self, message: &Message) -> Option<MessagingError> {
        let destination = message.destination();
        let is_closed = message.message_type() == MessageType::Message
            && self.broker_prefixes.cover(destination)
            && !self.accepted.cover(destination);
        is_closed.then(|| {
            MessagingError::new(ErrorCode::Denied).with_detail(
                "clients may not send straight to a broker destination; send to the application",
            )
        })
    }
}

impl MessageHandler for ClientSends {
    fn handle(&self, message: &Arc<Message>, session: Option<&Arc<Session>>) -> Handling {
        if self.is_foreign(message) {
            return Handling::Ignored;
        }
        match self.refuse(message) {
            Some(error) => Handling::Done(Err(error)),
            None => self.broker.handle(&message.without_credentials(), session),
        }
    }

    fn subscribed(&self, session: &Arc<Session>, subscription: &SubscriptionId) -> Handling {
        self.broker.subscribed(session, subscription)
    }

    fn check(&self, message: &Message, session: &Session) -> Result<bool, MessagingError> {
        match self.refuse(message) {
            Some(error) => Err(error),
            None => self.broker.check(message, session),
        }
    }

    fn prepare(&self, transaction: &[Arc<Message>], session: &Arc<Session>) -> Option<Preparing> {
        let accepted = transaction.iter().filter(|one| self.refuse(one).is_none());
        let accepted: Vec<_> = accepted.map(Message::without_credentials).collect();
        self.broker.prepare(&accepted, session)
    }
}
