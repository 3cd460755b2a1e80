//! What clients send: arrays of strings in JSON.

use std::fmt;

use bytestring::ByteString;
use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, SeqAccess, Unexpected, Visitor};

/// How many messages may come at once.
pub(super) const MAX_MESSAGES: usize = 4096;

/// Messages that came together, in one piece of memory: many small ones take hardly more than their text.
#[derive(Debug, Default)]
pub(super) struct Batch {
    text: ByteString,
    /// Where each of them ends.
    ends: std::vec::IntoIter<u32>,
    /// Where the next one begins.
    begin: usize,
}

impl Batch {
    /// One message.
    pub(super) fn one(message: &str) -> Self {
        let end = u32::try_from(message.len());
        Self {
            text: message.into(),
            ends: end.into_iter().collect::<Vec<_>>().into_iter(),
            begin: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ends.as_slice().is_empty()
    }
}

impl Iterator for Batch {
    type Item = ByteString;

    fn next(&mut self) -> Option<ByteString> {
        let end = self.ends.next()? as usize;
        let message = self.text.get(self.begin..end)?;
        self.begin = end;
        Some(self.text.slice_ref(message))
    }
}

/// Why a client's messages cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// There is nothing.
    Empty,
    /// It is no array of strings.
    Broken,
}

/// Reads an array of strings.
pub(super) fn array(json: &[u8]) -> Result<Batch, Unreadable> {
    read(json, false)
}

/// Reads an array of strings, or one string.
pub(super) fn array_or_string(json: &str) -> Result<Batch, Unreadable> {
    read(json.as_bytes(), true)
}

fn read(json: &[u8], takes_string: bool) -> Result<Batch, Unreadable> {
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
    type Value = Batch;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an array of at most {MAX_MESSAGES} strings")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Batch, A::Error> {
        let mut text = String::new();
        let mut ends = Vec::new();
        while array.next_element_seed(AppendTo(&mut text))?.is_some() {
            if ends.len() == MAX_MESSAGES {
                return Err(A::Error::invalid_length(MAX_MESSAGES + 1, &self));
            }
            ends.push(u32::try_from(text.len()).map_err(A::Error::custom)?);
        }
        text.shrink_to_fit();
        Ok(Batch {
            text: text.into(),
            ends: ends.into_iter(),
            begin: 0,
        })
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Batch, E> {
        if self.takes_string {
            return Ok(Batch::one(text));
        }
        Err(E::invalid_type(Unexpected::Str(text), &self))
    }
}

/// Reads a string to the end of this one.
struct AppendTo<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for AppendTo<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, string: D) -> Result<(), D::Error> {
        string.deserialize_str(self)
    }
}

impl Visitor<'_> for AppendTo<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.0.push_str(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(json: &[u8]) -> Result<Vec<ByteString>, Unreadable> {
        super::array(json).map(Iterator::collect)
    }

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
        let either = |json| array_or_string(json).map(Iterator::collect::<Vec<_>>);
        assert_eq!(either("\"a\"").unwrap(), ["a"]);
        assert_eq!(either("[\"a\",\"b\"]").unwrap(), ["a", "b"]);
        assert_eq!(either("{}"), Err(Unreadable::Broken));
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
