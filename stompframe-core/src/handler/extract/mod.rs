//! What a handler can take.

mod body;
mod context;
mod header;
mod optional;
mod scoped;
mod state;
#[cfg(feature = "garde")]
mod valid;
mod variables;

pub use self::context::{Destination, Headers, ReceiptId};
pub use self::header::{Header, HeaderName};
pub use self::scoped::SessionScoped;
pub use self::state::State;
#[cfg(feature = "garde")]
#[cfg_attr(docsrs, doc(cfg(feature = "garde")))]
pub use self::valid::Valid;
pub use self::variables::Variables;
use super::{HandlerError, HandlerSpec, MessageContext};

/// Anything that a handler can take as an argument: something that is read from a message.
///
/// A message is whole in memory when a handler sees it, so this is one synchronous method, no
/// argument has to be last, and one error type serves all.
///
/// ```
/// use stompframe_core::{FromMessage, HandlerError, MessageContext};
///
/// /// How the client likes to be answered.
/// struct Language(String);
///
/// impl FromMessage for Language {
///     fn from_message(context: &MessageContext) -> Result<Self, HandlerError> {
///         let language = context.message().headers().get("language").unwrap_or("en");
///         Ok(Self(language.to_owned()))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be extracted from a message",
    label = "not an extractor",
    note = "take a body as `Payload<{Self}>` and a shared value as `State<{Self}>`, name the parameter as a variable \
            of the destination, or implement `FromMessage` for it"
)]
pub trait FromMessage: Sized {
    /// Reads it from the message.
    ///
    /// # Errors
    ///
    /// When the message does not have it. The handler is not called then, and the client is told.
    fn from_message(context: &MessageContext) -> Result<Self, HandlerError>;

    /// Says what it needs of the application, to be checked at start-up.
    fn describe(spec: &mut HandlerSpec) {
        let _ = spec;
    }
}
