use std::fmt;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserializer, Serialize, Serializer};

use crate::error::BoxError;

/// Reads and writes the bodies of a format that is not built in (Spring's `MessageConverter`):
/// given to [`message_converter`](crate::MessagingBuilder::message_converter).
///
/// Everything that serde has a format for takes a few lines:
///
/// ```
/// use stompframe_core::BoxError;
/// use stompframe_core::message::{MessageConverter, PayloadReader, PayloadValue};
///
/// struct PrettyJson;
///
/// impl MessageConverter for PrettyJson {
///     fn content_types(&self) -> &[&str] {
///         &["application/x-pretty-json"]
///     }
///
///     fn read(&self, payload: &[u8], reader: PayloadReader<'_>) -> Result<(), BoxError> {
///         reader.read(&mut serde_json::Deserializer::from_slice(payload))
///     }
///
///     fn write(&self, value: PayloadValue<'_>) -> Result<bytes::Bytes, BoxError> {
///         Ok(serde_json::to_vec_pretty(&value)?.into())
///     }
/// }
/// ```
///
/// A handler needs nothing for it to be read: its [`Payload<T>`](super::Payload) is read as the
/// `content-type` of the message says. It is written where a payload
/// [says so](super::Payload::with_content_type).
pub trait MessageConverter: Send + Sync + 'static {
    /// The types that it reads and writes, such as `application/msgpack`: without parameters, in
    /// any case. One of the built-in types, such as `application/json`, takes the place of what is
    /// built in where bodies are read; it is also the type of what names none.
    fn content_types(&self) -> &[&str];

    /// Reads a body: gives a deserializer over it to the reader.
    ///
    /// # Errors
    ///
    /// When the body is not what is expected. The client is told the code `conversion` and the
    /// words of the error, cut and without line breaks.
    fn read(&self, payload: &[u8], reader: PayloadReader<'_>) -> Result<(), BoxError>;

    /// Writes a value, which implements [`Serialize`].
    ///
    /// # Errors
    ///
    /// When the value cannot be written. That is a mistake of the server, and goes to the log.
    fn write(&self, value: PayloadValue<'_>) -> Result<Bytes, BoxError>;
}

/// Takes a value out of the deserializer of a [`MessageConverter`].
pub struct PayloadReader<'v>(&'v mut Visit<'v>);

type Visit<'v> =
    dyn FnMut(&mut dyn erased_serde::Deserializer<'_>) -> Result<(), erased_serde::Error> + 'v;

impl PayloadReader<'_> {
    /// Reads the value.
    ///
    /// # Errors
    ///
    /// The deserializer's own, or that it does not have what is expected.
    pub fn read<'de>(self, deserializer: impl Deserializer<'de>) -> Result<(), BoxError> {
        (self.0)(&mut <dyn erased_serde::Deserializer<'_>>::erase(
            deserializer,
        ))?;
        Ok(())
    }
}

impl fmt::Debug for PayloadReader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PayloadReader").finish_non_exhaustive()
    }
}

/// A value that a [`MessageConverter`] writes. All that is known of it is that it implements
/// [`Serialize`].
#[derive(Clone, Copy)]
pub struct PayloadValue<'v>(&'v dyn erased_serde::Serialize);

impl Serialize for PayloadValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl fmt::Debug for PayloadValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PayloadValue").finish_non_exhaustive()
    }
}

/// Reads a body as a `T`.
pub(super) fn read<T: DeserializeOwned>(
    converter: &dyn MessageConverter,
    payload: &[u8],
) -> Result<T, BoxError> {
    let mut value = None;
    let mut visit = |deserializer: &mut dyn erased_serde::Deserializer<'_>| {
        value = Some(erased_serde::deserialize(deserializer)?);
        Ok(())
    };
    converter.read(payload, PayloadReader(&mut visit))?;
    value.ok_or_else(|| "its converter read no value".into())
}

/// Writes a value.
pub(super) fn write(
    converter: &dyn MessageConverter,
    value: &impl Serialize,
) -> Result<Bytes, BoxError> {
    converter.write(PayloadValue(value))
}
