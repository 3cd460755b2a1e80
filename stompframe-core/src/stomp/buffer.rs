//! The bytes that have arrived but are not decoded yet.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use bytes::{Buf, Bytes, BytesMut};

/// How much unrelated memory a header may keep alive by sharing its allocation.
///
/// Header values outlive their frame: subscription ids and destinations stay for the whole session.
/// A slice of the chunk keeps the whole chunk, so a peer could pin 64 KiB of dead body per
/// subscription with a few octets of header. Beyond this slack the head is copied out, which costs
/// one small allocation; below it, sharing is free.
const MAX_SLACK: usize = 1024;

/// A queue of octets: whole chunks pass through uncopied, and only what spans chunks is joined.
pub(super) enum Buffer {
    /// What is left of a chunk that came from the transport.
    Adopted {
        rest: Bytes,
        /// The size the chunk had: what a slice of it keeps alive.
        chunk_len: usize,
    },
    /// Several chunks, joined.
    Joined(BytesMut),
}

impl Buffer {
    /// Appends a chunk. Amortised over all chunks, each octet is copied a constant number of times.
    pub(super) fn push(&mut self, chunk: Bytes) {
        if self.is_empty() {
            *self = Self::Adopted {
                chunk_len: chunk.len(),
                rest: chunk,
            };
            return;
        }
        match self {
            Self::Joined(joined) => joined.extend_from_slice(&chunk),
            Self::Adopted { rest, .. } => {
                // Copies nothing if nobody else holds the chunk, that is if no frame was cut from
                // it.
                let mut joined = std::mem::take(rest)
                    .try_into_mut()
                    .unwrap_or_else(|shared| BytesMut::from(&shared[..]));
                joined.extend_from_slice(&chunk);
                *self = Self::Joined(joined);
            }
        }
    }

    /// Drops the first `len` octets.
    pub(super) fn advance(&mut self, len: usize) {
        match self {
            Self::Adopted { rest, .. } => rest.advance(len),
            Self::Joined(joined) => joined.advance(len),
        }
        if self.is_empty() {
            // Even an empty slice keeps its chunk alive, and idle connections are many.
            *self = Self::default();
        }
    }

    /// Takes the first `len` octets out, without copying them, and drops the one behind them together
    /// with the ends of line that follow.
    pub(super) fn take_body(&mut self, len: usize) -> Bytes {
        let end = len + 1;
        let end = end + ends_of_line(&self[end..]);
        let body = match self {
            // With nothing left, there is nobody to share the chunk with.
            Self::Adopted { rest, .. } if end == rest.len() && len > 0 => {
                let mut body = std::mem::take(rest);
                body.truncate(len);
                return body;
            }
            Self::Adopted { rest, .. } => rest.split_to(len),
            Self::Joined(joined) => joined.split_to(len).freeze(),
        };
        self.advance(end - len);
        body
    }

    /// Returns octets that begin with the first `len` of the buffer, for a holder that may keep
    /// slices of these long: those that are here if that pins next to nothing else, or else a copy.
    pub(super) fn keep(&self, len: usize) -> Cow<'_, Bytes> {
        match self {
            Self::Adopted { rest, chunk_len } if chunk_len - len <= MAX_SLACK => {
                Cow::Borrowed(rest)
            }
            _ => Cow::Owned(Bytes::copy_from_slice(&self[..len])),
        }
    }

    /// Drops leading ends of line and returns whether there were any.
    pub(super) fn skip_ends_of_line(&mut self) -> bool {
        let len = ends_of_line(self);
        if len > 0 {
            self.advance(len);
        }
        len > 0
    }
}

/// The length of the leading ends of line.
///
/// A CR at the very end does not count: its LF may come with the next chunk.
fn ends_of_line(octets: &[u8]) -> usize {
    let mut rest = octets;
    while let [b'\n', after @ ..] | [b'\r', b'\n', after @ ..] = rest {
        rest = after;
    }
    octets.len() - rest.len()
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Adopted { rest, .. } => rest,
            Self::Joined(joined) => joined,
        }
    }
}

impl Default for Buffer {
    fn default() -> Self {
        Self::Adopted {
            rest: Bytes::new(),
            chunk_len: 0,
        }
    }
}

/// Shows the length only: the octets may be credentials.
impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffer")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
