use std::sync::Arc;

use bytes::Bytes;
use bytestring::ByteString;

use super::backlog::Backlog;
use crate::error::ErrorCode;
use crate::stomp::{self, Command, Encoded, Frame, Version};

/// An encoded frame on its way to a client. Cloning shares the bytes.
///
/// A transport that tells text from binary, as WebSocket does, sends what [is text](Self::is_text) as
/// text; a frame whose body is not UTF-8 goes as binary. It is decided once, where the body is
/// encoded, not per recipient.
#[derive(Clone, Debug)]
pub struct OutgoingFrame {
    bytes: Bytes,
    kind: Kind,
    /// Whether it stands in many queues, and its bytes are counted for all of them together.
    is_shared: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Binary,
    Verbatim,
}

impl OutgoingFrame {
    /// What is sent as text.
    pub fn text(text: impl Into<ByteString>) -> Self {
        Self {
            bytes: text.into().into_bytes(),
            kind: Kind::Text,
            is_shared: false,
        }
    }

    /// What is sent as binary.
    pub fn binary(bytes: impl Into<Bytes>) -> Self {
        Self {
            bytes: bytes.into(),
            kind: Kind::Binary,
            is_shared: false,
        }
    }

    /// What a transport writes as it is, because it stands for itself: a control frame of WebSocket.
    pub fn verbatim(bytes: impl Into<Bytes>) -> Self {
        Self {
            bytes: bytes.into(),
            kind: Kind::Verbatim,
            is_shared: false,
        }
    }

    pub(crate) fn encode(frame: &Frame, version: Version) -> Result<Self, stomp::EncodeError> {
        Ok(stomp::encode(frame, version)?.into())
    }

    /// The same for many queues, with its bytes counted once for all of them.
    pub(crate) fn shared(self, backlog: &Arc<Backlog>) -> Self {
        Self {
            bytes: backlog.counted(self.bytes),
            is_shared: true,
            ..self
        }
    }

    /// A sign of life.
    pub(crate) fn heart_beat() -> Self {
        Self {
            bytes: stomp::heart_beat(),
            kind: Kind::Text,
            is_shared: false,
        }
    }

    /// ERROR with what the catalogue says, in a form that every version reads.
    ///
    /// # Errors
    ///
    /// None: what the catalogue says can be encoded.
    pub fn error(code: ErrorCode) -> Result<Self, stomp::EncodeError> {
        let error = Frame::new(Command::Error)
            .with_header("message", code.message())
            .with_header("error-code", code.as_str());
        Self::encode(&error, Version::V1_0)
    }

    pub(super) const fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// Whether the whole frame is UTF-8, to be sent as text.
    #[inline]
    #[must_use]
    pub const fn is_text(&self) -> bool {
        matches!(self.kind, Kind::Text)
    }

    /// Whether a transport writes it as it is, without what it puts before each message.
    #[inline]
    #[must_use]
    pub const fn is_verbatim(&self) -> bool {
        matches!(self.kind, Kind::Verbatim)
    }

    /// The frame as a text, if it is one. It is looked through for that.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        str::from_utf8(&self.bytes).ok().filter(|_| self.is_text())
    }

    /// The bytes of the frame.
    #[inline]
    #[must_use]
    pub const fn as_bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The bytes of the frame, for a transport that keeps them.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }

    #[inline]
    pub(crate) const fn len(&self) -> usize {
        self.bytes.len()
    }
}

impl From<Encoded> for OutgoingFrame {
    fn from(encoded: Encoded) -> Self {
        let Encoded { bytes, is_text, .. } = encoded;
        let kind = if is_text { Kind::Text } else { Kind::Binary };
        Self {
            bytes,
            kind,
            is_shared: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ws_03_a_body_that_is_no_text_makes_the_frame_binary() {
        for (body, is_text) in [("ü".as_bytes(), true), (b"\xff", false)] {
            let frame = Frame::new(Command::Message).with_body(body);
            let frame = OutgoingFrame::encode(&frame, Version::V1_2).unwrap();
            assert_eq!(frame.is_text(), is_text);
            assert_eq!(frame.as_text().is_some(), is_text);
        }
    }
}
