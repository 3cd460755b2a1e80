use std::sync::Arc;

use bytes::Bytes;
use bytestring::ByteString;

use super::backlog::Backlog;
use crate::error::ErrorCode;
use crate::stomp::{self, Command, Encoded, Frame, Version};

/// An encoded frame on its way to a client. Cloning shares it.
///
/// A transport that tells text from binary, as WebSocket does, sends what [is text](Self::is_text) as
/// text; a frame whose body is not UTF-8 goes as binary. It is decided once, where the body is
/// encoded, not per recipient.
///
/// It is as large as a pointer: a frame stands in as many queues as it has recipients, and what is written there for
/// each of them has to be fetched again as it leaves.
#[derive(Clone, Debug)]
pub struct OutgoingFrame(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    bytes: Bytes,
    kind: Kind,
    /// Where its bytes are counted, if it stands in many queues: once for all of them together.
    counted: Option<Arc<Backlog>>,
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
        Self::new(text.into().into_bytes(), Kind::Text)
    }

    /// What is sent as binary.
    pub fn binary(bytes: impl Into<Bytes>) -> Self {
        Self::new(bytes.into(), Kind::Binary)
    }

    /// What a transport writes as it is, because it stands for itself: a control frame of WebSocket.
    pub fn verbatim(bytes: impl Into<Bytes>) -> Self {
        Self::new(bytes.into(), Kind::Verbatim)
    }

    fn new(bytes: Bytes, kind: Kind) -> Self {
        Self(Arc::new(Shared {
            bytes,
            kind,
            counted: None,
        }))
    }

    pub(crate) fn encode(frame: &Frame, version: Version) -> Result<Self, stomp::EncodeError> {
        Ok(stomp::encode(frame, version)?.into())
    }

    /// What is encoded, for many queues, with its bytes counted once for all of them.
    pub(crate) fn for_many(encoded: Encoded, backlog: &Arc<Backlog>) -> Self {
        let Encoded { bytes, is_text, .. } = encoded;
        backlog.take(bytes.len());
        Self(Arc::new(Shared {
            bytes,
            kind: Kind::of(is_text),
            counted: Some(Arc::clone(backlog)),
        }))
    }

    /// A sign of life.
    pub(crate) fn heart_beat() -> Self {
        Self::new(stomp::heart_beat(), Kind::Text)
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

    /// Whether it stands in many queues, which do not count its bytes.
    pub(super) fn is_counted(&self) -> bool {
        self.0.counted.is_some()
    }

    /// Whether the whole frame is UTF-8, to be sent as text.
    #[inline]
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.0.kind == Kind::Text
    }

    /// Whether a transport writes it as it is, without what it puts before each message.
    #[inline]
    #[must_use]
    pub fn is_verbatim(&self) -> bool {
        self.0.kind == Kind::Verbatim
    }

    /// The frame as a text, if it is one. It is looked through for that.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        str::from_utf8(self.as_bytes())
            .ok()
            .filter(|_| self.is_text())
    }

    /// The bytes of the frame.
    #[inline]
    #[must_use]
    pub fn as_bytes(&self) -> &Bytes {
        &self.0.bytes
    }

    /// The bytes of the frame, for a transport that keeps them. From then on what all queues hold together
    /// is counted without them.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.0.bytes.clone()
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.0.bytes.len()
    }
}

impl Kind {
    const fn of(is_text: bool) -> Self {
        if is_text { Self::Text } else { Self::Binary }
    }
}

impl From<Encoded> for OutgoingFrame {
    fn from(encoded: Encoded) -> Self {
        let Encoded { bytes, is_text, .. } = encoded;
        Self::new(bytes, Kind::of(is_text))
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(backlog) = &self.counted {
            backlog.give_back(self.bytes.len());
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
