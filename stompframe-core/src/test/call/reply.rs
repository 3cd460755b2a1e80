use serde::de::DeserializeOwned;

use crate::test::TestMessage;

/// What a handler that was [called alone](super::call) gave.
#[derive(Clone, Debug)]
pub struct TestReply {
    replies: Vec<TestMessage>,
    destinations: Vec<String>,
    published: Vec<TestMessage>,
}

impl TestReply {
    pub(super) fn new(replies: Vec<TestMessage>, published: Vec<TestMessage>) -> Self {
        let destinations = replies
            .iter()
            .map(|reply| reply.destination().to_owned())
            .collect();
        Self {
            replies,
            destinations,
            published,
        }
    }

    /// Where the result goes: what `send_to` says, or else the default. It is the destination of
    /// the SUBSCRIBE itself where the subscriber is answered. Empty if the handler gave nothing.
    #[must_use]
    pub fn destinations(&self) -> &[String] {
        &self.destinations
    }

    /// Whether the handler gave nothing that is sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.replies.is_empty()
    }

    /// The result as the message that goes to the first of the [destinations](Self::destinations).
    ///
    /// # Panics
    ///
    /// When the handler gave nothing.
    #[must_use]
    #[track_caller]
    pub fn message(&self) -> &TestMessage {
        match self.replies.first() {
            Some(reply) => reply,
            None => panic!("expected a result, but the handler gave nothing"),
        }
    }

    /// The result as a value.
    ///
    /// # Panics
    ///
    /// When the handler gave nothing, or it cannot be read as a `T`.
    #[must_use]
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        self.message().json()
    }

    /// The result as text.
    ///
    /// # Panics
    ///
    /// When the handler gave nothing, or it is not UTF-8.
    #[must_use]
    #[track_caller]
    pub fn text(&self) -> String {
        self.message().text()
    }

    /// What the handler published by itself, through a
    /// [`MessagingTemplate`](crate::MessagingTemplate), in that order.
    #[must_use]
    pub fn published(&self) -> &[TestMessage] {
        &self.published
    }
}
