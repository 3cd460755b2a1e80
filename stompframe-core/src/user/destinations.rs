use std::sync::Arc;

use crate::channel::{ClientOutboundChannel, Handling, MessageHandler, Recipient};
use crate::error::{Chain, ErrorCode, MessagingError};
use crate::message::{Audience, Message, MessageType};
use crate::session::{Session, SessionRegistry};

/// The prefix of user destinations, as clients write it.
const PREFIX: &str = "/user/";

/// Takes subscriptions below `/user` and delivers to them.
///
/// It keeps no index: a session's own table of subscriptions says all there is to know.
#[derive(Debug)]
pub(crate) struct UserDestinations {
    sessions: Arc<SessionRegistry>,
    outbound: Arc<ClientOutboundChannel>,
}

impl UserDestinations {
    pub(crate) const fn new(
        sessions: Arc<SessionRegistry>,
        outbound: Arc<ClientOutboundChannel>,
    ) -> Self {
        Self { sessions, outbound }
    }

    /// Delivers to the subscriptions that this one session has to a user destination such as
    /// `/user/queue/errors`. Says whether there was any.
    pub(crate) async fn send_to_session(&self, session: &Arc<Session>, message: &Message) -> bool {
        let recipients = recipients(session, message);
        deliver(&self.outbound, message, &recipients).await;
        !recipients.is_empty()
    }
}

impl MessageHandler for UserDestinations {
    fn handle(&self, message: &Arc<Message>, _session: Option<&Arc<Session>>) -> Handling {
        if !message.destination().starts_with(PREFIX) {
            return Handling::Ignored;
        }
        let sessions = match (message.message_type(), message.audience()) {
            (MessageType::Message, Audience::Session(id)) => {
                self.sessions.find(id).into_iter().collect()
            }
            (MessageType::Message, Audience::User(name)) => self.sessions.of_user(name),
            (MessageType::Message, _) => {
                return Handling::Done(Err(MessagingError::new(ErrorCode::Denied).with_detail(
                    "clients may not send to user destinations; send to the application",
                )));
            }
            _ => return Handling::DONE,
        };
        let recipients: Vec<_> = sessions
            .iter()
            .flat_map(|session| recipients(session, message))
            .collect();
        if recipients.is_empty() {
            return Handling::Ignored;
        }
        let (message, outbound) = (Arc::clone(message), Arc::clone(&self.outbound));
        Handling::Pending(Box::pin(async move {
            deliver(&outbound, &message, &recipients).await;
            Ok(())
        }))
    }
}

fn recipients(session: &Arc<Session>, message: &Message) -> Vec<Recipient> {
    let subscriptions = session.subscriptions_to(message.destination());
    let recipient = |subscription| Recipient {
        session: Arc::clone(session),
        subscription,
    };
    subscriptions.into_iter().map(recipient).collect()
}

async fn deliver(outbound: &ClientOutboundChannel, message: &Message, recipients: &[Recipient]) {
    for recipient in recipients {
        if let Err(error) = outbound.deliver(message, recipient).await {
            let session = recipient.session.id();
            tracing::warn!(%session, error = %Chain(&error), "a user message was not delivered");
        }
    }
}
