mod expect;
mod send;

use std::sync::Arc;

use super::connection::Connection;
use super::{Expectation, TestError, TestSubscription};
use crate::stomp::{Command, Frame, Headers};

/// A client of the application, over a connection in memory.
///
/// All of it works by shared reference, so a test can wait for several things at once. What has
/// arrived stays until the test takes it, in whatever order it does. Dropping the client is the
/// sudden loss of its connection.
#[derive(Debug)]
pub struct TestClient {
    connection: Arc<Connection>,
}

impl TestClient {
    pub(super) const fn new(connection: Arc<Connection>) -> Self {
        Self { connection }
    }

    pub(super) const fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    /// What CONNECTED said, such as the `session` or the agreed `heart-beat`; none before it came.
    #[must_use]
    pub fn connected(&self) -> Option<Frame> {
        self.connection.mailbox.letters().connected().cloned()
    }

    /// SUBSCRIBE. Returns once the subscription is live: nothing that is published later is missed.
    /// A refusal fails the test.
    #[track_caller]
    pub fn subscribe(&self, destination: &str) -> Expectation<TestSubscription> {
        self.subscribe_with(destination, Headers::new())
    }

    /// SUBSCRIBE with these headers, which can replace the `id` that the kit chooses.
    #[track_caller]
    pub fn subscribe_with(
        &self,
        destination: &str,
        headers: impl Into<Headers>,
    ) -> Expectation<TestSubscription> {
        let (subscription, frame) = self.subscription(destination, headers.into());
        let connection = Arc::clone(&self.connection);
        Expectation::new(async move {
            connection.accepted(frame).await?;
            Ok(subscription)
        })
    }

    /// SUBSCRIBE, for a test in which the refusal is the point.
    ///
    /// Unless the client is subscribed to `/user/queue/errors`, a refusal also ends the session, as
    /// STOMP says.
    #[track_caller]
    pub fn try_subscribe(
        &self,
        destination: &str,
    ) -> Expectation<Result<TestSubscription, TestError>> {
        self.try_subscribe_with(destination, Headers::new())
    }

    /// As [`try_subscribe`](Self::try_subscribe), with these headers.
    #[track_caller]
    pub fn try_subscribe_with(
        &self,
        destination: &str,
        headers: impl Into<Headers>,
    ) -> Expectation<Result<TestSubscription, TestError>> {
        let (subscription, frame) = self.subscription(destination, headers.into());
        let connection = Arc::clone(&self.connection);
        Expectation::new(async move {
            let answer = connection.confirm(frame).await?;
            Ok(answer.map(|()| subscription))
        })
    }

    fn subscription(&self, destination: &str, headers: Headers) -> (TestSubscription, Frame) {
        let mut frame = Frame::new(Command::Subscribe);
        frame.headers = headers;
        if !frame.headers.contains("id") {
            let id = format!("sub-{}", self.connection.next_id());
            frame.headers.push("id", id);
        }
        frame.headers.set("destination", destination.to_owned());
        let id = frame.header("id").unwrap_or_default();
        let subscription = TestSubscription::new(&self.connection, id, destination);
        (subscription, frame)
    }

    /// DISCONNECT. Returns once the server has let go of the session.
    #[track_caller]
    pub fn disconnect(self) -> Expectation<()> {
        Expectation::new(async move {
            let connection = &self.connection;
            connection.accepted(Frame::new(Command::Disconnect)).await?;
            connection.close();
            connection.until_released().await
        })
    }

    /// Loses the connection without a word, as dropping the client does. Returns once the server
    /// has let go of the session.
    #[track_caller]
    pub fn lose(self) -> Expectation<()> {
        Expectation::new(async move {
            self.connection.lose();
            self.connection.until_released().await
        })
    }
}

impl Drop for TestClient {
    fn drop(&mut self) {
        self.connection.lose();
    }
}
