use std::fmt;
use std::net::IpAddr;

use super::connection::Connection;
use super::{Expectation, TestApp, TestClient, TestError};
use crate::session::{Principal, SessionAttributes};
use crate::stomp::{Command, Frame, Headers};

/// What the handshake of a connection found out, before its first frame. Made by
/// [`TestApp::handshake`].
#[must_use = "nobody connects until `connect()`"]
pub struct TestHandshake<'a> {
    app: &'a TestApp,
    user: Option<Principal>,
    attributes: SessionAttributes,
    address: Option<IpAddr>,
    requires_csrf_token: bool,
}

impl<'a> TestHandshake<'a> {
    pub(super) fn new(app: &'a TestApp) -> Self {
        Self {
            app,
            user: None,
            attributes: SessionAttributes::new(),
            address: None,
            requires_csrf_token: false,
        }
    }

    /// The user that it took the client for.
    pub fn user(mut self, user: Principal) -> Self {
        self.user = Some(user);
        self
    }

    /// A value among the attributes with which the session begins.
    pub fn attribute<T: Clone + Send + Sync + 'static>(self, value: T) -> Self {
        self.attributes.insert(value);
        self
    }

    /// Where the client is.
    pub const fn address(mut self, address: IpAddr) -> Self {
        self.address = Some(address);
        self
    }

    /// Comes by an endpoint that requires a CSRF token; the expected one is an
    /// [attribute](Self::attribute).
    pub const fn requires_csrf_token(mut self) -> Self {
        self.requires_csrf_token = true;
        self
    }

    /// As [`TestApp::connect`].
    #[track_caller]
    pub fn connect(self) -> Expectation<TestClient> {
        self.connect_with(Headers::new())
    }

    /// As [`TestApp::connect_with`].
    #[track_caller]
    pub fn connect_with(self, headers: impl Into<Headers>) -> Expectation<TestClient> {
        connected(self.open(), headers.into())
    }

    /// As [`TestApp::try_connect_with`].
    #[track_caller]
    pub fn try_connect_with(
        self,
        headers: impl Into<Headers>,
    ) -> Expectation<Result<TestClient, TestError>> {
        let (client, frame) = (self.try_open(), connect(headers.into()));
        Expectation::new(async move {
            let client = match client {
                Ok(client) => client,
                Err(error) => return Ok(Err(error)),
            };
            let answer = client.connection().connect(&frame).await?;
            Ok(answer.map(|()| client))
        })
    }

    /// As [`TestApp::open`].
    ///
    /// # Panics
    ///
    /// When the application takes no more connections.
    #[must_use]
    #[track_caller]
    pub fn open(self) -> TestClient {
        expect_place(self.try_open())
    }

    fn try_open(self) -> Result<TestClient, TestError> {
        let admission = self.app.messaging().admit_from(self.address);
        let mut admission = admission
            .map_err(TestError::of_code)?
            .for_principal(self.user)
            .with_attributes(&self.attributes);
        if self.requires_csrf_token {
            admission = admission.requires_csrf_token();
        }
        let patience = self.app.patience_of_clients();
        Ok(TestClient::new(Connection::open(admission, patience)))
    }
}

impl fmt::Debug for TestHandshake<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestHandshake")
            .field("user", &self.user)
            .field("address", &self.address)
            .finish_non_exhaustive()
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
