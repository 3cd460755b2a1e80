//! From frames to bytes.

use std::fmt::{self, Write};

use bytes::Bytes;
use bytestring::ByteString;

use super::header_line::HeaderLines;
use super::{Command, Frame, Version, decimal};

pub(super) const CONTENT_LENGTH: &str = "content-length";

/// Room for the head of a typical frame; a larger one grows the buffer.
const TYPICAL_HEAD: usize = 256;

/// A frame as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// The whole frame, from the command to the NUL.
    pub bytes: Bytes,
    /// Whether the frame is UTF-8, which depends on its body: heads always are.
    pub is_text: bool,
    /// How many headers were left out because the version cannot express them.
    pub omitted: usize,
}

/// A frame that has no encoding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The command takes no body (STOMP 1.2, Body).
    #[error("{0} must not have a body; only SEND, MESSAGE and ERROR have one")]
    BodyNotAllowed(Command),
    /// A header of a `CONNECT`, `STOMP` or `CONNECTED` frame holds a character that only an escape
    /// could carry, and these frames are not escaped.
    ///
    /// Written raw, a line feed in a user name would become a header of the attacker's choice. Left
    /// out, as it is done in other frames, the session would open with less than was asked for.
    #[error(
        "{command} cannot carry the header \"{}\"; \
         remove line ends and NUL, and colons from the name",
        Excerpt(name)
    )]
    UnencodableHeader {
        /// The command of the frame.
        command: Command,
        /// The name of the header, as given.
        name: ByteString,
    },
}

/// Encodes a frame for a session of the given version.
///
/// The `content-length` header is written anew, as the last one, whenever there is a body; one that
/// the frame brings along is ignored. The space is reserved once and exactly.
///
/// A header that the version cannot express is left out and [counted](Encoded::omitted), so that
/// one odd header does not keep a message from its subscribers. That concerns NUL in any version;
/// CR in 1.1; CR, LF, a colon in a name, and an empty value in 1.0; and an empty name.
///
/// # Errors
///
/// The frame has a body that its command does not allow, or it is one of the frames that open a
/// session and has a header that these cannot express. The empty value stays an omission there.
///
/// # Examples
///
/// An `ERROR` frame with a body reads, on the wire:
///
/// ```text
/// ERROR
/// message:Access denied
/// content-length:21
///
/// You may not send here^@
/// ```
pub fn encode(frame: &Frame, version: Version) -> Result<Encoded, EncodeError> {
    let lines = HeaderLines::new(frame.command, version);
    let head: usize = frame
        .headers
        .iter()
        .filter(|(name, _)| *name != CONTENT_LENGTH)
        .filter_map(|(name, value)| lines.measure(name, value).ok())
        .map(|line| line.len())
        .sum();
    let size = frame.command.as_str().len() + 1 + head + tail_len(frame.body.len());

    let mut writer = FrameWriter::with_capacity(frame.command, version, size);
    for (name, value) in &frame.headers {
        writer.header(name, value);
    }
    writer.finish(&frame.body)
}

/// Returns the bytes of a heart-beat: one line feed, which every version accepts.
#[must_use]
pub fn heart_beat() -> Bytes {
    Bytes::from_static(b"\n")
}

/// Writes a frame straight to bytes, for callers that would build a [`Frame`] only to encode it.
///
/// The rules are those of [`encode`]. A header that cannot be written does not stop the writer; it
/// shows in the result of [`finish`](Self::finish).
#[derive(Debug)]
pub struct FrameWriter {
    command: Command,
    lines: HeaderLines,
    out: Vec<u8>,
    omitted: usize,
    error: Option<EncodeError>,
}

impl FrameWriter {
    /// Starts a frame with room for a typical head.
    #[must_use]
    pub fn new(command: Command, version: Version) -> Self {
        Self::with_capacity(command, version, TYPICAL_HEAD)
    }

    /// Starts a frame with room for `capacity` octets in all.
    #[must_use]
    pub fn with_capacity(command: Command, version: Version, capacity: usize) -> Self {
        let mut out = Vec::with_capacity(capacity);
        out.extend_from_slice(command.as_str().as_bytes());
        out.push(b'\n');
        Self {
            command,
            lines: HeaderLines::new(command, version),
            out,
            omitted: 0,
            error: None,
        }
    }

    /// Appends a header, escaped as command and version demand. `content-length` is ignored.
    pub fn header(&mut self, name: &str, value: &str) -> &mut Self {
        if name == CONTENT_LENGTH {
            return self;
        }
        match self.lines.write(name, value, &mut self.out) {
            Ok(()) => {}
            Err(reason) if reason.is_fatal => {
                let (command, name) = (self.command, ByteString::from(name));
                self.error
                    .get_or_insert(EncodeError::UnencodableHeader { command, name });
            }
            Err(_) => self.omitted += 1,
        }
        self
    }

    /// Ends the frame.
    ///
    /// # Errors
    ///
    /// As for [`encode`].
    pub fn finish(mut self, body: &[u8]) -> Result<Encoded, EncodeError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        if !body.is_empty() && !self.command.may_have_body() {
            return Err(EncodeError::BodyNotAllowed(self.command));
        }
        put_tail(body, &mut self.out);
        Ok(Encoded {
            bytes: self.out.into(),
            is_text: is_text(body),
            omitted: self.omitted,
        })
    }
}

/// Whether a frame with this body is UTF-8.
pub(super) fn is_text(body: &[u8]) -> bool {
    // Most are, and that is seen sooner.
    body.is_ascii() || str::from_utf8(body).is_ok()
}

/// Ends a frame whose header lines are written.
pub(super) fn put_tail(body: &[u8], out: &mut Vec<u8>) {
    out.reserve(tail_len(body.len()));
    if !body.is_empty() {
        out.extend_from_slice(b"content-length:");
        decimal::write(body.len(), out);
        out.push(b'\n');
    }
    out.push(b'\n');
    out.extend_from_slice(body);
    out.push(0);
}

/// What [`put_tail`] adds for a body of this length.
pub(super) fn tail_len(body: usize) -> usize {
    let content_length = match body {
        0 => 0,
        _ => CONTENT_LENGTH.len() + 1 + decimal::len(body) + 1,
    };
    content_length + 1 + body + 1
}

/// Foreign text inside a message of ours: escaped, and cut to a length that cannot flood a log.
struct Excerpt<'a>(&'a str);

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .chars()
            .take(64)
            .flat_map(char::escape_debug)
            .try_for_each(|c| f.write_char(c))
    }
}
