use std::fmt;
use std::str::FromStr;

use super::FromMessage;
use crate::error::{ErrorCode, Untrusted};
use crate::handler::{HandlerError, MessageContext};

/// One header of the message (Spring's `@Header`), read as the type that belongs to it.
///
/// A type of the application's says which header it is and what is in it. A message without the
/// header is refused with `missing-header`, one in which it does not parse with `conversion`. An
/// `Option<Header<..>>` is `None` in both cases, a `Result<Header<..>, HandlerError>` tells them
/// apart.
///
/// ```
/// use stompframe_core::handler::extract::{Header, HeaderName};
/// use stompframe_core::message_mapping;
///
/// struct Priority;
///
/// impl HeaderName for Priority {
///     const NAME: &'static str = "priority";
///     type Value = u8;
/// }
///
/// #[message_mapping("/jobs")]
/// async fn job(Header(priority): Header<Priority>) -> String {
///     format!("{}", priority + 1)
/// }
/// ```
pub struct Header<N: HeaderName>(pub N::Value);

/// Names a header, for [`Header`]. Where the value has a type of its own, that type can name it:
/// `type Value = Self`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` names no header",
    label = "names no header",
    note = "implement `HeaderName` for it, with the header's `NAME` and the type of its `Value`"
)]
pub trait HeaderName {
    /// The name, as it stands in the frame.
    const NAME: &'static str;

    /// What is in it.
    type Value: FromStr<Err: fmt::Display>;
}

impl<N: HeaderName> FromMessage for Header<N> {
    fn from_message(context: &MessageContext) -> Result<Self, HandlerError> {
        let Some(text) = context.message().headers().get(N::NAME) else {
            return Err(missing(N::NAME));
        };
        text.parse()
            .map(Self)
            .map_err(|error: <N::Value as FromStr>::Err| {
                let (name, error) = (N::NAME, error.to_string());
                let detail = format!("header `{name}`: {}", Untrusted(&error));
                HandlerError::new(ErrorCode::Conversion, detail)
            })
    }
}

/// The error for a header that a handler needs and that is not there.
pub(super) fn missing(name: &str) -> HandlerError {
    let detail = format!("this needs the header `{name}`");
    HandlerError::new(ErrorCode::MissingHeader, detail)
}

// By hand, because derives would ask for what the name can do and not for what the value can.

impl<N: HeaderName<Value: Clone>> Clone for Header<N> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<N: HeaderName<Value: fmt::Debug>> fmt::Debug for Header<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Header").field(&self.0).finish()
    }
}
