use std::ops::Deref;
use std::sync::Arc;

use super::FromMessage;
use crate::error::ErrorCode;
use crate::handler::{HandlerError, MessageContext};
use crate::message::Message;
use crate::security::RulesHandle;
use crate::session::{Principal, Session, SessionAttributes};
use crate::template::MessagingTemplate;

/// The destination that the client sent to, in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination(pub String);

/// The id of the receipt that the client asks for with this frame (the header `receipt`): what its
/// RECEIPT will name. A frame that asks for none is refused with `missing-header`; take an
/// `Option<ReceiptId>` where that is no reason.
///
/// The RECEIPT is the framework's business, and goes out when the handler has returned success. The
/// id is for the application's own: a log, or an id for the work that the client can name, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptId(pub String);

/// All headers of the message, such as `content-type` and the application's own.
#[derive(Clone, Debug)]
pub struct Headers(pub crate::stomp::Headers);

impl Deref for Headers {
    type Target = crate::stomp::Headers;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl FromMessage for Destination {
    fn from_message(context: &MessageContext) -> Result<Self, HandlerError> {
        Ok(Self(context.message().destination().to_owned()))
    }
}

impl FromMessage for ReceiptId {
    fn from_message(context: &MessageContext) -> Result<Self, HandlerError> {
        let receipt = context.message().receipt().map(str::to_owned);
        receipt
            .map(Self)
            .ok_or_else(|| super::header::missing("receipt"))
    }
}

impl FromMessage for Headers {
    fn from_message(context: &MessageContext) -> Result<Self, HandlerError> {
        Ok(Self(context.message().headers().clone()))
    }
}

/// The whole message.
impl FromMessage for Message {
    fn from_message(context: &MessageContext) -> Result<Self, HandlerError> {
        Ok(context.message().clone())
    }
}

/// The session that the message came from.
impl FromMessage for Arc<Session> {
    fn from_message(context: &MessageContext) -> Result<Self, HandlerError> {
        Ok(Self::clone(context.session()))
    }
}

/// What the application keeps for the session that the message came from.
impl FromMessage for SessionAttributes {
    fn from_message(context: &MessageContext) -> Result<Self, HandlerError> {
        Ok(context.session().attributes().clone())
    }
}

/// To publish from within the handler.
impl FromMessage for MessagingTemplate {
    fn from_message(context: &MessageContext) -> Result<Self, HandlerError> {
        Ok(context.template().clone())
    }
}

/// The rules that hold, to replace them or to judge live subscriptions once more.
impl FromMessage for RulesHandle {
    fn from_message(context: &MessageContext) -> Result<Self, HandlerError> {
        Ok(context.rules().clone())
    }
}

/// Who sent the message. Somebody anonymous is refused with `denied`; take an `Option<Principal>`
/// where that is no reason.
impl FromMessage for Principal {
    fn from_message(context: &MessageContext) -> Result<Self, HandlerError> {
        let principal = context.message().principal().cloned();
        principal.ok_or_else(|| HandlerError::new(ErrorCode::Denied, "this needs a user"))
    }
}
