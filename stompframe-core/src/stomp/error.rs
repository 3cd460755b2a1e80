//! Why a frame was refused.

use bytestring::ByteString;

use super::Command;

/// A frame the [`Decoder`](super::Decoder) refused. It is the last thing that decoder tells.
///
/// The text is one sentence that names the rule and what to change. It contains nothing that the
/// peer sent, and no character that any version escapes: it may go as it is into logs, and into the
/// `message` header of an `ERROR` frame even before a version is agreed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct DecodeError {
    kind: DecodeErrorKind,
    command: Option<Command>,
    receipt: Option<ByteString>,
}

impl DecodeError {
    pub(super) fn new(
        kind: DecodeErrorKind,
        command: Option<Command>,
        receipt: Option<ByteString>,
    ) -> Self {
        Self {
            kind,
            command,
            receipt,
        }
    }

    /// Returns the rule that was broken.
    #[must_use]
    pub fn kind(&self) -> DecodeErrorKind {
        self.kind
    }

    /// Returns the command of the refused frame, if it is a known one and had arrived.
    #[must_use]
    pub fn command(&self) -> Option<Command> {
        self.command
    }

    /// Returns the decoded `receipt` header of the refused frame, for the `receipt-id` of the
    /// `ERROR` frame.
    ///
    /// This is best effort: the header is found also behind the broken line, but only among the
    /// bytes that had arrived when the frame was refused. It is never reported for `CONNECT` and
    /// `STOMP`, on which a receipt has no meaning (STOMP 1.2, Standard Headers).
    #[must_use]
    pub fn receipt(&self) -> Option<&str> {
        self.receipt.as_deref()
    }
}

/// The rule that a refused frame broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The frame does not follow the grammar (STOMP 1.2, Augmented BNF).
    #[error("malformed frame, {rule}")]
    MalformedFrame {
        /// The part of the grammar in question.
        rule: GrammarRule,
    },
    /// A header holds a backslash that starts no escape of the session's version (STOMP 1.2, Value
    /// Encoding).
    #[error(
        "undefined escape sequence in a header; there is one for line feed, colon and backslash, \
         and since STOMP 1.2 for carriage return, so a backslash must itself be escaped"
    )]
    BadEscape,
    /// The head is not UTF-8.
    #[error("the command and the headers must be UTF-8; send other octets in the body")]
    InvalidUtf8,
    /// A header that identifies something is present, but empty: `destination`, `id`,
    /// `transaction`, and on `ACK` and `NACK` also `message-id` and `subscription`. Whether it is
    /// *missing* is not the codec's concern.
    #[error("the header {name} must not be empty")]
    EmptyHeader {
        /// The name of the header.
        name: &'static str,
    },
    /// The value of `content-length` is not a plain number.
    #[error(
        "content-length must be the size of the body in octets, \
         as 1 to 10 digits without sign, blank or leading zero"
    )]
    BadContentLength,
    /// Two `content-length` headers of one frame differ. Peers behind a relay might not choose the
    /// same one.
    #[error("the content-length headers of one frame must not differ; send one")]
    ContentLengthConflict,
    /// The command takes no body (STOMP 1.2, Body).
    #[error("{0} must not have a body; only SEND, MESSAGE and ERROR have one")]
    BodyNotAllowed(Command),
    /// The command is not one of STOMP.
    #[error("unknown command; commands are those of STOMP 1.0 to 1.2, in capital letters")]
    UnknownCommand,
    /// The command belongs to the other side: a server command came from a client, or the reverse.
    #[error("{0} must not come from this side of the connection")]
    UnexpectedCommand(Command),
    /// The command line exceeds [`FrameLimits::MAX_COMMAND`](super::FrameLimits::MAX_COMMAND).
    #[error("the command line exceeds {limit} octets; no STOMP command is that long")]
    CommandTooLong {
        /// The bound, in octets.
        limit: usize,
    },
    /// A header line exceeds [`FrameLimits::max_header_line`](super::FrameLimits::max_header_line).
    #[error("a header line exceeds {limit} octets; send large values in the body")]
    HeaderTooLong {
        /// The bound, in octets.
        limit: usize,
    },
    /// There are more headers than [`FrameLimits::max_headers`](super::FrameLimits::max_headers).
    #[error("the frame has more than {limit} headers, repeated ones included; send fewer")]
    TooManyHeaders {
        /// The bound.
        limit: usize,
    },
    /// The head exceeds [`FrameLimits::max_head`](super::FrameLimits::max_head).
    #[error("the command and headers exceed {limit} octets; send large values in the body")]
    HeadTooLarge {
        /// The bound, in octets.
        limit: usize,
    },
    /// The frame exceeds [`FrameLimits::max_frame`](super::FrameLimits::max_frame).
    #[error("the frame exceeds {limit} octets; split the message")]
    FrameTooLarge {
        /// The bound, in octets.
        limit: usize,
    },
}

/// The part of the grammar that a [`MalformedFrame`](DecodeErrorKind::MalformedFrame) breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GrammarRule {
    /// A header line without a colon.
    #[error("a header line needs a colon between name and value")]
    MissingColon,
    /// A header line that starts with its colon.
    #[error("a header name needs at least one character before the colon")]
    EmptyHeaderName,
    /// A carriage return in the head that no line feed follows.
    ///
    /// Just before a line feed it is taken as part of the end of line in every version, as all
    /// servers do. On its own it would be a line break to some receivers and text to others.
    #[error(
        "a carriage return in the head must be followed by a line feed, or be escaped in STOMP 1.2"
    )]
    StrayCarriageReturn,
    /// A NUL octet before the empty line that ends the head.
    ///
    /// The printed grammar lets it pass in a value, but receivers that look for NUL to find the end
    /// of the frame would cut there.
    #[error("NUL must not occur before the empty line that ends the headers; it ends a frame")]
    NulInHead,
    /// The octet behind `content-length` octets of body is not NUL.
    #[error(
        "the octet after content-length octets of body must be NUL; \
         count the octets, not the characters"
    )]
    MissingNul,
}
