//! What the application itself knows: its bodies, its failures, and an argument of its own.

use garde::Validate;
use stompframe::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) number: i32,
    pub(crate) text: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Point {
    pub(crate) x: i32,
    pub(crate) y: i32,
}

#[derive(Debug, Deserialize, Validate)]
pub(crate) struct Purchase {
    #[garde(range(min = 1))]
    pub(crate) count: i32,
    #[garde(custom(not_blank))]
    pub(crate) item: String,
}

/// The same with the rules of the group `Strict`: where Spring has groups, there is a type for each
/// set of rules here.
#[derive(Debug, Deserialize, Validate)]
pub(crate) struct StrictPurchase {
    #[garde(skip)]
    #[serde(rename = "count")]
    pub(crate) _count: i32,
    #[garde(custom(not_blank))]
    pub(crate) item: String,
}

fn not_blank(text: &str, _: &()) -> garde::Result {
    if text.trim().is_empty() {
        return Err(garde::Error::new("must not be blank"));
    }
    Ok(())
}

#[derive(Debug, Deserialize)]
pub(crate) struct Person {
    pub(crate) name: String,
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Known(pub(crate) &'static str);

/// A body that is required and empty.
#[derive(Debug, thiserror::Error)]
#[error("the body is empty")]
pub(crate) struct Empty;

/// A header that is required and absent.
#[derive(Debug, thiserror::Error)]
#[error("a header is absent")]
pub(crate) struct Unusable;

/// A header that cannot be read as what it has to be.
#[derive(Debug, thiserror::Error)]
#[error("a header cannot be converted")]
pub(crate) struct Inconvertible;

/// A text that is required.
pub(crate) struct Text(pub(crate) String);

impl FromMessage for Text {
    fn from_message(context: &MessageContext) -> Result<Self, HandlerError> {
        match String::from_message(context)? {
            text if text.trim().is_empty() => Err(Empty.into()),
            text => Ok(Self(text)),
        }
    }
}

/// A JSON body that is required.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: serde::de::DeserializeOwned> FromMessage for Json<T> {
    fn from_message(context: &MessageContext) -> Result<Self, HandlerError> {
        if context.message().payload().is_empty() {
            return Err(Empty.into());
        }
        Payload::from_message(context).map(|Payload(value)| Self(value))
    }
}

/// What the handshake says of the session.
#[derive(Clone)]
pub(crate) struct Colour(pub(crate) String);

/// An argument kind of the application's own.
pub(crate) struct Caller(pub(crate) String);

impl FromMessage for Caller {
    fn from_message(context: &MessageContext) -> Result<Self, HandlerError> {
        Ok(Self(user_name(context.message().principal())))
    }
}

pub(crate) fn user_name(principal: Option<&Principal>) -> String {
    principal.map_or("nobody", Principal::name).to_owned()
}
