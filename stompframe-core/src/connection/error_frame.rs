use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use bytestring::ByteString;

use crate::error::MessagingError;
use crate::stomp::{Command, Frame, Headers};

/// An ERROR frame that is about to be sent, and why: the application may say it in its own words.
pub struct ErrorFrame<'a> {
    error: &'a MessagingError,
    failed: Option<&'a FailedFrame>,
    frame: Frame,
}

impl ErrorFrame<'_> {
    /// Why the session ends: a code, a sentence for the client, and a source, which the client must
    /// not see.
    #[must_use]
    pub const fn error(&self) -> &MessagingError {
        self.error
    }

    /// The client's frame that it is about. None where it is about no frame, as when the client fell
    /// silent, or where what came is none.
    #[must_use]
    pub const fn failed(&self) -> Option<&FailedFrame> {
        self.failed
    }

    /// The headers, such as `message` and `error-code`.
    #[must_use]
    pub const fn headers(&self) -> &Headers {
        &self.frame.headers
    }

    /// The headers, to change them. The `receipt-id` of a frame that asked for a receipt stays,
    /// whatever is done to it here (STOMP 1.2, ERROR).
    pub const fn headers_mut(&mut self) -> &mut Headers {
        &mut self.frame.headers
    }

    /// The body: the sentence for the client, if there is one beyond the header `message`.
    #[must_use]
    pub const fn body(&self) -> &Bytes {
        &self.frame.body
    }

    /// Replaces the body and its `content-type`.
    pub fn set_body(&mut self, content_type: impl Into<ByteString>, body: impl Into<Bytes>) {
        self.frame.headers.set("content-type", content_type);
        self.frame.body = body.into();
    }
}

impl fmt::Debug for ErrorFrame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorFrame")
            .field("error", &self.error)
            .field("failed", &self.failed)
            .field("frame", &self.frame)
            .finish()
    }
}

/// The head of a client's frame that could not be processed.
#[derive(Clone, Debug)]
pub struct FailedFrame {
    command: Command,
    headers: Headers,
}

impl FailedFrame {
    /// What it asked for.
    #[must_use]
    pub const fn command(&self) -> Command {
        self.command
    }

    /// Its headers, as the client wrote them.
    #[must_use]
    pub const fn headers(&self) -> &Headers {
        &self.headers
    }
}

/// The application's hand on ERROR frames.
#[derive(Clone)]
pub(crate) struct ErrorHandler(Arc<dyn Fn(&mut ErrorFrame<'_>) + Send + Sync>);

impl ErrorHandler {
    pub(crate) fn new(handler: impl Fn(&mut ErrorFrame<'_>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(handler))
    }

    /// Notes a frame before it is handled, should it fail.
    pub(super) fn note(frame: &Frame) -> FailedFrame {
        FailedFrame {
            command: frame.command,
            headers: frame.headers.clone(),
        }
    }

    /// The frame as the application wants it; none if it panicked over it.
    pub(super) fn amend(
        &self,
        frame: Frame,
        error: &MessagingError,
        failed: Option<&FailedFrame>,
    ) -> Option<Frame> {
        let receipt = frame.headers.get_bytestring("receipt-id").cloned();
        let mut frame = ErrorFrame {
            error,
            failed,
            frame,
        };
        let amending = AssertUnwindSafe(|| (self.0)(&mut frame));
        if catch_unwind(amending).is_err() {
            tracing::error!("the error handler panicked; the ERROR is sent as it was");
            return None;
        }
        let mut frame = frame.frame;
        if let Some(receipt) = receipt {
            frame.headers.set("receipt-id", receipt);
        }
        Some(frame)
    }
}

impl fmt::Debug for ErrorHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ErrorHandler")
    }
}
