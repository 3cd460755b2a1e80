use bytes::Bytes;
use bytestring::ByteString;

use crate::error::ErrorCode;
use crate::stomp::{self, Command, Frame, Version};

/// An encoded frame on its way to a client. Cloning shares the bytes.
///
/// A transport that tells text from binary, as WebSocket does, sends [`Text`](Self::Text) as text;
/// a frame whose body is not UTF-8 goes as [`Binary`](Self::Binary). It is decided once, where the
/// frame is encoded, not per recipient.
#[derive(Clone, Debug)]
pub enum OutgoingFrame {
    /// The whole frame is UTF-8.
    Text(ByteString),
    /// The body is not UTF-8.
    Binary(Bytes),
}

impl OutgoingFrame {
    pub(crate) fn encode(frame: &Frame, version: Version) -> Result<Self, stomp::EncodeError> {
        Ok(Self::new(stomp::encode(frame, version)?.bytes))
    }

    pub(crate) fn new(bytes: Bytes) -> Self {
        // Looked at twice, which is cheaper than a clone: that would need a place to count the owners.
        match str::from_utf8(&bytes) {
            Ok(_) => Self::Text(ByteString::try_from(bytes).expect("it was just found to be text")),
            Err(_) => Self::Binary(bytes),
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

    /// The bytes of the frame.
    #[must_use]
    pub fn as_bytes(&self) -> &Bytes {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }

    /// The bytes of the frame, for a transport that keeps them.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        match self {
            Self::Text(text) => text.into_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.as_bytes().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ws_03_a_body_that_is_no_text_makes_the_frame_binary() {
        assert!(matches!(
            OutgoingFrame::new(Bytes::from_static("ü".as_bytes())),
            OutgoingFrame::Text(_)
        ));
        assert!(matches!(
            OutgoingFrame::new(Bytes::from_static(b"\xff")),
            OutgoingFrame::Binary(_)
        ));
    }
}
