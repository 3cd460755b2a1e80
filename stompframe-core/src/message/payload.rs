//! From bytes to values and back, by `content-type`.

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::de::IntoDeserializer;

use crate::error::{ErrorCode, MessagingError, Untrusted};

/// The body of a message as a value: taken by a handler, and given back as its reply, as axum's
/// `Json` is.
///
/// Coming in, the `content-type` decides: JSON (`application/json`, `…+json`, or none at all, as in
/// Spring) is parsed into `T`; `text/*` becomes a `T` that deserializes from a string. Any other
/// type is refused with the code `conversion`, and the handler is not called. Going out it is
/// `application/json`.
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

/// What can be the body of a message that the server sends.
///
/// Implemented by [`Payload`] (JSON), `String` and `&'static str` (`text/plain`), [`Bytes`] and
/// `Vec<u8>` (`application/octet-stream`).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the body of a message",
    label = "not a message body",
    note = "wrap a value that implements `Serialize` as `Payload(value)`, or give a `String` or `Bytes`"
)]
pub trait IntoPayload {
    /// The `content-type` and the bytes.
    ///
    /// # Errors
    ///
    /// When the value cannot be serialized.
    fn into_payload(self) -> Result<(&'static str, Bytes), MessagingError>;
}

impl<T: Serialize> IntoPayload for Payload<T> {
    fn into_payload(self) -> Result<(&'static str, Bytes), MessagingError> {
        match serde_json::to_vec(&self.0) {
            Ok(json) => Ok(("application/json", json.into())),
            Err(error) => Err(MessagingError::new(ErrorCode::Internal).with_source(error)),
        }
    }
}

impl IntoPayload for String {
    fn into_payload(self) -> Result<(&'static str, Bytes), MessagingError> {
        Ok(("text/plain;charset=UTF-8", self.into()))
    }
}

impl IntoPayload for &'static str {
    fn into_payload(self) -> Result<(&'static str, Bytes), MessagingError> {
        Ok((
            "text/plain;charset=UTF-8",
            Bytes::from_static(self.as_bytes()),
        ))
    }
}

impl IntoPayload for Bytes {
    fn into_payload(self) -> Result<(&'static str, Bytes), MessagingError> {
        Ok(("application/octet-stream", self))
    }
}

impl IntoPayload for Vec<u8> {
    fn into_payload(self) -> Result<(&'static str, Bytes), MessagingError> {
        Ok(("application/octet-stream", self.into()))
    }
}

/// The families of media types that the built-in conversion tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ContentType {
    Json,
    Text,
    Other,
}

impl ContentType {
    /// Parameters such as `charset` do not matter here; a missing type reads as JSON, as in Spring.
    fn of(header: Option<&str>) -> Self {
        let Some(header) = header else {
            return Self::Json;
        };
        let essence = header
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        match essence.split_once('/') {
            Some(("application", subtype)) if subtype == "json" || subtype.ends_with("+json") => {
                Self::Json
            }
            Some(("text", "json")) => Self::Json,
            Some(("text", _)) => Self::Text,
            _ => Self::Other,
        }
    }
}

/// serde's own words say what was expected, but also repeat what came instead.
fn explain(what: &str, error: &impl ToString) -> String {
    format!("{what}: {}", Untrusted(&error.to_string()))
}

/// Reads a payload as a `T`.
pub(crate) fn from_payload<T: DeserializeOwned>(
    content_type: Option<&str>,
    payload: &[u8],
) -> Result<T, MessagingError> {
    let refused = || MessagingError::new(ErrorCode::Conversion);
    match ContentType::of(content_type) {
        ContentType::Json => serde_json::from_slice(payload).map_err(|error| {
            refused().with_detail(explain("not the JSON that is expected", &error))
        }),
        ContentType::Text => {
            let text = std::str::from_utf8(payload)
                .map_err(|_| refused().with_detail("text is not UTF-8"))?;
            let deserializer = IntoDeserializer::<serde::de::value::Error>::into_deserializer(text);
            T::deserialize(deserializer).map_err(|error| {
                refused().with_detail(explain("not the text that is expected", &error))
            })
        }
        ContentType::Other => Err(refused().with_detail(
            "this content-type cannot be read here; send application/json or text/plain",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_the_type_of_what_names_none() {
        for header in [
            None,
            Some("application/json"),
            Some("Application/JSON; charset=utf-8"),
            Some("application/problem+json"),
        ] {
            assert_eq!(from_payload::<u32>(header, b"7").unwrap(), 7, "{header:?}");
        }
    }

    #[test]
    fn text_is_a_string_and_never_decoded_with_losses() {
        assert_eq!(
            from_payload::<String>(Some("text/plain"), "안녕".as_bytes()).unwrap(),
            "안녕"
        );
        let error = from_payload::<String>(Some("text/plain"), b"\xff").unwrap_err();
        assert_eq!(error.code(), ErrorCode::Conversion);
    }

    #[test]
    fn what_does_not_fit_is_a_conversion_error() {
        for (header, body) in [
            (None, &b"{"[..]),
            (Some("application/json"), b"\"seven\""),
            (Some("image/png"), b"7"),
        ] {
            assert_eq!(
                from_payload::<u32>(header, body).unwrap_err().code(),
                ErrorCode::Conversion
            );
        }
    }
}
