use std::sync::Arc;

use crate::channel::{ClientOutboundChannel, Handling, MessageHandler, Recipient};
use crate::error::{Chain, ErrorCode, MessagingError};
use crate::message::{Audience, Message, MessageType};
use crate::session::{Session, SessionRegistry};

/// Takes subscriptions below `/user` (or another prefix) and delivers to them.
///
/// It keeps no index: a session's own table of subscriptions says all there is to know. Messages for
/// somebody come without the prefix, which only clients write and read.
#[derive(Debug)]
pub(crate) struct UserDestinations {
    /// Without a slash at its end.
    prefix: String,
    sessions: Arc<SessionRegistry>,
    outbound: Arc<ClientOutboundChannel>,
}

impl UserDestinations {
    pub(crate) fn new(
        prefix: &str,
        sessions: Arc<SessionRegistry>,
        outbound: Arc<ClientOutboundChannel>,
    ) -> Self {
        let prefix = prefix.trim_end_matches('/').to_owned();
        Self {
            prefix,
            sessions,
            outbound,
        }
    }

    /// Delivers to the subscriptions that this one session has to a user destination such as
    /// `/queue/errors`. Says whether there was any.
    pub(crate) async fn send_to_session(&self, session: &Arc<Session>, message: &Message) -> bool {
        let (message, recipients) = self.addressed(message, std::slice::from_ref(session));
        deliver(&self.outbound, &message, &recipients).await;
        !recipients.is_empty()
    }

    /// The message as clients see it, and who is subscribed to it in these sessions.
    fn addressed(&self, message: &Message, sessions: &[Arc<Session>]) -> (Message, Vec<Recipient>) {
        let mut message = message.clone();
        message.set_destination(format!("{}{}", self.prefix, message.destination()));
        let recipients = sessions.iter().flat_map(|session| {
            let subscriptions = session.subscriptions_to(message.destination());
            let recipient = |subscription| Recipient {
                session: Arc::clone(session),
                subscription,
            };
            subscriptions.into_iter().map(recipient)
        });
        let recipients = recipients.collect();
        (message, recipients)
    }

    /// Whether a destination is one that a client writes for its own.
    fn covers(&self, destination: &str) -> bool {
        destination
            .strip_prefix(&self.prefix)
            .is_some_and(|rest| rest.starts_with('/'))
    }
}

impl MessageHandler for UserDestinations {
    fn handle(&self, message: &Arc<Message>, _session: Option<&Arc<Session>>) -> Handling {
        let sessions: Vec<_> = match (message.message_type(), message.audience()) {
            (MessageType::Message, Audience::Session(id)) => {
                self.sessions.find(id).into_iter().collect()
            }
            (MessageType::Message, Audience::User(name)) => self.sessions.of_user(name),
            _ if !self.covers(message.destination()) => return Handling::Ignored,
            (MessageType::Message, _) => return Handling::Done(Err(closed())),
            (MessageType::Subscribe, _) => {
                return Handling::Done(message.check_plain_subscription());
            }
            _ => return Handling::DONE,
        };
        let (message, recipients) = self.addressed(message, &sessions);
        if recipients.is_empty() {
            return Handling::Ignored;
        }
        let outbound = Arc::clone(&self.outbound);
        Handling::Pending(Box::pin(async move {
            deliver(&outbound, &message, &recipients).await;
            Ok(())
        }))
    }

    fn check(&self, message: &Message, _session: &Session) -> Result<bool, MessagingError> {
        if self.covers(message.destination()) {
            return Err(closed());
        }
        Ok(false)
    }
}

fn closed() -> MessagingError {
    MessagingError::new(ErrorCode::Denied)
        .with_detail("clients may not send to user destinations; send to the application")
}

async fn deliver(outbound: &ClientOutboundChannel, message: &Message, recipients: &[Recipient]) {
    for recipient in recipients {
        if let Err(error) = outbound.deliver(message, recipient).await {
            let session = recipient.session.id();
            tracing::warn!(%session, error = %Chain(&error), "a user message was not delivered");
        }
    }
}
