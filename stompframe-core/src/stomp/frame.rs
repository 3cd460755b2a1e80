//! One STOMP frame.

use std::fmt;

use bytes::Bytes;
use bytestring::ByteString;

use super::{Command, Headers};

/// A frame as the application sees it: unescaped, with the framing octets gone.
///
/// The body is octets; whether they are text is for the `content-type` header to say. Cloning
/// copies neither header text nor body.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    /// What the frame asks for or tells.
    pub command: Command,
    /// The headers in wire order. A decoded frame keeps its `content-length` here;
    /// [`encode`](super::encode) ignores it and counts the body itself.
    pub headers: Headers,
    /// The body. Empty for commands that carry none.
    pub body: Bytes,
}

impl Frame {
    /// Creates a frame with neither headers nor body.
    #[must_use]
    pub fn new(command: Command) -> Self {
        Self {
            command,
            headers: Headers::new(),
            body: Bytes::new(),
        }
    }

    /// Appends a header, after those the frame has already.
    #[must_use]
    pub fn with_header(
        mut self,
        name: impl Into<ByteString>,
        value: impl Into<ByteString>,
    ) -> Self {
        self.headers.push(name, value);
        self
    }

    /// Replaces the body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Returns the value of a header: that of its first occurrence, as [`Headers::get`] does.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }
}

/// Shows the length of the body, never its content: bodies are other people's data and do not
/// belong in logs.
impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("command", &self.command)
            .field("headers", &self.headers)
            .field("body_len", &self.body.len())
            .finish()
    }
}
