use std::sync::Arc;

use super::TestClient;
use crate::error::ErrorCode;
use crate::session::Close;
use crate::stomp::{Command, Frame};
use crate::test::expectation::Failure;
use crate::test::show::ShownFrames;
use crate::test::{Expectation, Received, TestError};

/// Expecting.
impl TestClient {
    /// Returns once everything that this client has sent is handled, and everything that the server
    /// had to say to it before has arrived.
    #[track_caller]
    pub fn round_trip(&self) -> Expectation<()> {
        let connection = Arc::clone(self.connection());
        Expectation::new(async move { connection.round_trip().await })
    }

    /// Proves with a round trip that nothing has arrived which the test has not taken.
    #[track_caller]
    pub fn expect_nothing(&self) -> Expectation<()> {
        let connection = Arc::clone(self.connection());
        Expectation::new(async move { connection.nothing("nothing", |_| true).await })
    }

    /// Expects the server to end the session with ERROR for this reason, and to close the
    /// connection with the same.
    #[track_caller]
    pub fn expect_error(&self, code: ErrorCode) -> Expectation<TestError> {
        let connection = Arc::clone(self.connection());
        Expectation::new(async move {
            let expected = format!("ERROR with the code `{code}`");
            let is_error = |frame: &Frame| frame.command == Command::Error;
            let frame = connection.wait(&expected, is_error).await?;
            let Some(error) = TestError::read(&frame).filter(|error| error.code == code) else {
                let frame = ShownFrames(vec![&frame]);
                return Err(Failure(format!(
                    "expected {expected}, but this came:\n\n{frame}"
                )));
            };
            let close = connection.wait_for_close(&expected).await?;
            if close != Close::because(code) {
                let because = "the close that followed it has another reason";
                return Err(connection.failure(&expected, because));
            }
            Ok(error)
        })
    }

    /// Expects the server to close the connection, and gives how it did. What has arrived before
    /// can still be taken.
    #[track_caller]
    pub fn expect_closed(&self) -> Expectation<Close> {
        let connection = Arc::clone(self.connection());
        Expectation::new(async move { connection.wait_for_close("the server to close").await })
    }

    /// The next frame that was not taken yet, whatever it is. Heart-beats are passed over.
    #[track_caller]
    pub fn next_frame(&self) -> Expectation<Frame> {
        let connection = Arc::clone(self.connection());
        Expectation::new(async move { connection.wait("a frame", |_| true).await })
    }

    /// The next thing that was not taken yet: a frame, a heart-beat, or at last the close.
    #[track_caller]
    pub fn receive(&self) -> Expectation<Received> {
        let connection = Arc::clone(self.connection());
        Expectation::new(async move { connection.receive().await })
    }
}
