//! Values as bodies of messages.

use bytes::Bytes;
use bytestring::ByteString;
use serde::Serialize;

use super::converters::{Converters, json};
use crate::error::{ErrorCode, MessagingError};

/// The body of a message as a value: taken by a handler, and given back as its reply, as axum's
/// `Json` is.
///
/// Coming in, the `content-type` decides: JSON (`application/json`, `…+json`, or none at all, as in
/// Spring) is parsed into `T`; `text/*` becomes a `T` that deserializes from a string; other types
/// are read by the [converters](super::MessageConverter) of the application. A type that nobody
/// reads is refused with the code `conversion`, and the handler is not called. Going out it is
/// `application/json`, unless it [says otherwise](Self::with_content_type).
///
/// ```
/// use stompframe_core::message::Payload;
///
/// #[derive(serde::Deserialize)]
/// struct Say { writer: String }
///
/// async fn say(Payload(say): Payload<Say>) -> Payload<String> {
///     Payload(say.writer)
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Payload<T>(pub T);

impl<T> Payload<T> {
    /// The same value in another format, which a [converter](super::MessageConverter) of the
    /// application writes.
    ///
    /// ```
    /// use stompframe_core::message::{Payload, PayloadAs};
    ///
    /// async fn position() -> PayloadAs<(i32, i32)> {
    ///     Payload((3, 4)).with_content_type("application/msgpack")
    /// }
    /// ```
    pub fn with_content_type(self, content_type: impl Into<ByteString>) -> PayloadAs<T> {
        PayloadAs {
            value: self.0,
            content_type: content_type.into(),
        }
    }
}

/// A [`Payload`] in a format of its own: made by [`Payload::with_content_type`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadAs<T> {
    value: T,
    content_type: ByteString,
}

/// What can be the body of a message that the server sends.
///
/// Implemented by [`Payload`] (JSON), [`PayloadAs`] (any format), `String` and `&'static str`
/// (`text/plain`), [`Bytes`] and `Vec<u8>` (`application/octet-stream`).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the body of a message",
    label = "not a message body",
    note = "wrap a value that implements `Serialize` as `Payload(value)`, or give a `String` or `Bytes`"
)]
pub trait IntoPayload {
    /// The `content-type` and the bytes. `converters` are the formats that the application knows.
    ///
    /// # Errors
    ///
    /// When the value cannot be serialized.
    fn into_payload(self, converters: &Converters) -> Result<(ByteString, Bytes), MessagingError>;
}

impl<T: Serialize> IntoPayload for Payload<T> {
    fn into_payload(self, _: &Converters) -> Result<(ByteString, Bytes), MessagingError> {
        match json(&self.0) {
            Ok(json) => Ok((ByteString::from_static("application/json"), json)),
            Err(error) => Err(MessagingError::new(ErrorCode::Internal).with_source(error)),
        }
    }
}

impl<T: Serialize> IntoPayload for PayloadAs<T> {
    fn into_payload(self, converters: &Converters) -> Result<(ByteString, Bytes), MessagingError> {
        let written = converters.write(&self.content_type, &self.value)?;
        Ok((self.content_type, written))
    }
}

/// The header of a payload's format; shared, so that it costs a message nothing.
pub(crate) const CONTENT_TYPE: ByteString = ByteString::from_static("content-type");

const TEXT: ByteString = ByteString::from_static("text/plain;charset=UTF-8");
const BYTES: ByteString = ByteString::from_static("application/octet-stream");

impl IntoPayload for String {
    fn into_payload(self, _: &Converters) -> Result<(ByteString, Bytes), MessagingError> {
        Ok((TEXT, self.into()))
    }
}

impl IntoPayload for &'static str {
    fn into_payload(self, _: &Converters) -> Result<(ByteString, Bytes), MessagingError> {
        Ok((TEXT, Bytes::from_static(self.as_bytes())))
    }
}

impl IntoPayload for Bytes {
    fn into_payload(self, _: &Converters) -> Result<(ByteString, Bytes), MessagingError> {
        Ok((BYTES, self))
    }
}

impl IntoPayload for Vec<u8> {
    fn into_payload(self, _: &Converters) -> Result<(ByteString, Bytes), MessagingError> {
        Ok((BYTES, self.into()))
    }
}
