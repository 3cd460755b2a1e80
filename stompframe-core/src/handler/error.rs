use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use crate::error::{BoxError, ErrorCode, MessagingError};

/// Why a handler could not do its work. Any error turns into one with `?`.
///
/// The client learns only a code and the sentence that belongs to it; the error itself goes to the
/// log. To say more to the client, say it aloud with [`HandlerError::new`].
///
/// It does not implement [`Error`](StdError) itself, so that every type that does can be converted.
///
/// ```
/// use stompframe_core::{ErrorCode, HandlerError};
///
/// async fn parse(text: String) -> Result<String, HandlerError> {
///     let number: u32 = text.trim().parse()?; // logged; the client is told `handler-failed`
///     if number > 100 {
///         return Err(HandlerError::new(ErrorCode::Denied, "numbers go up to 100"));
///     }
///     Ok(number.to_string())
/// }
/// ```
#[derive(Debug)]
pub struct HandlerError(MessagingError);

impl HandlerError {
    /// An error of this kind, with a sentence **for the client**.
    #[must_use]
    pub fn new(code: ErrorCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(MessagingError::new(code).with_detail(detail))
    }

    /// What kind of error this is.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        self.0.code()
    }

    /// The error that the handler met, if it is an `E`.
    #[must_use]
    pub fn downcast_ref<E: StdError + 'static>(&self) -> Option<&E> {
        self.0.source()?.downcast_ref()
    }

    pub(crate) fn into_inner(self) -> MessagingError {
        self.0
    }
}

impl fmt::Display for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for HandlerError {
    fn from(error: E) -> Self {
        let error: BoxError = Box::new(error);
        Self(match error.downcast::<MessagingError>() {
            // What the framework itself says already knows its code.
            Ok(error) => *error,
            Err(error) => MessagingError::new(ErrorCode::HandlerFailed).with_source(error),
        })
    }
}
