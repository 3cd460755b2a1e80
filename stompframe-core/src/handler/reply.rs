use bytes::Bytes;

use super::{HandlerError, HandlerSpec};
use crate::message::{IntoPayload, Payload};

/// What a handler answers with: nothing, or a body that goes where the mapping says.
#[derive(Clone, Debug)]
pub struct Reply {
    pub(super) body: Option<(&'static str, Bytes)>,
}

impl Reply {
    /// Nothing is sent.
    #[must_use]
    pub const fn none() -> Self {
        Self { body: None }
    }

    fn with_body(body: impl IntoPayload) -> Result<Self, HandlerError> {
        Ok(Self {
            body: Some(body.into_payload()?),
        })
    }
}

/// What a handler may return.
///
/// * `()` sends nothing.
/// * [`Payload<T>`](Payload) sends JSON, `String` and `&'static str` send text, [`Bytes`] and
///   `Vec<u8>` send bytes.
/// * `Option<R>` sends if there is something.
/// * `Result<R, E>` sends what is `Ok`; an `Err` of any error type fails the message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the reply of a handler",
    label = "cannot be sent",
    note = "return `()`, `Payload<{Self}>` for JSON, `String`, `Bytes`, or an `Option` or `Result` of these"
)]
pub trait IntoReply {
    /// The reply.
    ///
    /// # Errors
    ///
    /// When the handler failed, or its result cannot be serialized.
    fn into_reply(self) -> Result<Reply, HandlerError>;

    /// Says whether there can be anything to send.
    fn describe(spec: &mut HandlerSpec) {
        spec.gives_reply();
    }
}

impl IntoReply for () {
    fn into_reply(self) -> Result<Reply, HandlerError> {
        Ok(Reply::none())
    }

    fn describe(_: &mut HandlerSpec) {}
}

impl<T: serde::Serialize> IntoReply for Payload<T> {
    fn into_reply(self) -> Result<Reply, HandlerError> {
        Reply::with_body(self)
    }
}

impl IntoReply for String {
    fn into_reply(self) -> Result<Reply, HandlerError> {
        Reply::with_body(self)
    }
}

impl IntoReply for &'static str {
    fn into_reply(self) -> Result<Reply, HandlerError> {
        Reply::with_body(self)
    }
}

impl IntoReply for Bytes {
    fn into_reply(self) -> Result<Reply, HandlerError> {
        Reply::with_body(self)
    }
}

impl IntoReply for Vec<u8> {
    fn into_reply(self) -> Result<Reply, HandlerError> {
        Reply::with_body(self)
    }
}

impl<R: IntoReply> IntoReply for Option<R> {
    fn into_reply(self) -> Result<Reply, HandlerError> {
        self.map_or_else(|| Ok(Reply::none()), R::into_reply)
    }

    fn describe(spec: &mut HandlerSpec) {
        R::describe(spec);
    }
}

impl<R: IntoReply, E: Into<HandlerError>> IntoReply for Result<R, E> {
    fn into_reply(self) -> Result<Reply, HandlerError> {
        self.map_err(Into::into)?.into_reply()
    }

    fn describe(spec: &mut HandlerSpec) {
        R::describe(spec);
    }
}
