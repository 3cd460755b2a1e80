//! Escape sequences in headers (STOMP 1.2, Value Encoding).

use std::borrow::Cow;

use super::octets::may_be_special;
use super::{Command, Version};

/// How the headers of one frame are escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escaping {
    /// Not at all: a backslash is a backslash.
    Literal,
    /// Line feed, colon and backslash.
    V1_1,
    /// Those of 1.1, and carriage return.
    V1_2,
}

/// Which half of a header line a text stands in. A raw colon ends a name, but not a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Name,
    Value,
}

/// How an octet is written.
enum Written {
    AsIs,
    Escaped(u8),
    /// There is no way to write it that every receiver reads back as the same octet.
    Never,
}

impl Escaping {
    pub(super) fn of(command: Command, version: Version) -> Self {
        match version {
            _ if !command.is_escaped(version) => Self::Literal,
            Version::V1_0 => Self::Literal,
            Version::V1_1 => Self::V1_1,
            Version::V1_2 => Self::V1_2,
        }
    }

    /// Resolves escapes, or returns `None` if one is undefined.
    ///
    /// One pass from left to right, as replacing one sequence after the other would resolve the
    /// output of the step before: an escaped backslash with an `n` behind it would end as a line
    /// feed.
    pub(super) fn decode(self, text: &str) -> Option<Cow<'_, str>> {
        if self == Self::Literal || !text.contains('\\') {
            return Some(Cow::Borrowed(text));
        }
        let mut decoded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('\\') {
            let letter = *rest.as_bytes().get(at + 1)?;
            decoded.push_str(&rest[..at]);
            decoded.push(self.resolve(letter)?);
            rest = &rest[at + 2..];
        }
        decoded.push_str(rest);
        Some(Cow::Owned(decoded))
    }

    fn resolve(self, letter: u8) -> Option<char> {
        match letter {
            b'n' => Some('\n'),
            b'c' => Some(':'),
            b'\\' => Some('\\'),
            b'r' if self == Self::V1_2 => Some('\r'),
            _ => None,
        }
    }

    /// Returns the number of octets [`encode`](Self::encode) will write, or `None` if `text` cannot
    /// be written.
    pub(super) fn encoded_len(self, text: &str, part: Part) -> Option<usize> {
        if !may_be_special(text.as_bytes()) {
            return Some(text.len());
        }
        text.bytes()
            .try_fold(0, |len, octet| match self.written(octet, part) {
                Written::AsIs => Some(len + 1),
                Written::Escaped(_) => Some(len + 2),
                Written::Never => None,
            })
    }

    /// Writes `text`, for which [`encoded_len`](Self::encoded_len) returned `encoded_len`.
    pub(super) fn encode(self, text: &str, part: Part, encoded_len: usize, out: &mut Vec<u8>) {
        if encoded_len == text.len() {
            out.extend_from_slice(text.as_bytes());
            return;
        }
        for octet in text.bytes() {
            match self.written(octet, part) {
                Written::Escaped(letter) => out.extend_from_slice(&[b'\\', letter]),
                Written::AsIs | Written::Never => out.push(octet),
            }
        }
    }

    fn written(self, octet: u8, part: Part) -> Written {
        match (octet, self) {
            // 1.1 has no escape for CR, and a raw one may be taken for half a line end.
            (0, _) | (b'\r' | b'\n', Self::Literal) | (b'\r', Self::V1_1) => Written::Never,
            (b':', Self::Literal) if part == Part::Name => Written::Never,
            (_, Self::Literal) => Written::AsIs,
            (b'\r', Self::V1_2) => Written::Escaped(b'r'),
            (b'\n', _) => Written::Escaped(b'n'),
            (b':', _) => Written::Escaped(b'c'),
            (b'\\', _) => Written::Escaped(b'\\'),
            _ => Written::AsIs,
        }
    }
}
