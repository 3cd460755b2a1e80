use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use super::nodes::{ForUser, Nodes};
use crate::channel::{ClientOutboundChannel, Handling, MessageHandler, Recipient};
use crate::error::{Chain, ErrorCode, MessagingError};
use crate::message::{Audience, Message, MessageType};
use crate::session::{Principal, Session, SessionRegistry};

/// Takes subscriptions below `/user` (or another prefix) and delivers to them.
///
/// It keeps no index: a session's own table of subscriptions says all there is to know. Messages for
/// somebody come without the prefix; those whose destination names the user, with it
/// (`/user/ann/queue/x`).
#[derive(Debug)]
pub(crate) struct UserDestinations {
    /// Without a slash at its end.
    prefix: String,
    sessions: Arc<SessionRegistry>,
    outbound: Arc<ClientOutboundChannel>,
    /// Where users may be besides here.
    nodes: OnceLock<Nodes>,
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
            nodes: OnceLock::new(),
        }
    }

    /// From now on, messages reach users on other nodes, too.
    pub(crate) fn share(&self, nodes: Nodes) {
        let _ = self.nodes.set(nodes);
    }

    /// Delivers what another node has for a user to the user's sessions here.
    pub(super) async fn deliver_here(&self, for_user: &ForUser) {
        let sessions = self.sessions.of_user(&for_user.user);
        let (message, recipients) = self.addressed(&for_user.message, &for_user.own, &sessions);
        deliver(&self.outbound, &message, &recipients).await;
    }

    /// Delivers to the subscriptions that this one session has to a user destination such as
    /// `/queue/errors`. Says whether there was any.
    pub(crate) async fn send_to_session(&self, session: &Arc<Session>, message: &Message) -> bool {
        let to = message.shared_destination().clone();
        let (message, recipients) = self.addressed(message, &to, std::slice::from_ref(session));
        deliver(&self.outbound, &message, &recipients).await;
        !recipients.is_empty()
    }

    /// The message as those see it who have it at this destination of their own, and who is subscribed
    /// to it in these sessions.
    fn addressed(
        &self,
        message: &Message,
        own: &str,
        sessions: &[Arc<Session>],
    ) -> (Message, Vec<Recipient>) {
        let mut message = message.clone();
        message.set_destination([&self.prefix, own].concat());
        let mut recipients = Vec::new();
        for session in sessions {
            let recipient = |subscription| Recipient {
                session: Arc::clone(session),
                subscription,
            };
            let subscriptions = session.subscriptions_to(message.destination());
            recipients.extend(subscriptions.into_iter().map(recipient));
        }
        (message, recipients)
    }

    /// Whether a destination is below the prefix.
    pub(super) fn covers(&self, destination: &str) -> bool {
        destination
            .strip_prefix(&self.prefix)
            .is_some_and(|rest| rest.starts_with('/'))
    }

    /// Whether it is where clients send new credentials: `/user/credentials`, which names no user's
    /// destination.
    pub(crate) fn is_for_credentials(&self, destination: &str) -> bool {
        destination.strip_prefix(&self.prefix) == Some("/credentials")
    }

    /// To whom a message for `/user/{name}/queue/x` goes, and to which destination of their own.
    ///
    /// In the name, `%2F` stands for a slash, as in Spring, and `%25` for a percent sign, so that all
    /// names can be written.
    pub(super) fn address<'a>(
        &self,
        destination: &'a str,
    ) -> Result<(Cow<'a, str>, &'a str), MessagingError> {
        let rest = destination
            .strip_prefix(&self.prefix)
            .and_then(|rest| rest.strip_prefix('/'));
        let (name, own) = rest
            .and_then(|rest| Some(rest.split_at(rest.find('/')?)))
            .filter(|(name, own)| !name.is_empty() && own.len() > 1)
            .ok_or_else(|| {
                MessagingError::new(ErrorCode::BadDestination).with_detail(format!(
                    "what is sent to a user names the user and a destination, as \"{}/ann/queue/x\"",
                    self.prefix
                ))
            })?;
        let name = match name.contains('%') {
            true => name
                .replace("%2F", "/")
                .replace("%2f", "/")
                .replace("%25", "%")
                .into(),
            false => Cow::Borrowed(name),
        };
        Ok((name, own))
    }

    /// The sessions that a name means: all of the user, or the sender's own if it is the sender's own
    /// name, or that of its session (as in Spring).
    fn sessions_of(&self, name: &str, sender: Option<&Arc<Session>>) -> Vec<Arc<Session>> {
        let is_own = |sender: &&Arc<Session>| {
            let is_user = |user: Principal| user.destination_name() == name;
            sender.id().as_str() == name || sender.principal().is_some_and(is_user)
        };
        match sender.filter(is_own) {
            Some(sender) => vec![Arc::clone(sender)],
            None => self.sessions.of_user(name),
        }
    }

    /// Publishes to these sessions of a user, and to those on other nodes.
    fn publish_to_user(
        &self,
        message: &Message,
        own: &str,
        user: &str,
        sessions: &[Arc<Session>],
    ) -> Handling {
        let here = self.publish(message, own, sessions);
        let is_here = !matches!(here, Handling::Ignored);
        let Some(nodes) = self.nodes.get().filter(|nodes| nodes.want(user, is_here)) else {
            return here;
        };
        let forwarding = nodes.forward(user, own, message);
        Handling::Pending(Box::pin(async move {
            match here {
                Handling::Ignored => {}
                Handling::Done(result) => result?,
                Handling::Pending(handled) => handled.await?,
            }
            forwarding.await
        }))
    }

    /// Delivers at once, where no interceptor has to be asked. Says whether anybody is subscribed.
    fn push(&self, message: &Message, own: &str, sessions: &[Arc<Session>]) -> bool {
        let is_it = |to: &str| to.strip_prefix(self.prefix.as_str()) == Some(own);
        let mut any = false;
        for session in sessions {
            any |= session.each_subscription_where(is_it, |subscription, destination| {
                self.outbound
                    .push_at(destination, message, session, subscription);
            });
        }
        any
    }

    fn publish(&self, message: &Message, own: &str, sessions: &[Arc<Session>]) -> Handling {
        if self.outbound.is_plain() {
            return match self.push(message, own, sessions) {
                true => Handling::DONE,
                false => Handling::Ignored,
            };
        }
        let (message, recipients) = self.addressed(message, own, sessions);
        if recipients.is_empty() {
            return Handling::Ignored;
        }
        let outbound = Arc::clone(&self.outbound);
        Handling::Pending(Box::pin(async move {
            deliver(&outbound, &message, &recipients).await;
            Ok(())
        }))
    }
}

