//! What a handler gives.

mod into_reply;
mod parts;

use bytes::Bytes;

pub use self::into_reply::{IntoReply, Messages};
pub use self::parts::{ExceptSender, ReplyPart, SendTo, SendToUser};
use super::{HandlerError, MessageContext};
use crate::message::IntoPayload;
use crate::stomp::Headers;

/// What a handler answers with: any number of messages, none included.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    pub(super) messages: Vec<ReplyMessage>,
}

/// One message of a reply.
#[derive(Clone, Debug)]
pub(super) struct ReplyMessage {
    pub(super) headers: Headers,
    pub(super) body: Bytes,
    /// Where it goes instead of where the mapping says.
    pub(super) to: Option<Redirect>,
    pub(super) except_sender: bool,
}

/// Where a message goes that does not go where the mapping says.
#[derive(Clone, Debug)]
pub(super) enum Redirect {
    /// To everybody who is subscribed to this destination.
    Broker(String),
    /// To this user destination of the session that sent the message.
    Session(String),
}

impl Reply {
    /// Nothing is sent.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            messages: Vec::new(),
        }
    }

    fn with_body(body: impl IntoPayload, context: &MessageContext) -> Result<Self, HandlerError> {
        let (content_type, body) = body.into_payload(context.converters())?;
        let headers = Headers::from([("content-type", content_type)]);
        let message = ReplyMessage {
            headers,
            body,
            to: None,
            except_sender: false,
        };
        Ok(Self {
            messages: vec![message],
        })
    }
}
