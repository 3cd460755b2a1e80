use std::borrow::Cow;

use crate::error::ErrorCode;

/// How a connection ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    code: u16,
    reason: Cow<'static, str>,
}

impl Close {
    /// The ordinary end (RFC 6455, 1000).
    pub const NORMAL: Self = Self {
        code: 1000,
        reason: Cow::Borrowed(""),
    };

    /// The end for text that is not UTF-8 (RFC 6455, 7.4.1).
    pub const NOT_UTF8: Self = Self {
        code: 1007,
        reason: Cow::Borrowed(ErrorCode::MalformedFrame.as_str()),
    };

    /// The end for this reason, with the close code that the catalogue gives it.
    #[must_use]
    pub const fn because(code: ErrorCode) -> Self {
        Self {
            code: code.close_code(),
            reason: Cow::Borrowed(code.as_str()),
        }
    }

    /// The WebSocket close code.
    #[must_use]
    pub const fn code(&self) -> u16 {
        self.code
    }

    /// The WebSocket close reason: empty, or an error code of the catalogue.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}
