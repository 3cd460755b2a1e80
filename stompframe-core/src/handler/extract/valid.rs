use std::ops::Deref;

use garde::{Report, Validate};
use serde::de::DeserializeOwned;

use super::FromMessage;
use crate::error::{ErrorCode, MessagingError, Violation};
use crate::handler::{HandlerError, MessageContext};
use crate::message::Payload;

/// A body that keeps the rules of its type (Spring's `@Valid`), taken as `Payload<Valid<T>>`. The
/// rules are those of the crate [`garde`]; the feature `garde` brings this type.
///
/// ```
/// use garde::Validate;
/// use stompframe_core::Payload;
/// use stompframe_core::handler::extract::Valid;
///
/// #[derive(serde::Deserialize, Validate)]
/// struct Purchase {
///     #[garde(range(min = 1))]
///     count: u32,
///     #[garde(length(min = 1, max = 100))]
///     item: String,
/// }
///
/// async fn buy(Payload(Valid(purchase)): Payload<Valid<Purchase>>) -> String {
///     format!("{} of {}", purchase.count, purchase.item)
/// }
/// ```
///
/// # What a client is told
///
/// A body that cannot be read is refused with the code `conversion`, as ever; one that breaks rules
/// with `invalid`. The handler is not called. Who listens on `/user/queue/errors` finds the rules
/// there, at most twenty of them:
///
/// ```json
/// {
///   "code": "invalid",
///   "message": "Body breaks the rules",
///   "detail": "count: lower than 1",
///   "violations": [{ "path": "count", "message": "lower than 1" }],
///   "destination": "/app/buy"
/// }
/// ```
///
/// For words of your own, take `&garde::Report` in a `#[message_exception_handler]`, or
/// `Result<Payload<Valid<T>>, HandlerError>` in the handler, whose error is the report in
/// [`downcast_ref`](HandlerError::downcast_ref).
///
/// # Several sets of rules
///
/// What is a group in Spring is a type of its own here: one for each set of rules. The context of
/// garde's rules, where they have one, is its `Default`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Valid<T>(pub T);

impl<T> Deref for Valid<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned + Validate<Context: Default>> FromMessage for Payload<Valid<T>> {
    fn from_message(context: &MessageContext) -> Result<Self, HandlerError> {
        let Payload(value) = Payload::<T>::from_message(context)?;
        match value.validate() {
            Ok(()) => Ok(Self(Valid(value))),
            Err(report) => Err(refused(report).into()),
        }
    }
}

fn refused(report: Report) -> MessagingError {
    let violations = report
        .iter()
        .map(|(path, error)| Violation::new(&path.to_string(), error.message()));
    MessagingError::new(ErrorCode::Invalid)
        .with_violations(violations)
        .with_source(report)
}
