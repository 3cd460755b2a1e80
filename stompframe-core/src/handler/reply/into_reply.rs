use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::select_all;

use super::{Reply, ReplyPart};
use crate::handler::{HandlerError, HandlerSpec, MessageContext};
use crate::message::{Payload, PayloadAs};

/// What a handler may return.
///
/// * `()` sends nothing.
/// * [`Payload<T>`](Payload) sends JSON, [`PayloadAs<T>`](PayloadAs) another format, `String` and `&'static str` send text, [`Bytes`] and
///   `Vec<u8>` send bytes.
/// * `(part, R)`, with up to three [parts](super::ReplyPart) in front, sends `R` with other headers
///   or elsewhere, as axum's `(StatusCode, R)`.
/// * [`Messages`] sends several.
/// * `Option<R>` sends if there is something.
/// * `Result<R, E>` sends what is `Ok`; an `Err` of any error type fails the message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the reply of a handler",
    label = "cannot be sent",
    note = "return `()`, `Payload<{Self}>` for JSON, `String`, `Bytes`, or a tuple, `Option` or `Result` of these"
)]
pub trait IntoReply {
    /// The reply to the message of this context.
    ///
    /// # Errors
    ///
    /// When the handler failed, or its result cannot be serialized.
    fn into_reply(self, context: &MessageContext) -> Result<Reply, HandlerError>;

    /// Says whether there can be anything to send.
    fn describe(spec: &mut HandlerSpec) {
        spec.gives_reply();
    }
}

impl IntoReply for () {
    fn into_reply(self, _: &MessageContext) -> Result<Reply, HandlerError> {
        Ok(Reply::none())
    }

    fn describe(_: &mut HandlerSpec) {}
}

impl<T: serde::Serialize> IntoReply for Payload<T> {
    fn into_reply(self, context: &MessageContext) -> Result<Reply, HandlerError> {
        Reply::with_body(self, context)
    }
}

impl<T: serde::Serialize> IntoReply for PayloadAs<T> {
    fn into_reply(self, context: &MessageContext) -> Result<Reply, HandlerError> {
        Reply::with_body(self, context)
    }
}

impl IntoReply for String {
    fn into_reply(self, context: &MessageContext) -> Result<Reply, HandlerError> {
        Reply::with_body(self, context)
    }
}

impl IntoReply for &'static str {
    fn into_reply(self, context: &MessageContext) -> Result<Reply, HandlerError> {
        Reply::with_body(self, context)
    }
}

impl IntoReply for Bytes {
    fn into_reply(self, context: &MessageContext) -> Result<Reply, HandlerError> {
        Reply::with_body(self, context)
    }
}

impl IntoReply for Vec<u8> {
    fn into_reply(self, context: &MessageContext) -> Result<Reply, HandlerError> {
        Reply::with_body(self, context)
    }
}

impl<R: IntoReply> IntoReply for Option<R> {
    fn into_reply(self, context: &MessageContext) -> Result<Reply, HandlerError> {
        self.map_or_else(|| Ok(Reply::none()), |reply| reply.into_reply(context))
    }

    fn describe(spec: &mut HandlerSpec) {
        R::describe(spec);
    }
}

impl<R: IntoReply, E: Into<HandlerError>> IntoReply for Result<R, E> {
    fn into_reply(self, context: &MessageContext) -> Result<Reply, HandlerError> {
        self.map_err(Into::into)?.into_reply(context)
    }

    fn describe(spec: &mut HandlerSpec) {
        R::describe(spec);
    }
}

/// Several replies, each sent as if it were the only one: `Messages([one, two])`. Those that go on
/// do so side by side, and count as one [`Stream`](super::Stream).
#[derive(Clone, Debug)]
pub struct Messages<I>(pub I);

impl<I: IntoIterator<Item: IntoReply>> IntoReply for Messages<I> {
    fn into_reply(self, context: &MessageContext) -> Result<Reply, HandlerError> {
        let mut all = Reply::none();
        let mut streams = Vec::new();
        for reply in self.0 {
            let mut reply = reply.into_reply(context)?;
            all.messages.append(&mut reply.messages);
            streams.extend(reply.stream);
        }
        if !streams.is_empty() {
            all.stream = Some(select_all(streams).boxed());
        }
        Ok(all)
    }

    fn describe(spec: &mut HandlerSpec) {
        <I::Item as IntoReply>::describe(spec);
    }
}

macro_rules! with_parts {
    ($($part:ident),+) => {
        impl<$($part: ReplyPart,)+ R: IntoReply> IntoReply for ($($part,)+ R) {
            #[allow(non_snake_case, reason = "the parts are named like their types")]
            fn into_reply(self, context: &MessageContext) -> Result<Reply, HandlerError> {
                let ($($part,)+ reply) = self;
                let mut reply = reply.into_reply(context)?;
                $($part.apply(&mut reply);)+
                Ok(reply)
            }

            fn describe(spec: &mut HandlerSpec) {
                R::describe(spec);
                $($part::describe(spec);)+
            }
        }
    };
}

with_parts!(A);
with_parts!(A, B);
with_parts!(A, B, C);
