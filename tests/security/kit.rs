//! What the tests start from.

use stompframe::session::Close;
use stompframe::test::{TestApp, TestClient};
use stompframe::{ErrorCode, Messaging, MessagingBuilder, Session};

use std::sync::Arc;

/// A broker for `/topic` and `/queue`, and `/app` for handlers.
pub(crate) fn messaging() -> MessagingBuilder {
    Messaging::builder()
        .application_prefix("/app")
        .simple_broker(["/topic", "/queue"])
}

/// The session that a client has.
pub(crate) fn session_of(app: &TestApp, client: &TestClient) -> Arc<Session> {
    let connected = client.connected().unwrap();
    let id = connected.header("session").unwrap();
    app.messaging().sessions().find(id).unwrap()
}

/// The ERROR with which the server ends the session: its detail. The close has the same code.
pub(crate) async fn ended(client: &TestClient, code: ErrorCode) -> String {
    let error = client.expect_error(code).await;
    assert_eq!(client.expect_closed().await, Close::because(code));
    error.detail
}

/// Publishes a text.
pub(crate) async fn publish(app: &TestApp, destination: &str, text: &'static str) {
    let template = app.messaging().template();
    template.send(destination.to_owned(), text).await.unwrap();
}
