use std::fmt;

use serde_json::Value;

use crate::error::ErrorCode;
use crate::stomp::{Command, Frame};

/// How the server refused a frame, as the client was told.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TestError {
    /// What kind of refusal it is.
    pub code: ErrorCode,
    /// The sentence that belongs to the code.
    pub message: String,
    /// What the server said beyond that; empty if nothing.
    pub detail: String,
}

impl TestError {
    /// The refusal of a connection before its first frame.
    pub(super) fn of_code(code: ErrorCode) -> Self {
        Self {
            code,
            message: code.message().to_owned(),
            detail: String::new(),
        }
    }

    /// Reads an ERROR, or a message on `/user/queue/errors`. None if there is no code of the
    /// catalogue in it.
    pub(super) fn read(frame: &Frame) -> Option<Self> {
        let code = frame.header("error-code")?;
        let code = *ErrorCode::ALL.iter().find(|known| known.as_str() == code)?;
        let (message, detail) = if frame.command == Command::Error {
            let message = frame.header("message").unwrap_or_default().to_owned();
            (message, String::from_utf8_lossy(&frame.body).into_owned())
        } else {
            let problem: Value = serde_json::from_slice(&frame.body).ok()?;
            let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
            (text("message"), text("detail"))
        };
        Some(Self {
            code,
            message,
            detail,
        })
    }
}

impl fmt::Display for TestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)?;
        if self.detail.is_empty() {
            return Ok(());
        }
        write!(f, ": {}", self.detail)
    }
}

impl std::error::Error for TestError {}
