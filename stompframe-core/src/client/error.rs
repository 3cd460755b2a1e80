use std::sync::Arc;
use std::time::Duration;

use bytestring::ByteString;

use crate::error::{BoxError, Chain};
use crate::stomp::{EncodeError, Frame};

/// Why something that a client was to do has not happened, or may not have.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// There is no connection now. Nothing was sent.
    #[error("there is no connection to the server")]
    NotConnected,
    /// No connection could be opened.
    #[error("no connection could be opened: {0}")]
    Unreachable(String),
    /// The server answered with ERROR.
    #[error("the server refused: {0}")]
    Refused(ServerError),
    /// The connection ended before there was an answer. What was asked for may have happened or not.
    #[error("the connection was lost before the server answered: {0}")]
    Lost(ByteString),
    /// The server did not answer in time. What was asked for may have happened or not.
    #[error("the server did not answer within {0:?}")]
    TimedOut(Duration),
    /// The frame cannot be written.
    #[error("the frame cannot be written: {0}")]
    Unencodable(EncodeError),
    /// The payload cannot be written.
    #[error("the payload cannot be written: {0}")]
    Payload(Arc<BoxError>),
    /// The id is in use by another subscription of this client.
    #[error("there is a subscription \"{0}\" already")]
    DuplicateSubscription(ByteString),
    /// The client has as many subscriptions as it may.
    #[error("the client may not have more than {0} subscriptions")]
    TooManySubscriptions(usize),
    /// The message needs no acknowledgement.
    #[error("the message was not delivered to be acknowledged")]
    NothingToAcknowledge,
    /// The client was closed.
    #[error("the client was closed")]
    Closed,
}

impl ClientError {
    pub(super) fn unreachable(error: &(dyn std::error::Error + 'static)) -> Self {
        Self::Unreachable(Chain(error).to_string())
    }

    /// Whether what was asked for may have happened all the same.
    #[must_use]
    pub const fn is_in_doubt(&self) -> bool {
        matches!(self, Self::Lost(_) | Self::TimedOut(_))
    }
}

impl From<EncodeError> for ClientError {
    fn from(error: EncodeError) -> Self {
        Self::Unencodable(error)
    }
}

/// What a server says in an ERROR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerError {
    frame: Arc<Frame>,
}

impl ServerError {
    pub(super) fn new(frame: Frame) -> Self {
        let frame = Arc::new(frame);
        Self { frame }
    }

    /// The header `message`; empty if there is none.
    #[must_use]
    pub fn message(&self) -> &str {
        self.frame.header("message").unwrap_or_default()
    }

    /// The header `error-code`, by which a server of this framework says which error of its catalogue
    /// it is.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.frame.header("error-code")
    }

    /// Whether it says which frame it is about, by its receipt.
    pub(crate) fn is_about_a_receipt(&self) -> bool {
        self.frame.header("receipt-id").is_some()
    }

    /// The whole frame. Its body is whatever the server thinks helps: ActiveMQ sends the Java
    /// exception, so it is nothing to show to users.
    #[must_use]
    pub fn frame(&self) -> &Frame {
        &self.frame
    }
}

impl std::fmt::Display for ServerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use crate::error::Untrusted;
        match (self.message(), &*String::from_utf8_lossy(&self.frame.body)) {
            ("", body) => Untrusted(body).fmt(f),
            (message, "") => Untrusted(message).fmt(f),
            (message, body) => write!(f, "{}: {}", Untrusted(message), Untrusted(body)),
        }
    }
}
