//! Handlers that fail, and who takes their errors.

use std::collections::BTreeSet;

use stompframe::prelude::*;

use crate::application::{Empty, Inconvertible, Known, Text, Unusable};

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Local(String);

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Special(&'static str);

#[derive(Debug, thiserror::Error)]
#[error("nobody handles this")]
struct Unheard(#[source] Option<Local>);

#[derive(Debug, thiserror::Error)]
#[error("loud")]
struct Loud;

#[derive(Debug, thiserror::Error)]
#[error("worse")]
struct Worse;

#[derive(Debug, thiserror::Error)]
#[error("later")]
struct Later;

pub(crate) struct Failures;

#[controller("/err")]
impl Failures {
    #[message_mapping("/local")]
    async fn local(&self, Text(body): Text) -> Result<(), Local> {
        Err(Local(body))
    }

    #[message_mapping("/special")]
    async fn special(&self) -> Result<(), Special> {
        Err(Special("s"))
    }

    /// Errors have no kinds of kinds in Rust; it is a `Local`.
    #[message_mapping("/derived")]
    async fn derived(&self) -> Result<(), Local> {
        Err(Local("d".to_owned()))
    }

    #[message_mapping("/cause")]
    async fn cause(&self) -> Result<(), Unheard> {
        Err(Unheard(Some(Local("inner".to_owned()))))
    }

    #[message_mapping("/known")]
    async fn known(&self) -> Result<(), Known> {
        Err(Known("k"))
    }

    #[message_mapping("/loud")]
    async fn loud(&self) -> Result<(), Loud> {
        Err(Loud)
    }

    #[message_mapping("/worse")]
    async fn worse(&self) -> Result<(), Worse> {
        Err(Worse)
    }

    #[message_mapping("/later")]
    async fn later(&self) -> Result<(), Later> {
        Err(Later)
    }

    #[message_mapping("/unknown")]
    async fn unknown(&self) -> Result<(), Unheard> {
        Err(Unheard(None))
    }

    #[message_mapping("/panic")]
    async fn panics(&self) {
        panic!("it breaks down");
    }

    #[message_exception_handler]
    #[send_to_user("/queue/errors", broadcast = false)]
    async fn take_local(&self, error: &Local) -> String {
        format!("local {error}")
    }

    #[message_exception_handler]
    #[send_to_user("/queue/errors", broadcast = false)]
    async fn take_special(
        &self,
        error: &Special,
        body: String,
        destination: Destination,
    ) -> String {
        format!("special {error} {body} {}", destination.0)
    }

    #[message_exception_handler]
    async fn take_loud(
        &self,
        error: &Loud,
        destination: Destination,
    ) -> (SendTo<String>, &'static str) {
        let _ = error;
        let path = destination.0.strip_prefix("/app").unwrap_or_default();
        (SendTo(format!("/topic{path}")), "loud")
    }

    #[message_exception_handler]
    async fn take_worse(&self, error: Worse) -> Result<(), Worse> {
        Err(error)
    }

    #[message_exception_handler]
    #[send_to_user("/queue/errors")]
    async fn take_later(&self, error: &Later) -> String {
        tokio::task::yield_now().await;
        error.to_string()
    }
}

#[message_exception_handler]
async fn take_known(error: &Known) -> String {
    format!("known {error}")
}

#[message_exception_handler]
async fn take_empty(error: &Empty) -> &'static str {
    let _ = error;
    "empty"
}

#[message_exception_handler]
async fn take_unusable(error: &Unusable) -> &'static str {
    let _ = error;
    "unusable"
}

#[message_exception_handler]
async fn take_inconvertible(error: &Inconvertible) -> &'static str {
    let _ = error;
    "inconvertible"
}

/// A body that breaks rules.
#[message_exception_handler]
async fn take_invalid(error: &garde::Report) -> String {
    let properties: BTreeSet<_> = error.iter().map(|(path, _)| path.to_string()).collect();
    let mut text = "invalid".to_owned();
    for property in properties {
        text = format!("{text} {property}");
    }
    text
}

/// What the framework itself could not do.
#[message_exception_handler]
async fn take_all(error: MessagingError) -> Result<&'static str, HandlerError> {
    match error.code() {
        ErrorCode::Conversion => Ok("unreadable"),
        ErrorCode::BadDestination => Ok("inconvertible"),
        ErrorCode::Internal => Ok("unusable"),
        _ => Err(error.into()),
    }
}
