//! MESSAGE frames, for one subscription and for many.

use bytes::Bytes;

use super::encoder::{CONTENT_LENGTH, is_text, put_tail, tail_len};
use super::header_line::HeaderLines;
use super::{Command, Encoded, Version};

/// Encodes a `MESSAGE` frame straight from its headers, for one subscription alone. For many there is
/// [`MessageTemplate`].
///
/// As in [`encode`](super::encode), `content-length` is written anew, and headers that the version
/// cannot express are left out and [counted](Encoded::omitted).
#[must_use]
pub fn encode_message<'h>(
    version: Version,
    headers: impl Iterator<Item = (&'h str, &'h str)> + Clone,
    body: &[u8],
) -> Encoded {
    let mut out = begin(len(headers.clone()) + tail_len(body.len()));
    let lines = HeaderLines::new(Command::Message, version);
    let omitted = write(&lines, headers, &mut out);
    put_tail(body, &mut out);
    Encoded {
        bytes: out.into(),
        is_text: is_text(body),
        omitted,
    }
}

/// A `MESSAGE` frame that is encoded but for the few headers that differ per subscription.
///
/// A broker that delivers one message to a thousand subscriptions escapes and measures it once per
/// protocol version. What is left per subscription is its own two or three headers, one allocation
/// and one copy.
#[derive(Clone, Debug)]
pub struct MessageTemplate {
    lines: HeaderLines,
    /// The frame from its shared headers to the NUL.
    shared: Bytes,
    is_text: bool,
    omitted: usize,
}

impl MessageTemplate {
    /// Encodes what all subscriptions of one protocol version share.
    ///
    /// As in [`encode`](super::encode), `content-length` is written anew, and headers that the
    /// version cannot express are left out and counted in each frame's
    /// [`omitted`](Encoded::omitted).
    #[must_use]
    pub fn new(version: Version, headers: &[(&str, &str)], body: &[u8]) -> Self {
        let lines = HeaderLines::new(Command::Message, version);
        let headers = headers.iter().copied();
        let mut shared = Vec::with_capacity(len(headers.clone()) + tail_len(body.len()));
        let omitted = write(&lines, headers, &mut shared);
        put_tail(body, &mut shared);
        Self {
            lines,
            shared: shared.into(),
            is_text: is_text(body),
            omitted,
        }
    }

    /// Returns the frame for one subscription. The space is reserved once.
    ///
    /// `own` holds the headers of this subscription, such as `subscription`, `message-id` and
    /// `ack`. They come first, and as the first occurrence of a header is its value, they win over
    /// a header of the same name from the sender. Of a name that is repeated in `own` the first
    /// counts, too.
    #[must_use]
    pub fn fill(&self, own: &[(&str, &str)]) -> Encoded {
        let own = own.iter().copied();
        let mut out = begin(len(own.clone()) + self.shared.len());
        let omitted = self.omitted + write(&self.lines, own, &mut out);
        out.extend_from_slice(&self.shared);
        Encoded {
            bytes: out.into(),
            is_text: self.is_text,
            omitted,
        }
    }
}

/// Begins a frame that has so many bytes behind its command.
fn begin(len: usize) -> Vec<u8> {
    let command = Command::Message.as_str().as_bytes();
    let mut out = Vec::with_capacity(command.len() + 1 + len);
    out.extend_from_slice(command);
    out.push(b'\n');
    out
}

/// How long header lines are. It is exact where nothing has to be escaped, as almost always: to be wrong
/// at times costs less than to measure.
fn len<'h>(headers: impl Iterator<Item = (&'h str, &'h str)>) -> usize {
    headers
        .map(|(name, value)| name.len() + 1 + value.len() + 1)
        .sum()
}

/// Writes headers, and says how many had to be left out.
fn write<'h>(
    lines: &HeaderLines,
    headers: impl Iterator<Item = (&'h str, &'h str)>,
    out: &mut Vec<u8>,
) -> usize {
    let mut omitted = 0;
    headers.for_each(|(name, value)| {
        if name != CONTENT_LENGTH && lines.write(name, value, out).is_err() {
            omitted += 1;
        }
    });
    omitted
}
