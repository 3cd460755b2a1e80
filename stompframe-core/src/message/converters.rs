//! From bytes to values and back, by `content-type`.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use serde::de::{DeserializeOwned, IntoDeserializer};

use super::MessageConverter;
use super::converter;
use super::wordings::without_values;
use crate::error::{BoxError, ErrorCode, MessagingError, Untrusted};

/// The formats that an application reads and writes: those of its own converters, and where these
/// have none, JSON and text. Cloning shares it.
#[derive(Clone, Default)]
pub struct Converters(Arc<[Box<dyn MessageConverter>]>);

/// The type of what names none, as in Spring.
const JSON: &str = "application/json";

impl Converters {
    /// Checks converters; what is wrong goes to `problems`.
    pub(crate) fn new(
        converters: Vec<Box<dyn MessageConverter>>,
        problems: &mut Vec<String>,
    ) -> Self {
        let mut seen: Vec<&str> = Vec::new();
        for content_type in converters.iter().flat_map(|c| c.content_types()) {
            if essence(content_type) != *content_type || !content_type.contains('/') {
                problems.push(format!(
                    "a message converter is for \"{content_type}\": write a type and a subtype \
                     without parameters, such as \"application/msgpack\""
                ));
            }
            if seen.iter().any(|s| s.eq_ignore_ascii_case(content_type)) {
                problems.push(format!(
                    "two message converters are for \"{content_type}\": remove one"
                ));
            }
            seen.push(content_type);
        }
        if converters.iter().any(|c| c.content_types().is_empty()) {
            problems.push("a message converter has no content types: name one".to_owned());
        }
        Self(converters.into())
    }

    /// The application's own converter for a type.
    fn find(&self, content_type: &str) -> Option<&dyn MessageConverter> {
        let mut converters = self.0.iter().map(|converter| &**converter);
        converters.find(|converter| {
            let mut types = converter.content_types().iter();
            types.any(|own| own.eq_ignore_ascii_case(content_type))
        })
    }

    /// Reads a payload as a `T`.
    ///
    /// # Errors
    ///
    /// `conversion` when no converter reads this type, or the payload is no `T`.
    pub fn read<T: DeserializeOwned>(
        &self,
        content_type: Option<&str>,
        payload: &[u8],
    ) -> Result<T, MessagingError> {
        let content_type = content_type.map_or(JSON, essence);
        let refused = |detail| MessagingError::new(ErrorCode::Conversion).with_detail(detail);
        if let Some(own) = self.find(content_type) {
            return converter::read(own, payload).map_err(|error| {
                let what = format!("not the {} that is expected", Untrusted(content_type));
                refused(explain(&what, &error))
            });
        }
        match Family::of(content_type) {
            Family::Json => serde_json::from_slice(payload)
                .map_err(|error| refused(explain("not the JSON that is expected", &error))),
            Family::Text => {
                let text = std::str::from_utf8(payload)
                    .map_err(|_| refused("text is not UTF-8".to_owned()))?;
                let deserializer =
                    IntoDeserializer::<serde::de::value::Error>::into_deserializer(text);
                T::deserialize(deserializer)
                    .map_err(|error| refused(explain("not the text that is expected", &error)))
            }
            Family::Other => Err(refused(self.readable())),
        }
    }

    /// Writes a value in the format of a type.
    ///
    /// # Errors
    ///
    /// When no converter writes this type, or the value cannot be written.
    pub fn write<T: Serialize>(
        &self,
        content_type: &str,
        value: &T,
    ) -> Result<Bytes, MessagingError> {
        let essence = essence(content_type);
        let written = match (self.find(essence), Family::of(essence)) {
            (Some(own), _) => converter::write(own, value),
            (None, Family::Json) => json(value).map_err(BoxError::from),
            (None, Family::Text) => match serde_json::to_value(value) {
                Ok(serde_json::Value::String(text)) => Ok(text.into()),
                _ => Err(format!("only a text can be written as {content_type}").into()),
            },
            (None, Family::Other) => Err(format!(
                "no converter writes {content_type}: give one to `.message_converter(..)`"
            )
            .into()),
        };
        written.map_err(|error| MessagingError::new(ErrorCode::Internal).with_source(error))
    }

    /// Says what can be read, to a client that sent something else.
    fn readable(&self) -> String {
        let own = self.0.iter().flat_map(|c| c.content_types());
        let own: String = own.flat_map(|own| [*own, ", "]).collect();
        format!("this content-type cannot be read here; send {own}application/json or text/plain")
    }
}

impl fmt::Debug for Converters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let types = self.0.iter().map(|converter| converter.content_types());
        f.debug_list().entries(types).finish()
    }
}

/// A value as JSON.
pub(super) fn json(value: &impl Serialize) -> Result<Bytes, serde_json::Error> {
    serde_json::to_vec(value).map(Bytes::from)
}

/// A media type without parameters such as `charset`, which do not matter here.
fn essence(content_type: &str) -> &str {
    let essence = content_type.split_once(';').map_or(content_type, |it| it.0);
    essence.trim()
}

/// The families of media types that the built-in conversion tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Json,
    Text,
    Other,
}

impl Family {
    fn of(essence: &str) -> Self {
        let Some((main, subtype)) = essence.split_once('/') else {
            return Self::Other;
        };
        let is_json = subtype.eq_ignore_ascii_case("json");
        if main.eq_ignore_ascii_case("text") {
            if is_json { Self::Json } else { Self::Text }
        } else if main.eq_ignore_ascii_case("application") {
            let suffix = subtype.rsplit_once('+').map(|(_, suffix)| suffix);
            let ends_in_json = suffix.is_some_and(|suffix| suffix.eq_ignore_ascii_case("json"));
            if is_json || ends_in_json {
                Self::Json
            } else {
                Self::Other
            }
        } else {
            Self::Other
        }
    }
}

/// serde's own words say what was expected.
fn explain(what: &str, error: &impl ToString) -> String {
    format!("{what}: {}", Untrusted(&without_values(&error.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: DeserializeOwned>(
        content_type: Option<&str>,
        payload: &[u8],
    ) -> Result<T, MessagingError> {
        Converters::default().read(content_type, payload)
    }

    #[test]
    fn json_is_the_type_of_what_names_none() {
        for header in [
            None,
            Some("application/json"),
            Some("Application/JSON; charset=utf-8"),
            Some("application/problem+json"),
        ] {
            assert_eq!(read::<u32>(header, b"7").unwrap(), 7, "{header:?}");
        }
    }

    #[test]
    fn b_14_text_is_a_string_and_never_decoded_with_losses() {
        assert_eq!(
            read::<String>(Some("text/plain"), "안녕".as_bytes()).unwrap(),
            "안녕"
        );
        let error = read::<String>(Some("text/plain"), b"\xff").unwrap_err();
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
                read::<u32>(header, body).unwrap_err().code(),
                ErrorCode::Conversion
            );
        }
    }

    #[test]
    fn what_is_built_in_can_be_written_by_name() {
        let converters = Converters::default();
        let write = |content_type| converters.write(content_type, &"hi");
        assert_eq!(write("application/hal+json").unwrap(), "\"hi\"");
        assert_eq!(write("text/csv;header=absent").unwrap(), "hi");
        assert_eq!(write("image/png").unwrap_err().code(), ErrorCode::Internal);
    }
}
