use std::sync::Arc;

use crate::channel::{ClientOutboundChannel, Handling, MessageHandler, Recipient};
use crate::error::{Chain, ErrorCode, MessagingError};
use crate::message::{Message, MessageType};
use crate::session::Session;

/// The prefix of user destinations, as clients write it.
const PREFIX: &str = "/user/";

/// Takes subscriptions below `/user` and delivers to them.
///
/// It keeps no index: a session's own table of subscriptions says all there is to know.
#[derive(Debug)]
pub(crate) struct UserDestinations {
    outbound: Arc<ClientOutboundChannel>,
}

impl UserDestinations {
    pub(crate) const fn new(outbound: Arc<ClientOutboundChannel>) -> Self {
        Self { outbound }
    }

    /// Delivers to the subscriptions that this one session has to a user destination such as
    /// `/user/queue/errors`. Says whether there was any.
    pub(crate) async fn send_to_session(&self, session: &Arc<Session>, message: &Message) -> bool {
        let subscriptions = session.subscriptions_to(message.destination());
        for subscription in &subscriptions {
            let recipient = Recipient {
                session: Arc::clone(session),
                subscription: subscription.clone(),
            };
            if let Err(error) = self.outbound.deliver(message, &recipient).await {
                tracing::warn!(session = %session.id(), error = %Chain(&error), "a user message was not delivered");
            }
        }
        !subscriptions.is_empty()
    }
}

impl MessageHandler for UserDestinations {
    fn handle(&self, message: &Arc<Message>, _session: Option<&Arc<Session>>) -> Handling {
        if !message.destination().starts_with(PREFIX) {
            return Handling::Ignored;
        }
        match message.message_type() {
            MessageType::Message => Handling::Done(Err(MessagingError::new(ErrorCode::Denied)
                .with_detail(
                    "clients may not send to user destinations; send to the application",
                ))),
            _ => Handling::DONE,
        }
    }
}
