//! Heads as almost all are: here as a whole, and with nothing in them that has to be looked at
//! closely.
//!
//! Whatever else there is, be it escapes, CRs, letters beyond ASCII, mistakes or large numbers of
//! anything, is left to [`HeadScan`](super::scan::HeadScan) and [`head`](super::head), which can
//! tell what is wrong with a head. What is read here they would read alike.

use std::ops::Range;

use bytes::Bytes;
use bytestring::ByteString;
use smallvec::SmallVec;

use super::buffer::Buffer;
use super::octets::Notable;
use super::scan::{Accepts, HeadEnd};
use super::{Command, FrameLimits, Headers};

/// Where header lines begin, and the empty line, with room for those of most frames.
type Starts = SmallVec<[usize; 10]>;

/// Reads the head that the buffer begins with. Its headers are slices of it.
#[inline]
pub(super) fn read(
    buffer: &Buffer,
    accepts: Accepts,
    limits: &FrameLimits,
) -> Option<(HeadEnd, Headers)> {
    let mut starts = Starts::new();
    let end = find(buffer, &mut starts, accepts, limits)?;
    let headers = split(&buffer.keep(end.len), &starts)?;
    Some((end, headers))
}

/// Finds the lines.
fn find(
    bytes: &[u8],
    starts: &mut Starts,
    accepts: Accepts,
    limits: &FrameLimits,
) -> Option<HeadEnd> {
    let room = limits.max_head.min(limits.max_frame);
    // If the head is no longer than a line may be, no line is.
    let room = room.min(limits.max_header_line);
    let window = &bytes[..bytes.len().min(room)];
    let mut start = 0;
    for at in Notable::of(window) {
        if window[at] != b'\n' {
            return None;
        }
        if at == start {
            let command = Command::from_bytes(&window[..*starts.first()? - 1])?;
            let len = at + 1;
            return accepts.accepts(command).then_some(HeadEnd { command, len });
        }
        // The line that ends here is a header, but for the first one.
        if starts.len() > limits.max_headers {
            return None;
        }
        start = at + 1;
        starts.push(start);
    }
    None
}

/// Splits the lines into names and values.
fn split(head: &Bytes, starts: &[usize]) -> Option<Headers> {
    let text = |range: Range<usize>| ByteString::try_from(head.slice(range)).ok();
    let mut headers = Vec::with_capacity(starts.len() - 1);
    for line in starts.windows(2) {
        let (start, end) = (line[0], line[1] - 1);
        let line = &head[start..end];
        let (name, colon) = match known(line) {
            Some(name) => (ByteString::from_static(name), start + name.len()),
            None => {
                let colon = line.iter().position(|octet| *octet == b':');
                let colon = colon.filter(|at| *at > 0)?;
                (text(start..start + colon)?, start + colon)
            }
        };
        headers.push((name, text(colon + 1..end)?));
    }
    Some(Headers::from_vec(headers))
}

/// The name of a header line, if it is one of those in almost every frame. They need not share the
/// memory of the head, and to count who does takes longer than to find them here.
fn known(line: &[u8]) -> Option<&'static str> {
    macro_rules! one_of {
        ($($name:literal)*) => {$(
            if line.starts_with(concat!($name, ":").as_bytes()) {
                return Some($name);
            }
        )*};
    }
    one_of!("destination" "content-type" "content-length" "receipt" "id");
    None
}
