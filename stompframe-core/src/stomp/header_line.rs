//! Writing one header line.

use super::escape::{Escaping, Part};
use super::octets::may_be_special;
use super::{Command, Version};

/// How the header lines of one frame are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeaderLines {
    command: Command,
    version: Version,
    escaping: Escaping,
}

/// A header that can be written, measured.
pub(super) struct Line<'a> {
    escaping: Escaping,
    name: (&'a str, usize),
    value: (&'a str, usize),
}

/// A header that cannot be written.
pub(super) struct Unencodable {
    /// Whether the frame cannot do without it.
    pub(super) is_fatal: bool,
}

impl HeaderLines {
    pub(super) fn new(command: Command, version: Version) -> Self {
        Self {
            command,
            version,
            escaping: Escaping::of(command, version),
        }
    }

    /// Writes a header, or nothing of it.
    pub(super) fn write(
        &self,
        name: &str,
        value: &str,
        out: &mut Vec<u8>,
    ) -> Result<(), Unencodable> {
        let is_omitted = value.is_empty() && self.version == Version::V1_0;
        if is_omitted || may_be_special(value.as_bytes()) || !write_plain_name(name, out) {
            return self.measure(name, value).map(|line| line.write(out));
        }
        out.extend_from_slice(value.as_bytes());
        out.push(b'\n');
        Ok(())
    }

    pub(super) fn measure<'a>(
        &self,
        name: &'a str,
        value: &'a str,
    ) -> Result<Line<'a>, Unencodable> {
        if value.is_empty() && self.version == Version::V1_0 {
            return Err(Unencodable { is_fatal: false });
        }
        let escaping = self.escaping;
        let name_len = escaping
            .encoded_len(name, Part::Name)
            .filter(|len| *len > 0);
        let value_len = escaping.encoded_len(value, Part::Value);
        match (name_len, value_len) {
            (Some(name_len), Some(value_len)) => Ok(Line {
                escaping,
                name: (name, name_len),
                value: (value, value_len),
            }),
            _ => Err(Unencodable {
                is_fatal: !self.command.is_escaped(Version::V1_2),
            }),
        }
    }
}

impl Line<'_> {
    /// Length with colon and line feed.
    pub(super) fn len(&self) -> usize {
        self.name.1 + 1 + self.value.1 + 1
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        self.escaping
            .encode(self.name.0, Part::Name, self.name.1, out);
        out.push(b':');
        self.escaping
            .encode(self.value.0, Part::Value, self.value.1, out);
        out.push(b'\n');
    }
}

/// Writes a name that can be written as it is, as almost every one can, and its colon. Not all that
/// can be are found.
fn write_plain_name(name: &str, out: &mut Vec<u8>) -> bool {
    /// What is known beforehand takes neither a search nor a copy of unknown length.
    macro_rules! known {
        ($($known:literal)*) => {
            match name {
                $($known => {
                    out.extend_from_slice(concat!($known, ":").as_bytes());
                    return true;
                })*
                _ => {}
            }
        };
    }
    known!("destination" "content-type" "subscription" "message-id");
    if name.is_empty() || may_be_special(name.as_bytes()) {
        return false;
    }
    out.extend_from_slice(name.as_bytes());
    out.push(b':');
    true
}
