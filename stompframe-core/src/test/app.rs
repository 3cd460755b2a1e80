use std::time::Duration;

use super::{Expectation, TestClient, TestError, TestHandshake};
use crate::messaging::{Messaging, MessagingBuilder};
use crate::session::Principal;
use crate::stomp::Headers;

/// An application under test, with connections in memory.
#[derive(Clone, Debug)]
pub struct TestApp {
    messaging: Messaging,
    patience: Duration,
}

impl TestApp {
    /// Builds the application and tests it.
    ///
    /// # Panics
    ///
    /// When it cannot be built: with everything that is wrong with it.
    #[must_use]
    #[track_caller]
    pub fn start(builder: MessagingBuilder) -> Self {
        match builder.build() {
            Ok(messaging) => Self::new(messaging),
            Err(error) => panic!("{error}"),
        }
    }

    /// Tests an application that has been built.
    #[must_use]
    pub const fn new(messaging: Messaging) -> Self {
        Self {
            messaging,
            patience: Duration::from_secs(60),
        }
    }

    /// How long an expectation waits for what has to come, by tokio's clock; 60 seconds unless told
    /// otherwise. Where the clock is paused, that is no time at all. It holds for clients that
    /// connect from now on.
    #[must_use]
    pub const fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// The application: to publish, to look at its sessions, to shut it down.
    #[must_use]
    pub const fn messaging(&self) -> &Messaging {
        &self.messaging
    }

    /// A client that speaks STOMP 1.2, without heart-beats, and is connected. A refusal fails the
    /// test.
    #[track_caller]
    pub fn connect(&self) -> Expectation<TestClient> {
        self.connect_with(Headers::new())
    }

    /// A client that is connected as this user, as if the handshake had found out.
    #[track_caller]
    pub fn connect_as(&self, user: &str) -> Expectation<TestClient> {
        self.handshake()
            .user(Principal::new(user.to_owned()))
            .connect()
    }

    /// A client whose CONNECT has these headers. `accept-version` and `host` are there anyway, and
    /// can be replaced.
    #[track_caller]
    pub fn connect_with(&self, headers: impl Into<Headers>) -> Expectation<TestClient> {
        self.handshake().connect_with(headers)
    }

    /// As [`connect_with`](Self::connect_with), for a test in which the refusal is the point.
    #[track_caller]
    pub fn try_connect_with(
        &self,
        headers: impl Into<Headers>,
    ) -> Expectation<Result<TestClient, TestError>> {
        self.handshake().try_connect_with(headers)
    }

    /// A client whose handshake found something out, as an endpoint's interceptors and middleware do.
    ///
    /// ```
    /// # use stompframe_core as stompframe;
    /// use stompframe::test::TestApp;
    /// # use stompframe::{Messaging, Principal};
    ///
    /// #[derive(Clone)]
    /// struct Language(&'static str);
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let app = TestApp::start(Messaging::builder());
    /// let handshake = app.handshake().user(Principal::new("ann").with_role("ADMIN"));
    /// let ann = handshake.attribute(Language("ko")).connect().await;
    /// # drop(ann);
    /// # }
    /// ```
    pub fn handshake(&self) -> TestHandshake<'_> {
        TestHandshake::new(self)
    }

    /// A connection over which nothing has been sent yet, for tests of the protocol itself.
    ///
    /// # Panics
    ///
    /// When the application takes no more connections.
    #[must_use]
    #[track_caller]
    pub fn open(&self) -> TestClient {
        self.handshake().open()
    }

    pub(super) const fn patience_of_clients(&self) -> Duration {
        self.patience
    }
}
