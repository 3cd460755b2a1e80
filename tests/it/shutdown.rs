//! Going down without losing anybody's last words.

use std::sync::Arc;
use std::time::Duration;

use stompframe::prelude::*;
use tokio::sync::Notify;

use crate::support::{App, messaging};

/// Lets a test hold a handler back.
#[derive(Default)]
struct Gate {
    entered: Notify,
    open: Notify,
}

#[message_mapping("/slow")]
#[send_to("/topic/done")]
async fn slow(gate: State<Arc<Gate>>) -> &'static str {
    gate.entered.notify_one();
    gate.open.notified().await;
    "done"
}

#[tokio::test]
async fn clients_are_told_and_nobody_new_is_taken() {
    let app = App::start(messaging()).await;
    let mut clients = vec![app.connect().await, app.connect().await, app.open().await];
    assert_eq!(app.messaging.shut_down(Duration::from_secs(30)).await, 0);
    for client in &mut clients {
        let error = client.frame().await;
        assert_eq!(error.header("error-code"), Some("server-shutdown"));
        assert_eq!(client.closed().await, (1001, "server-shutdown".to_owned()));
    }
    assert!(app.messaging.sessions().is_empty());
    assert!(app.messaging.admit().is_err());
}

#[tokio::test]
async fn a_handler_that_runs_is_waited_for_and_its_reply_arrives() {
    let gate = Arc::new(Gate::default());
    let app = App::start(messaging().handler::<slow>().state(gate.clone())).await;
    let mut client = app.connect().await;
    client.subscribe("0", "/topic/done").await;
    client
        .send("SEND\ndestination:/app/slow\nreceipt:r\n\n\0")
        .await;
    gate.entered.notified().await;
    let messaging = app.messaging.clone();
    let going_down =
        tokio::spawn(async move { messaging.shut_down(Duration::from_secs(30)).await });
    while app.messaging.admit().is_ok() {
        tokio::task::yield_now().await;
    }
    gate.open.notify_one();
    assert_eq!(client.frame().await.text(), "done");
    assert_eq!(client.frame().await.header("receipt-id"), Some("r"));
    assert_eq!(
        client.error().await.header("error-code"),
        Some("server-shutdown")
    );
    assert_eq!(going_down.await.unwrap(), 0);
}

#[tokio::test]
async fn what_takes_too_long_is_cut() {
    let gate = Arc::new(Gate::default());
    let app = App::start(messaging().handler::<slow>().state(gate.clone())).await;
    let mut client = app.connect().await;
    client.send("SEND\ndestination:/app/slow\n\n\0").await;
    gate.entered.notified().await;
    assert_eq!(app.messaging.shut_down(Duration::from_millis(20)).await, 1);
}