impl MessageHandler for UserDestinations {
    fn handle(&self, message: &Arc<Message>, session: Option<&Arc<Session>>) -> Handling {
        let destination = message.destination();
        match (message.message_type(), message.audience()) {
            (MessageType::Message, Audience::Session(id)) => match session {
                Some(sender) if sender.id().shared() == id => {
                    self.publish(message, destination, std::slice::from_ref(sender))
                }
                _ => self.publish(message, destination, self.sessions.find(id).as_slice()),
            },
            (MessageType::Message, Audience::User(name)) => {
                let sessions = self.sessions.of_user(name);
                self.publish_to_user(message, destination, name, &sessions)
            }
            _ if !self.covers(destination) => Handling::Ignored,
            (MessageType::Message, audience) => {
                let (name, own) = match self.address(destination) {
                    Ok(address) => address,
                    Err(error) => return Handling::Done(Err(error)),
                };
                let mut sessions = self.sessions_of(&name, session);
                if let Audience::EverybodyBut(id) = audience {
                    sessions.retain(|session| session.id().shared() != id);
                }
                let is_own = sessions_are_the_senders(&sessions, session);
                let published = match is_own {
                    true => self.publish(message, own, &sessions),
                    false => self.publish_to_user(message, own, &name, &sessions),
                };
                match published {
                    // Who is there, and listens, is not for everybody to know.
                    Handling::Ignored => Handling::DONE,
                    handling => handling,
                }
            }
            (MessageType::Subscribe, _) => Handling::Done(message.check_plain_subscription()),
            _ => Handling::DONE,
        }
    }

    fn check(&self, message: &Message, _session: &Session) -> Result<bool, MessagingError> {
        let destination = message.destination();
        if !self.covers(destination) {
            return Ok(false);
        }
        self.address(destination).map(|_| true)
    }
}

/// Whether a message goes to the session that sent it, and to nobody else.
fn sessions_are_the_senders(sessions: &[Arc<Session>], sender: Option<&Arc<Session>>) -> bool {
    matches!((sessions, sender), ([one], Some(sender)) if Arc::ptr_eq(one, sender))
}

async fn deliver(outbound: &ClientOutboundChannel, message: &Message, recipients: &[Recipient]) {
    for recipient in recipients {
        if let Err(error) = outbound.deliver(message, recipient).await {
            let session = recipient.session.id();
            tracing::warn!(%session, error = %Chain(&error), "a user message was not delivered");
        }
    }
}
