use std::time::Duration;

use super::connection::Connection;
use super::{Expectation, TestClient, TestError};
use crate::messaging::{Messaging, MessagingBuilder};
use crate::session::Principal;
use crate::stomp::{Command, Frame, Headers};

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
        let client = self.try_open(Some(Principal::new(user.to_owned())));
        connected(expect_place(client), Headers::new())
    }

    /// A client whose CONNECT has these headers. `accept-version` and `host` are there anyway, and
    /// can be replaced.
    #[track_caller]
    pub fn connect_with(&self, headers: impl Into<Headers>) -> Expectation<TestClient> {
        connected(self.open(), headers.into())
    }

    /// As [`connect_with`](Self::connect_with), for a test in which the refusal is the point.
    #[track_caller]
    pub fn try_connect_with(
        &self,
        headers: impl Into<Headers>,
    ) -> Expectation<Result<TestClient, TestError>> {
        let (client, frame) = (self.try_open(None), connect(headers.into()));
        Expectation::new(async move {
            let client = match client {
                Ok(client) => client,
                Err(error) => return Ok(Err(error)),
            };
            let answer = client.connection().connect(&frame).await?;
            Ok(answer.map(|()| client))
        })
    }

    /// A connection over which nothing has been sent yet, for tests of the protocol itself.
    ///
    /// # Panics
    ///
    /// When the application takes no more connections.
    #[must_use]
    #[track_caller]
    pub fn open(&self) -> TestClient {
        expect_place(self.try_open(None))
    }

    fn try_open(&self, user: Option<Principal>) -> Result<TestClient, TestError> {
        let admission = self.messaging.admit().map_err(TestError::of_code)?;
        Ok(TestClient::new(Connection::open(
            admission.for_principal(user),
            self.patience,
        )))
    }
}

#[track_caller]
fn expect_place(client: Result<TestClient, TestError>) -> TestClient {
    client.unwrap_or_else(|error| panic!("expected a place for a connection, but: {error}"))
}

fn connect(headers: Headers) -> Frame {
    let mut frame = Frame::new(Command::Connect);
    frame.headers = headers;
    for (name, value) in [("accept-version", "1.2"), ("host", "test")] {
        if !frame.headers.contains(name) {
            frame.headers.push(name, value);
        }
    }
    frame
}

#[track_caller]
fn connected(client: TestClient, headers: Headers) -> Expectation<TestClient> {
    let frame = connect(headers);
    Expectation::new(async move {
        let connection = client.connection();
        let answer = connection.connect(&frame).await?;
        answer.map_err(|error| {
            connection.failure("CONNECTED", &format!("CONNECT was refused: {error}"))
        })?;
        Ok(client)
    })
}
