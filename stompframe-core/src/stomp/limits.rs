//! How large a frame may be.

/// Upper bounds for one inbound frame, all in octets as they stand on the wire.
///
/// STOMP 1.1 and 1.2 let a server bound the number of headers, the length of a header line and the
/// size of a body. A [`Decoder`](super::Decoder) enforces the bounds while bytes arrive, so a peer
/// cannot make it hold more than these by leaving a line, a head or a body unfinished.
///
/// The command line is bounded by [`MAX_COMMAND`](Self::MAX_COMMAND), which no setting changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FrameLimits {
    /// Head plus body, the closing NUL not counted. Default 64 KiB.
    pub max_frame: usize,
    /// The head: from the command to the empty line, ends of lines included. Default 16 KiB.
    pub max_head: usize,
    /// One header line, its end of line not counted. Default 8 KiB, which has room for a large
    /// bearer token.
    pub max_header_line: usize,
    /// The number of headers. Repeated names count, or else ten thousand copies of one would pass.
    /// Default 64.
    pub max_headers: usize,
}

impl FrameLimits {
    /// Bound of the command line, its end of line not counted. The longest command has 11 octets;
    /// whatever exceeds 16 is not STOMP.
    pub const MAX_COMMAND: usize = 16;

    /// Sets [`max_frame`](Self::max_frame).
    #[must_use]
    pub const fn with_max_frame(mut self, octets: usize) -> Self {
        self.max_frame = octets;
        self
    }

    /// Sets [`max_head`](Self::max_head).
    #[must_use]
    pub const fn with_max_head(mut self, octets: usize) -> Self {
        self.max_head = octets;
        self
    }

    /// Sets [`max_header_line`](Self::max_header_line).
    #[must_use]
    pub const fn with_max_header_line(mut self, octets: usize) -> Self {
        self.max_header_line = octets;
        self
    }

    /// Sets [`max_headers`](Self::max_headers).
    #[must_use]
    pub const fn with_max_headers(mut self, count: usize) -> Self {
        self.max_headers = count;
        self
    }

    /// What is left for the body behind a head of `head_len` octets.
    pub(super) const fn body_room(&self, head_len: usize) -> usize {
        self.max_frame.saturating_sub(head_len)
    }
}

impl Default for FrameLimits {
    fn default() -> Self {
        Self {
            max_frame: 64 * 1024,
            max_head: 16 * 1024,
            max_header_line: 8 * 1024,
            max_headers: 64,
        }
    }
}
