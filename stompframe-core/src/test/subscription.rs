use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::connection::Connection;
use super::expectation::Failure;
use super::{Expectation, TestMessage};
use crate::stomp::{Command, Frame};

/// A subscription of a [`TestClient`](super::TestClient), and the messages that belong to it.
///
/// Dropping it does not end the subscription; [`unsubscribe`](Self::unsubscribe) does.
#[derive(Clone, Debug)]
pub struct TestSubscription {
    connection: Arc<Connection>,
    id: Arc<str>,
    destination: Arc<str>,
}

impl TestSubscription {
    pub(super) fn new(connection: &Arc<Connection>, id: &str, destination: &str) -> Self {
        Self {
            connection: Arc::clone(connection),
            id: id.into(),
            destination: destination.into(),
        }
    }

    /// The `id` of the subscription.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where it is subscribed to.
    #[must_use]
    pub fn destination(&self) -> &str {
        &self.destination
    }

    /// Expects a message, and reads its body as a handler's [`Payload`](crate::Payload) is read:
    /// JSON, or text where the `content-type` says so.
    #[track_caller]
    pub fn expect_message<T: DeserializeOwned + 'static>(&self) -> Expectation<T> {
        let this = self.clone();
        Expectation::new(async move { this.next().await?.read() })
    }

    /// Expects a message, and gives its body as text, whatever its `content-type`.
    #[track_caller]
    pub fn expect_text(&self) -> Expectation<String> {
        let this = self.clone();
        Expectation::new(async move { this.next().await?.read_text() })
    }

    /// Expects a message, and gives all of it.
    #[track_caller]
    pub fn next_message(&self) -> Expectation<TestMessage> {
        let this = self.clone();
        Expectation::new(async move { this.next().await })
    }

    /// Proves with a round trip that no message has come to this subscription which the test has
    /// not taken.
    #[track_caller]
    pub fn expect_nothing(&self) -> Expectation<()> {
        let this = self.clone();
        Expectation::new(async move {
            let nothing = format!("no {}", this.message());
            let is_ours = |frame: &Frame| this.is_ours(frame);
            this.connection.nothing(&nothing, is_ours).await
        })
    }

    /// UNSUBSCRIBE. Nothing more comes once it has returned; what came before can still be taken.
    #[track_caller]
    pub fn unsubscribe(&self) -> Expectation<()> {
        let this = self.clone();
        let frame = Frame::new(Command::Unsubscribe).with_header("id", this.id.to_string());
        Expectation::new(async move { this.connection.accepted(frame).await })
    }

    async fn next(&self) -> Result<TestMessage, Failure> {
        let expected = format!("a {}", self.message());
        let is_ours = |frame: &Frame| self.is_ours(frame);
        let frame = self.connection.wait(&expected, is_ours).await?;
        Ok(TestMessage::new(frame))
    }

    fn is_ours(&self, frame: &Frame) -> bool {
        frame.command == Command::Message && frame.header("subscription") == Some(&self.id)
    }

    fn message(&self) -> String {
        format!("message of {} (subscription {})", self.destination, self.id)
    }
}
