//! One message for many subscriptions.

use bytes::{BufMut, Bytes, BytesMut};

use super::encoder::{CONTENT_LENGTH, put_tail, tail_len};
use super::header_line::{HeaderLines, Line};
use super::{Command, Encoded, Version};

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
    omitted: usize,
}

impl MessageTemplate {
    /// Encodes what all subscriptions of one protocol version share.
    ///
    /// As in [`encode`](super::encode), `content-length` is written anew, and headers that the
    /// version cannot express are left out and counted in each frame's
    /// [`omitted`](Encoded::omitted).
    #[must_use]
    pub fn new<'a>(
        version: Version,
        headers: impl IntoIterator<Item = (&'a str, &'a str)>,
        body: &[u8],
    ) -> Self {
        let lines = HeaderLines::new(Command::Message, version);
        let mut shared = BytesMut::with_capacity(256 + tail_len(body.len()));
        let mut omitted = 0;
        for line in measure(&lines, headers) {
            match line {
                Some(line) => line.write(&mut shared),
                None => omitted += 1,
            }
        }
        put_tail(body, &mut shared);
        Self {
            lines,
            shared: shared.freeze(),
            omitted,
        }
    }

    /// Returns the frame for one subscription. The space is reserved once and exactly.
    ///
    /// `own` holds the headers of this subscription, such as `subscription`, `message-id` and
    /// `ack`. They come first, and as the first occurrence of a header is its value, they win over
    /// a header of the same name from the sender. Of a name that is repeated in `own` the first
    /// counts, too.
    #[must_use]
    pub fn fill(&self, own: &[(&str, &str)]) -> Encoded {
        let own = || measure(&self.lines, own.iter().copied());
        let own_len: usize = own().flatten().map(|line| line.len()).sum();
        let command = Command::Message.as_str().as_bytes();
        let mut out = BytesMut::with_capacity(command.len() + 1 + own_len + self.shared.len());
        let mut omitted = self.omitted;

        out.put_slice(command);
        out.put_u8(b'\n');
        for line in own() {
            match line {
                Some(line) => line.write(&mut out),
                None => omitted += 1,
            }
        }
        out.put_slice(&self.shared);
        Encoded {
            bytes: out.freeze(),
            omitted,
        }
    }
}

/// Measures headers; `None` stands for one that must be left out.
fn measure<'a>(
    lines: &HeaderLines,
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> impl Iterator<Item = Option<Line<'a>>> {
    headers
        .into_iter()
        .filter(|(name, _)| *name != CONTENT_LENGTH)
        .map(|(name, value)| lines.measure(name, value).ok())
}
