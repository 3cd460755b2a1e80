//! What nodes say to each other.

use serde::{Deserialize, Serialize};

use crate::error::MessagingError;
use crate::message::{Message, MessageType, Payload};
use crate::session::SessionId;

/// How many sessions are told of in one message, so that it stays small.
pub(super) const SESSIONS_AT_ONCE: usize = 100;

/// Which node says it.
const NODE: &str = "stompframe-node";

/// For whom a message is, and to which destination of the user's own.
const USER: &str = "stompframe-user";
const OWN: &str = "stompframe-own";

/// What a node says about itself.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "told", rename_all = "camelCase")]
pub(super) enum Told {
    /// It is new, and wants to hear everything.
    Hello {},
    /// These are connected to it.
    Here { sessions: Vec<SessionHere> },
    /// These are not any more.
    Gone { sessions: Vec<String> },
    /// Whoever has sessions of this user is to end them.
    Kick { user: String, reason: String },
}

/// A session, as others know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SessionHere {
    pub(super) user: String,
    pub(super) id: String,
    pub(super) subscriptions: Vec<String>,
}

/// A message that another node has for a user.
#[derive(Debug)]
pub(in crate::user) struct ForUser {
    pub(in crate::user) user: String,
    pub(in crate::user) own: String,
    pub(in crate::user) message: Message,
}

pub(super) fn write(node: &SessionId, told: &Told) -> Result<Message, MessagingError> {
    let mut message = Message::with_payload("", Payload(told))?;
    message.headers_mut().set(NODE, node.shared().clone());
    Ok(message)
}

pub(super) fn for_user(node: &SessionId, user: &str, own: &str, message: &Message) -> Message {
    let mut forwarded = Message::new(MessageType::Message, "");
    *forwarded.headers_mut() = message.headers().clone();
    let headers = forwarded.headers_mut();
    headers.set(NODE, node.shared().clone());
    headers.set(USER, user.to_owned());
    headers.set(OWN, own.to_owned());
    forwarded.set_payload(message.payload().clone());
    forwarded
}

/// Which node has said it, and what: something about itself, or a message for a user.
pub(super) fn read(mut message: Message) -> Option<(String, Result<Told, ForUser>)> {
    let headers = message.headers_mut();
    let node = headers.remove(NODE)?.to_string();
    let (user, own) = (headers.remove(USER), headers.remove(OWN));
    let (Some(user), Some(own)) = (user, own) else {
        let told = serde_json::from_slice(message.payload()).ok()?;
        return Some((node, Ok(told)));
    };
    let for_user = ForUser {
        user: user.to_string(),
        own: own.to_string(),
        message,
    };
    Some((node, Err(for_user)))
}
