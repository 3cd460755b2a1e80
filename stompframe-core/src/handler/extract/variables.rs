//! The variables of a destination, all at once.

use serde::de::DeserializeOwned;

use super::FromMessage;
use crate::destination::VariablesError;
use crate::handler::{HandlerError, MessageContext};

/// The variables of the destination, for functions and closures without an attribute.
///
/// `T` is the value of the only variable, a tuple in the order in which the variables stand in the
/// pattern, or a struct whose fields are named like them. What does not parse is refused with
/// `bad-destination`.
///
/// ```
/// use serde::Deserialize;
/// use stompframe_core::Messaging;
/// use stompframe_core::handler::extract::Variables;
/// use stompframe_core::handler::message;
///
/// #[derive(Deserialize)]
/// struct Seat {
///     row: char,
///     number: u32,
/// }
///
/// async fn by_name(Variables(seat): Variables<Seat>) -> String {
///     format!("{}{}", seat.row, seat.number)
/// }
///
/// let messaging = Messaging::builder()
///     .route(message("/rooms/{room}"), async |Variables(room): Variables<u64>| {
///         format!("room {room}")
///     })
///     .route(message("/sums/{left}/{right}"), async |Variables((a, b)): Variables<(u8, u8)>| {
///         format!("{}", u16::from(a) + u16::from(b))
///     })
///     .route(message("/seats/{row}-{number}"), by_name)
///     .simple_broker(["/topic"])
///     .build()?;
/// # Ok::<(), stompframe_core::BuildError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variables<T>(pub T);

impl<T: DeserializeOwned> FromMessage for Variables<T> {
    fn from_message(context: &MessageContext) -> Result<Self, HandlerError> {
        let value = context.captured().read();
        value
            .map(Self)
            .map_err(|error| VariablesError::into_messaging_error(error).into())
    }
}
