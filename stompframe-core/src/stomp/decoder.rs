//! From bytes to frames.

use bytes::Bytes;

use super::buffer::Buffer;
use super::open::OpenFrame;
use super::scan::{Accepts, HeadScan};
use super::{DecodeError, DecodeErrorKind, Frame, FrameLimits, Version, head, open, plain};

/// Cuts a stream of bytes into frames.
///
/// [`Push`](Self::push) a chunk, then call [`next`](Self::next) until it returns `None` or an
/// error, then push the next chunk. Where chunks begin and end makes no difference to the frames.
///
/// After an error the decoder is dead: it has dropped what it held, ignores what is pushed and
/// returns no more frames. A peer whose frame was refused may have written the following ones in
/// the belief that it was not.
#[derive(Debug)]
pub struct Decoder {
    accepts: Accepts,
    version: Option<Version>,
    limits: FrameLimits,
    buffer: Buffer,
    scan: HeadScan,
    /// A frame whose head is complete and already taken from the buffer.
    open: Option<OpenFrame>,
    is_dead: bool,
}

/// What a [`Decoder`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// A complete frame.
    Frame(Frame),
    /// One or more ends of line between frames: a sign of life from an idle peer.
    ///
    /// One is reported per run of them, and none for those that directly follow a frame in the same
    /// chunk, as the frame is itself a sign of life.
    HeartBeat,
}

impl Decoder {
    /// Creates a decoder for the server side: only client commands are accepted.
    #[must_use]
    pub fn for_server(limits: FrameLimits) -> Self {
        Self::new(Accepts::ClientCommands, limits)
    }

    /// Creates a decoder for the client side, such as a relay to a broker: only server commands are
    /// accepted.
    #[must_use]
    pub fn for_client(limits: FrameLimits) -> Self {
        Self::new(Accepts::ServerCommands, limits)
    }

    fn new(accepts: Accepts, limits: FrameLimits) -> Self {
        Self {
            accepts,
            version: None,
            limits,
            buffer: Buffer::default(),
            scan: HeadScan::default(),
            open: None,
            is_dead: false,
        }
    }

    /// Sets the agreed version. It holds for the frames that [`next`](Self::next) returns from now
    /// on.
    ///
    /// Before, frames are read by the rules of STOMP 1.2. That does not touch `CONNECT`, `STOMP`
    /// and `CONNECTED`, which no version escapes; only a `CONNECT` without `accept-version` is read
    /// as one of STOMP 1.0.
    pub fn set_version(&mut self, version: Version) {
        self.version = Some(version);
    }

    /// Replaces the limits, for example by wider ones once the peer is authenticated.
    pub fn set_limits(&mut self, limits: FrameLimits) {
        self.limits = limits;
    }

    /// Hands over bytes that have arrived. An empty decoder adopts the chunk and copies nothing.
    ///
    /// Limits are checked by [`next`](Self::next). Call that until it has no more before pushing
    /// again, or the chunks pile up here.
    pub fn push(&mut self, chunk: Bytes) {
        if !self.is_dead && !chunk.is_empty() {
            self.buffer.push(chunk);
        }
    }

    /// Returns what comes next, or `None` if that needs more bytes or the decoder is dead.
    ///
    /// # Errors
    ///
    /// The bytes are not a frame that the session may contain; see [`DecodeErrorKind`]. This
    /// happens once: the decoder is dead afterwards.
    #[expect(
        clippy::should_implement_trait,
        reason = "`None` means not yet, while an iterator would end there"
    )]
    pub fn next(&mut self) -> Result<Option<Decoded>, DecodeError> {
        if self.is_dead {
            return Ok(None);
        }
        if !self.is_mid_frame() {
            if self.buffer.skip_ends_of_line() {
                return Ok(Some(Decoded::HeartBeat));
            }
            if matches!(&self.buffer[..], [] | [b'\r']) {
                return Ok(None);
            }
        }
        let mut open = match self.open.take() {
            Some(open) => open,
            None => match self.read_head() {
                Ok(Some(open)) => open,
                Ok(None) => return Ok(None),
                Err(kind) => return Err(self.refuse_head(kind)),
            },
        };
        match open.find_end(&self.buffer, self.version, &self.limits) {
            Ok(Some(len)) => Ok(Some(Decoded::Frame(open.close(self.buffer.take_body(len))))),
            Ok(None) => {
                self.open = Some(open);
                Ok(None)
            }
            Err(kind) => Err(self.refuse_body(kind, &open)),
        }
    }

    /// Returns the number of octets held for an unfinished frame, and of those not looked at yet.
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.buffer.len() + self.open.as_ref().map_or(0, OpenFrame::head_len)
    }

    /// Whether a frame has begun and not ended. Tells after [`next`](Self::next) returned `None`
    /// whether the end of the stream would cut a frame in two.
    #[must_use]
    pub fn is_mid_frame(&self) -> bool {
        self.open.is_some() || self.scan.is_started()
    }

    /// Takes a head from the buffer once it is complete.
    fn read_head(&mut self) -> Result<Option<OpenFrame>, DecodeErrorKind> {
        let plain = match self.scan.is_started() {
            true => None,
            false => plain::read(&self.buffer, self.accepts, &self.limits),
        };
        let (end, mut headers) = match plain {
            Some(head) => head,
            None => {
                let end = self
                    .scan
                    .advance(&self.buffer, self.accepts, &self.limits)?;
                let Some(end) = end else {
                    return Ok(None);
                };
                let head = self.buffer.keep(end.len).slice(..end.len);
                (end, head::parse(head, end.command, self.version)?)
            }
        };
        self.scan.set_command(end.command);
        head::check(&mut headers, end.command, self.version)?;
        let body_len = open::body_len(&headers, end.len, &self.limits)?;
        self.buffer.advance(end.len);
        self.scan = HeadScan::default();
        Ok(Some(OpenFrame::new(end, headers, body_len)))
    }

    fn refuse_head(&mut self, kind: DecodeErrorKind) -> DecodeError {
        let command = self.scan.command();
        let receipt = head::find_receipt(&self.buffer, command, self.version, &self.limits);
        self.die();
        DecodeError::new(kind, command, receipt)
    }

    fn refuse_body(&mut self, kind: DecodeErrorKind, open: &OpenFrame) -> DecodeError {
        self.die();
        DecodeError::new(kind, Some(open.command()), open.receipt().cloned())
    }

    fn die(&mut self) {
        self.is_dead = true;
        self.buffer = Buffer::default();
        self.scan = HeadScan::default();
        self.open = None;
    }
}
