//! What a handler gives.

mod into_reply;
mod parts;
mod stream;

use std::fmt;

use bytes::Bytes;
use bytestring::ByteString;
use futures_util::StreamExt as _;
use smallvec::{SmallVec, smallvec};

pub use self::into_reply::{IntoReply, Messages};
pub use self::parts::{ExceptSender, ReplyPart, SendTo, SendToUser};
pub(super) use self::stream::Items;
pub use self::stream::Stream;
use super::{HandlerError, MessageContext};
use crate::message::{CONTENT_TYPE, IntoPayload};
use crate::stomp::Headers;

/// What a handler answers with: any number of messages, none included.
#[derive(Default)]
pub struct Reply {
    /// One, as a rule, and that needs no allocation.
    pub(super) messages: SmallVec<[ReplyMessage; 1]>,
    /// What comes after them.
    pub(super) stream: Option<Items>,
}

/// One message of a reply.
#[derive(Clone, Debug, Default)]
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
    Broker(ByteString),
    /// To this user destination of the session that sent the message.
    Session(ByteString),
}

impl Reply {
    /// Nothing is sent.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Changes every message, those that are still to come included.
    fn each(&mut self, change: impl Fn(&mut ReplyMessage) + Send + 'static) {
        self.messages.iter_mut().for_each(&change);
        self.stream = self.stream.take().map(|items| {
            let changed = items.map(move |reply| {
                let mut reply = reply?;
                reply.messages.iter_mut().for_each(&change);
                Ok(reply)
            });
            changed.boxed()
        });
    }

    fn with_body(body: impl IntoPayload, context: &MessageContext) -> Result<Self, HandlerError> {
        let (content_type, body) = body.into_payload(context.converters())?;
        let headers = Headers::from([(CONTENT_TYPE, content_type)]);
        let message = ReplyMessage {
            headers,
            body,
            to: None,
            except_sender: false,
        };
        Ok(Self {
            messages: smallvec![message],
            stream: None,
        })
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("messages", &self.messages)
            .field("goes_on", &self.stream.is_some())
            .finish()
    }
}
