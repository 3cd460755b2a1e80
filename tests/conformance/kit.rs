//! What the tests of all tables start from.

use std::sync::{Arc, Mutex};

use stompframe::broker::SimpleBroker;
use stompframe::extract::State;
use stompframe::session::Close;
use stompframe::stomp::{Command, Frame};
use stompframe::test::{Received, TestApp, TestClient};
use stompframe::{ErrorCode, Messaging, MessagingBuilder, message};

/// What has come to the handler `/app/note`.
#[derive(Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    pub(crate) fn add(&self, note: impl Into<String>) {
        self.0.lock().unwrap().push(note.into());
    }
}

async fn note(State(notes): State<Notes>, body: String) {
    notes.add(body);
}

/// A broker for `/topic`, to which clients may send, and for `/queue`; and the handler `/app/note`.
pub(crate) fn builder(notes: &Notes) -> MessagingBuilder {
    builder_with(SimpleBroker::new(["/topic", "/queue"]), notes)
}

/// The same with another broker.
pub(crate) fn builder_with(broker: SimpleBroker, notes: &Notes) -> MessagingBuilder {
    Messaging::builder()
        .application_prefix("/app")
        .simple_broker(broker)
        .accept_client_sends(["/topic"])
        .route(message("/note"), note)
        .state(notes.clone())
}

pub(crate) fn app() -> TestApp {
    TestApp::start(builder(&Notes::default()))
}

/// A client that speaks this version.
pub(crate) async fn connect(app: &TestApp, version: &str) -> TestClient {
    app.connect_with([("accept-version", version)]).await
}

/// The next frame, before which there must be nothing else.
pub(crate) async fn next(client: &TestClient) -> Frame {
    match client.receive().await {
        Received::Frame(frame) => frame,
        other => panic!("a frame was expected, and this came: {other:?}"),
    }
}

/// The ERROR that has to come next, and behind it the close for the same reason.
pub(crate) async fn end(client: &TestClient, code: ErrorCode) -> Frame {
    let error = next(client).await;
    assert_eq!(
        (error.command, error.header("error-code")),
        (Command::Error, Some(code.as_str())),
        "{error:?} {}",
        String::from_utf8_lossy(&error.body)
    );
    let close = client.receive().await;
    assert_eq!(close, Received::Closed(Close::because(code)));
    error
}
