//! Errors, in one place: what a client is told, and what stays in the log.

mod code;
mod violation;

use std::any::Any;
use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt::{self, Write as _};

pub use self::code::ErrorCode;
pub use self::violation::Violation;

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
    /// Apart, so that a result is small where nothing went wrong.
    more: Option<Box<More>>,
}

/// What most errors do without.
#[derive(Debug, Default)]
struct More {
    detail: Option<Cow<'static, str>>,
    source: Option<BoxError>,
    handled: Option<bool>,
    violations: Vec<Violation>,
}

impl MessagingError {
    /// An error of this kind, told in the catalogue's own words.
    #[must_use]
    pub const fn new(code: ErrorCode) -> Self {
        Self { code, more: None }
    }

    /// Adds a sentence **for the client** that says what to change.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.more_mut().detail = Some(detail.into());
        self
    }

    /// Adds the rules that a body breaks, **for the client**: the first twenty, also as the
    /// [`detail`](Self::detail).
    #[must_use]
    pub fn with_violations(mut self, violations: impl IntoIterator<Item = Violation>) -> Self {
        let (told, sentence) = violation::told(violations);
        self.more_mut().violations = told;
        self.with_detail(sentence)
    }

    /// Adds the cause **for the log**.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.more_mut().source = Some(source.into());
        self
    }

    /// The same for the client, with nothing for the log.
    pub(crate) fn without_source(&self) -> Self {
        let more = self.more.as_ref().map(|more| {
            Box::new(More {
                detail: more.detail.clone(),
                source: None,
                handled: more.handled,
                violations: more.violations.clone(),
            })
        });
        Self {
            code: self.code,
            more,
        }
    }

    /// An exception handler has taken it; and whether its reply reached the client that is to know.
    pub(crate) fn handled(mut self, client_knows: bool) -> Self {
        self.more_mut().handled = Some(client_knows);
        self
    }

    /// Whether the client knows it already, if an exception handler has taken it.
    pub(crate) fn handled_with(&self) -> Option<bool> {
        self.more.as_ref()?.handled
    }

    fn more_mut(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    /// Itself as an `E`, or itself.
    pub(crate) fn downcast<E: StdError + 'static>(self) -> Result<E, Self> {
        let mut itself = Some(self);
        let any: &mut dyn Any = &mut itself;
        match any.downcast_mut::<Option<E>>().and_then(Option::take) {
            Some(error) => Ok(error),
            None => Err(itself.unwrap_or(Self::new(ErrorCode::Internal))),
        }
    }

    /// Its source as an `E`, or itself.
    pub(crate) fn downcast_source<E: StdError + Send + Sync + 'static>(
        mut self,
    ) -> Result<E, Self> {
        let source = self.more.as_mut().and_then(|more| more.source.take());
        match source.map(<dyn StdError + Send + Sync>::downcast::<E>) {
            Some(Ok(error)) => Ok(*error),
            Some(Err(source)) => Err(self.with_source(source)),
            None => Err(self),
        }
    }

    /// What kind of error this is.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        self.code
    }

    /// The rules that the body breaks, where that is the error.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        self.more.as_ref().map_or(&[], |more| &more.violations)
    }

    /// The sentence for the client, where there is one beyond the catalogue's.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.more.as_ref()?.detail.as_deref()
    }
}

impl fmt::Display for MessagingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.message())?;
        match self.detail() {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

impl StdError for MessagingError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.more.as_ref()?.source.as_deref()?;
        Some(source)
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
        // What stands behind violations says the same again, unbounded and in the client's words.
        let itself = self.0.downcast_ref::<MessagingError>();
        if itself.is_some_and(|error| !error.violations().is_empty()) {
            return Ok(());
        }
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// Shows text that a client had a hand in: cut to 256 bytes, and with nothing in it that would break
/// a line or a terminal, so that one event stays one line.
pub(crate) struct Untrusted<'a>(pub(crate) &'a str);

impl fmt::Display for Untrusted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, letter) in self.0.char_indices() {
            if position + letter.len_utf8() > 256 {
                return f.write_str("...");
            }
            match letter {
                '\u{2028}' | '\u{2029}' => write!(f, "{}", letter.escape_unicode())?,
                control if control.is_control() => write!(f, "{}", control.escape_default())?,
                plain => f.write_char(plain)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Untrusted;

    #[test]
    fn what_a_client_sent_stays_on_one_line_and_short() {
        let shown = Untrusted("a\nb\u{1b}[31m\u{2028}\"ü\"").to_string();
        assert_eq!(shown, "a\\nb\\u{1b}[31m\\u{2028}\"ü\"");
        let shown = Untrusted(&"ü".repeat(1_000)).to_string();
        assert_eq!(shown, format!("{}...", "ü".repeat(128)));
    }
}
