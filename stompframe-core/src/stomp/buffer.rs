//! The bytes that have arrived but are not decoded yet.

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

    /// Takes the first `len` octets out, without copying them.
    pub(super) fn take(&mut self, len: usize) -> Bytes {
        match self {
            Self::Adopted { rest, .. } => rest.split_to(len),
            Self::Joined(joined) => joined.split_to(len).freeze(),
        }
    }

    /// Returns the first `len` octets for a holder that may keep them long: shared if that pins
    /// next to nothing else, or else as one copy.
    pub(super) fn keep(&self, len: usize) -> Bytes {
        match self {
            Self::Adopted { rest, chunk_len } if chunk_len - len <= MAX_SLACK => rest.slice(..len),
            _ => Bytes::copy_from_slice(&self[..len]),
        }
    }

    /// Drops leading ends of line and returns whether there were any.
    ///
    /// A CR at the very end stays: its LF may come with the next chunk.
    pub(super) fn skip_ends_of_line(&mut self) -> bool {
        let mut rest: &[u8] = self;
        while let [b'\n', after @ ..] | [b'\r', b'\n', after @ ..] = rest {
            rest = after;
        }
        let skipped = self.len() - rest.len();
        self.advance(skipped);
        skipped > 0
    }
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
