//! Errors, in one place: what a client is told, and what stays in the log.

mod code;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

pub use self::code::ErrorCode;

/// Any error, boxed; the source that goes to the log and never to a client.
pub type BoxError = Box<dyn StdError + Send + Sync + 'static>;

/// Why a message could not be processed: a code and a sentence for the client, a source for the
/// log.
///
/// The two audiences are kept apart by construction. [`code`](Self::code) and
/// [`detail`](Self::detail) may reach the client; the [`source`](StdError::source) never does.
#[derive(Debug)]
pub struct MessagingError {
    code: ErrorCode,
    detail: Option<Cow<'static, str>>,
    source: Option<BoxError>,
}

impl MessagingError {
    /// An error of this kind, told in the catalogue's own words.
    #[must_use]
    pub const fn new(code: ErrorCode) -> Self {
        Self {
            code,
            detail: None,
            source: None,
        }
    }

    /// Adds a sentence **for the client** that says what to change.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds the cause **for the log**.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of error this is.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        self.code
    }

    /// The sentence for the client, where there is one beyond the catalogue's.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }
}

impl fmt::Display for MessagingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.message())?;
        match &self.detail {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

impl StdError for MessagingError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl From<ErrorCode> for MessagingError {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}

/// Shows an error together with all its causes on one line, for the log.
pub(crate) struct Chain<'a>(pub(crate) &'a (dyn StdError + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// Shows what a client sent, for the log: escaped, so that one event stays one line, and cut to 256
/// bytes.
pub(crate) struct Untrusted<'a>(pub(crate) &'a str);

impl fmt::Display for Untrusted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.0.len() <= 256 {
            self.0.len()
        } else {
            (0..=256)
                .rev()
                .find(|end| self.0.is_char_boundary(*end))
                .unwrap_or_default()
        };
        write!(f, "{}", self.0[..end].escape_debug())?;
        if end < self.0.len() {
            f.write_str("...")
        } else {
            Ok(())
        }
    }
}
