use std::sync::Arc;

use super::Prefixes;
use crate::channel::{Handling, MessageHandler};
use crate::error::{ErrorCode, MessagingError};
use crate::message::{Message, MessageType};
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

impl MessageHandler for ClientSends {
    fn handle(&self, message: &Arc<Message>, session: Option<&Arc<Session>>) -> Handling {
        let destination = message.destination();
        if message.message_type() == MessageType::Message
            && self.broker_prefixes.cover(destination)
            && !self.accepted.cover(destination)
        {
            return Handling::Done(Err(MessagingError::new(ErrorCode::Denied).with_detail(
                "clients may not send straight to a broker destination; send to the application",
            )));
        }
        self.broker.handle(message, session)
    }
}
