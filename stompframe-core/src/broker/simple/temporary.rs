//! Temporary queues: where a client receives answers, as RabbitMQ and ActiveMQ have them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytestring::ByteString;

use super::SimpleBrokerHandler;
use super::subscription::Subscription;
use crate::channel::{Handling, Recipient};
use crate::error::{ErrorCode, MessagingError};
use crate::message::{AckMode, Message, MessageType, SubscriptionId};
use crate::session::{Session, SessionId};

/// What clients write in front of the name of a temporary queue.
pub(crate) const PREFIX: &str = "/temp-queue";

/// How long a session's own name for one may be, in bytes: it is a subscription's id.
const MAX_OWN: usize = 128;

/// The temporary queues of all sessions.
///
/// A client calls its own by any name, such as `/temp-queue/answers`. Others reach it under a name
/// that nobody can guess, and that they are told as the `reply-to` of its messages. It ends with the
/// last subscription to it, so with its session.
#[derive(Debug, Default)]
pub(super) struct TemporaryQueues(Mutex<Names>);

#[derive(Debug, Default)]
struct Names {
    /// By session, and by the session's own name.
    own: HashMap<SessionId, HashMap<ByteString, ByteString>>,
    /// The names that all may use, and whose they are.
    known: HashMap<ByteString, SessionId>,
}

impl TemporaryQueues {
    /// The queue that a session means with this destination: its own of that name, if it has one, or
    /// one that it was told of.
    fn find(&self, destination: &str, session: Option<&Session>) -> Option<ByteString> {
        let names = self.names();
        let own = session.and_then(|session| names.own.get(session.id())?.get(destination));
        let known = || names.known.get_key_value(destination).map(|(name, _)| name);
        own.or_else(known).cloned()
    }

    /// The session's own queue of this name, which begins to be if it was not.
    fn find_or_begin(&self, own: &ByteString, session: &Session) -> ByteString {
        let mut names = self.names();
        let of_session = names.own.entry(session.id().clone()).or_default();
        if let Some(name) = of_session.get(own) {
            return name.clone();
        }
        // Reuses the one source of randomness that the crate has.
        let name = ByteString::from(format!("{PREFIX}/{}", SessionId::random()));
        of_session.insert(own.clone(), name.clone());
        names.known.insert(name.clone(), session.id().clone());
        name
    }

    /// Ends one of a session's own: which it was.
    fn end_one(&self, own: &str, session: &Session) -> Option<ByteString> {
        let mut names = self.names();
        let name = names.own.get_mut(session.id())?.remove(own)?;
        names.known.remove(&name);
        Some(name)
    }

    /// Ends those of a session: which they were.
    fn end(&self, session: &Session) -> Vec<ByteString> {
        let mut names = self.names();
        let ended = names.own.remove(session.id()).unwrap_or_default();
        for name in ended.values() {
            names.known.remove(name);
        }
        ended.into_values().collect()
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SimpleBrokerHandler {
    /// The message with the names of temporary queues as all may use them. Where it asks for answers
    /// in one of its session's own, that begins to be, and is subscribed to under its name, as with
    /// RabbitMQ.
    pub(super) fn with_temporary_queues<'m>(
        &self,
        message: &'m Arc<Message>,
        session: Option<&Arc<Session>>,
    ) -> Result<Cow<'m, Arc<Message>>, MessagingError> {
        let mut message = Cow::Borrowed(message);
        if !self.config.temporary_queues || message.message_type() == MessageType::Unsubscribe {
            return Ok(message);
        }
        let destination = message.shared_destination().clone();
        if is_temporary(&destination) {
            let queue = match (message.message_type(), session) {
                (MessageType::Subscribe, Some(session)) => {
                    self.temporary.find_or_begin(&destination, session)
                }
                _ => self
                    .temporary
                    .find(&destination, session.map(|session| &**session))
                    .ok_or_else(unknown)?,
            };
            Arc::make_mut(message.to_mut()).set_destination(queue);
        }
        let reply_to = message.headers().get_bytestring("reply-to").cloned();
        if let (MessageType::Message, Some(session), Some(own)) =
            (message.message_type(), session, reply_to)
            && is_temporary(&own)
        {
            let queue = match self.temporary.find(&own, Some(session)) {
                Some(queue) => queue,
                None => self.begin_answers(&own, session)?,
            };
            let headers = Arc::make_mut(message.to_mut()).headers_mut();
            headers.set("reply-to", queue);
        }
        Ok(message)
    }

    /// Begins a temporary queue that a session wants answers in, and subscribes it.
    fn begin_answers(
        &self,
        own: &ByteString,
        session: &Arc<Session>,
    ) -> Result<ByteString, MessagingError> {
        if own.len() > MAX_OWN {
            return Err(
                MessagingError::new(ErrorCode::BadDestination).with_detail(format!(
                    "the name of a temporary queue may have {MAX_OWN} bytes"
                )),
            );
        }
        // What stays must not keep the frame that it came in.
        let own = &ByteString::from(&**own);
        let id = SubscriptionId::Named(own.clone());
        session.reserve(id.clone(), own.clone(), self.max_subscriptions)?;
        let queue = self.temporary.find_or_begin(own, session);
        let subscription = Subscription {
            recipient: Recipient {
                session: Arc::clone(session),
                subscription: id.clone(),
            },
            selector: None,
        };
        let subscribed = self
            .queues
            .subscribe(&queue, &subscription, AckMode::Auto, None);
        if subscribed.is_err() {
            self.end_unless_others(own, session);
            session.release(&id);
        }
        subscribed.map(|()| queue)
    }

    /// Ends a subscription, if it is to a temporary queue; the queue, too, if it was its last.
    pub(super) fn unsubscribe_temporary(
        &self,
        own: &str,
        session: &Session,
        id: &SubscriptionId,
    ) -> Option<Handling> {
        if !self.config.temporary_queues || !is_temporary(own) {
            return None;
        }
        let queue = self.temporary.find(own, Some(session))?;
        let left = self.queues.unsubscribe(&queue, session.id(), id);
        self.end_unless_others(own, session);
        Some(left)
    }

    /// Ends a temporary queue whose subscription ends, or has not come about, unless there are others
    /// to it.
    pub(super) fn end_unless_others(&self, own: &str, session: &Session) {
        // The one that ends is still among them.
        if self.config.temporary_queues
            && is_temporary(own)
            && session.subscriptions_to(own).len() <= 1
            && let Some(queue) = self.temporary.end_one(own, session)
        {
            self.queues.remove(&queue);
        }
    }

    /// Ends a session's temporary queues, with all that waits in them.
    pub(super) fn end_temporary_queues(&self, session: &Session) {
        for queue in self.temporary.end(session) {
            self.queues.remove(&queue);
        }
    }
}

/// Whether a destination is that of a temporary queue.
fn is_temporary(destination: &str) -> bool {
    destination
        .strip_prefix(PREFIX)
        .is_some_and(|rest| rest.starts_with('/'))
}

fn unknown() -> MessagingError {
    MessagingError::new(ErrorCode::NoRoute)
        .with_detail("there is no such temporary queue (any more)")
}
