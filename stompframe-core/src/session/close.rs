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

    /// An end in other words than those of the catalogue, for who uses a transport without STOMP. Where the
    /// transport has a bound on the reason, as WebSocket has (123 bytes), it is cut off there.
    #[must_use]
    pub const fn new(code: u16, reason: Cow<'static, str>) -> Self {
        Self { code, reason }
    }

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

    /// The WebSocket close reason: empty, or an error code of the catalogue, unless it was made with
    /// [`new`](Self::new).
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}
