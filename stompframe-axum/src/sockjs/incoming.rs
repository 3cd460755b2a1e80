//! What clients send: arrays of strings in JSON.

use std::fmt;

use bytestring::ByteString;
use serde::Deserializer as _;
use serde::de::{Error as _, SeqAccess, Visitor};

/// How many messages may come at once.
pub(super) const MAX_MESSAGES: usize = 4096;

/// Why a client's messages cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// There is nothing.
    Empty,
    /// It is no array of strings.
    Broken,
}

/// Reads an array of strings.
pub(super) fn array(json: &[u8]) -> Result<Vec<ByteString>, Unreadable> {
    read(json, false)
}

/// Reads an array of strings, or one string.
pub(super) fn array_or_string(json: &str) -> Result<Vec<ByteString>, Unreadable> {
    read(json.as_bytes(), true)
}

fn read(json: &[u8], takes_string: bool) -> Result<Vec<ByteString>, Unreadable> {
    if json.is_empty() {
        return Err(Unreadable::Empty);
    }
    let mut reader = serde_json::Deserializer::from_slice(json);
    let messages = reader
        .deserialize_any(Messages { takes_string })
        .map_err(|_| Unreadable::Broken)?;
    reader.end().map_err(|_| Unreadable::Broken)?;
    Ok(messages)
}

struct Messages {
    takes_string: bool,
}

impl<'de> Visitor<'de> for Messages {
    type Value = Vec<ByteString>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an array of at most {MAX_MESSAGES} strings")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let mut messages = Vec::new();
        while let Some(message) = array.next_element::<String>()? {
            if messages.len() == MAX_MESSAGES {
                return Err(A::Error::invalid_length(messages.len() + 1, &self));
            }
            messages.push(message.into());
        }
        Ok(messages)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        if self.takes_string {
            return Ok(vec![text.into()]);
        }
        Err(E::invalid_type(serde::de::Unexpected::Str(text), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k_28_every_escape_is_read_and_half_a_character_is_none() {
        assert_eq!(
            array(br#"["\u0000\n\b\f\t\r\/\\\"\ud83e\udd80", "", "%61"]"#).unwrap(),
            ["\0\n\u{8}\u{c}\t\r/\\\"🦀", "", "%61"]
        );
        for broken in [
            &br#"["\ud83e"]"#[..],
            br#"["\udd80"]"#,
            br#"["\udd80\ud83e"]"#,
            b"[\"\xff\"]",
        ] {
            assert_eq!(array(broken), Err(Unreadable::Broken));
        }
    }

    #[test]
    fn k_32_k_37_what_is_no_array_of_strings() {
        assert_eq!(array(b""), Err(Unreadable::Empty));
        assert_eq!(array(b"[]").unwrap(), [""; 0]);
        let deep = "[".repeat(100_000);
        for broken in [
            "[\"a",
            "\"a\"",
            "1",
            "{}",
            "[1]",
            "[[\"a\"]]",
            "[\"a\"]x",
            "null",
            " ",
            &deep,
        ] {
            assert_eq!(
                array(broken.as_bytes()),
                Err(Unreadable::Broken),
                "{broken:.20}"
            );
        }
        assert_eq!(array_or_string("\"a\"").unwrap(), ["a"]);
        assert_eq!(array_or_string("[\"a\",\"b\"]").unwrap(), ["a", "b"]);
        assert_eq!(array_or_string("{}"), Err(Unreadable::Broken));
    }

    #[test]
    fn k_51_an_array_has_an_end() {
        let of = |count| format!("[{}]", vec!["\"\""; count].join(","));
        assert_eq!(
            array(of(MAX_MESSAGES).as_bytes()).unwrap().len(),
            MAX_MESSAGES
        );
        assert_eq!(
            array(of(MAX_MESSAGES + 1).as_bytes()),
            Err(Unreadable::Broken)
        );
    }
}
