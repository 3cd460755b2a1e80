use std::fmt;
use std::str::Utf8Error;
use std::sync::Arc;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::ClientError;
use super::link::Link;
use crate::stomp::{Command, Frame, Headers};

/// What comes for a subscription.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Incoming {
    /// A message.
    Message(Received),
    /// Messages may be missing here: the connection was lost, and the subscription has been made anew;
    /// or they came faster than they were taken. What must be complete is to be read again from where
    /// it is kept.
    Gap,
    /// The subscription is over, and nothing follows: the server refused to make it anew, or the
    /// client has ended.
    Ended(ClientError),
}

/// A MESSAGE.
///
/// Cloning shares it.
#[derive(Clone)]
pub struct Received(Arc<Delivery>);

struct Delivery {
    frame: Frame,
    /// The connection that it came over, the only one over which it can be acknowledged.
    link: Arc<Link>,
}

impl Received {
    pub(super) fn new(frame: Frame, link: Arc<Link>) -> Self {
        Self(Arc::new(Delivery { frame, link }))
    }

    /// Where it was published; empty if the server does not say.
    #[must_use]
    pub fn destination(&self) -> &str {
        self.header("destination").unwrap_or_default()
    }

    /// The server's id of this delivery; empty if it does not say.
    #[must_use]
    pub fn message_id(&self) -> &str {
        self.header("message-id").unwrap_or_default()
    }

    /// All headers, the server's own among them.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.0.frame.headers
    }

    /// One of the headers.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.frame.header(name)
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.0.frame.body
    }

    /// The body as text.
    ///
    /// # Errors
    ///
    /// When it is no UTF-8.
    pub fn text(&self) -> Result<&str, Utf8Error> {
        std::str::from_utf8(&self.0.frame.body)
    }

    /// The body, which is JSON, as a value. The `content-type` is not looked at.
    ///
    /// # Errors
    ///
    /// When it cannot be read as such a value.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.0.frame.body)
    }

    /// The frame as it came.
    #[must_use]
    pub fn frame(&self) -> &Frame {
        &self.0.frame
    }

    /// Says that it was received (STOMP 1.2, ACK); with `ack:client`, those before it in the
    /// subscription, too. It is handed to the connection; for certainty there is a
    /// [transaction](super::StompClient::begin).
    ///
    /// # Errors
    ///
    /// When there is nothing to acknowledge, or the connection is gone over which it came: then the
    /// server gives it to somebody again.
    pub async fn ack(&self) -> Result<(), ClientError> {
        self.0.link.send(&self.acknowledgement(Command::Ack)?).await
    }

    /// Refuses it (STOMP 1.2, NACK). What the server then does is its own affair.
    ///
    /// # Errors
    ///
    /// As for [`ack`](Self::ack).
    pub async fn nack(&self) -> Result<(), ClientError> {
        self.0
            .link
            .send(&self.acknowledgement(Command::Nack)?)
            .await
    }

    /// As [`ack`](Self::ack), at once; for those who hold no more than the server's window.
    pub(crate) fn ack_now(&self) {
        self.acknowledge_now(Command::Ack);
    }

    /// As [`nack`](Self::nack), at once.
    pub(crate) fn nack_now(&self) {
        self.acknowledge_now(Command::Nack);
    }

    /// As [`ack`](Self::ack) and [`nack`](Self::nack), and waits for the receipt.
    pub(crate) async fn acknowledge(&self, command: Command) -> Result<(), ClientError> {
        let frame = self.acknowledgement(command)?;
        self.0.link.send_with_receipt(frame).await?.await
    }

    fn acknowledge_now(&self, command: Command) {
        if let Ok(frame) = self.acknowledgement(command) {
            // If the connection is gone, the server gives it to somebody again.
            self.0.link.send_urgently(frame);
        }
    }

    pub(super) fn acknowledgement(&self, command: Command) -> Result<Frame, ClientError> {
        self.0
            .link
            .acknowledgement(command, &self.0.frame)
            .ok_or(ClientError::NothingToAcknowledge)
    }

    /// Whether it came over this connection.
    pub(super) fn came_over(&self, link: &Link) -> bool {
        self.0.link.generation == link.generation
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.frame.fmt(f)
    }
}
