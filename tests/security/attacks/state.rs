//! Frames at moments that are not theirs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use stompframe::prelude::*;
use stompframe::test::{Received, TestApp, TestClient};
use stompframe::{message, subscription};

use crate::kit::{ended, messaging, publish, session_of};

/// Every command that a client has besides CONNECT.
const COMMANDS: [&str; 9] = [
    "SEND\ndestination:/app/count\n\n\0",
    "SUBSCRIBE\nid:0\ndestination:/app/count\n\n\0",
    "UNSUBSCRIBE\nid:0\n\n\0",
    "ACK\nid:0\n\n\0",
    "NACK\nid:0\n\n\0",
    "BEGIN\ntransaction:t\n\n\0",
    "COMMIT\ntransaction:t\n\n\0",
    "ABORT\ntransaction:t\n\n\0",
    "DISCONNECT\nreceipt:r\n\n\0",
];

/// An application that counts calls, and lets nobody in who says `login:stranger`.
fn app() -> (TestApp, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let (sent, subscribed) = (Arc::clone(&calls), Arc::clone(&calls));
    let count = |calls: Arc<AtomicUsize>| {
        move || {
            calls.fetch_add(1, Ordering::SeqCst);
            async {}
        }
    };
    let builder = messaging()
        .accept_client_sends(["/topic"])
        .route(message("/count"), count(sent))
        .route(subscription("/count"), count(subscribed))
        .authenticate(|connect: Connect| async move {
            match connect.header("login") {
                Some("stranger") => Err(Denied::new("a stranger")),
                _ => Ok(Some(Principal::new("ann"))),
            }
        });
    (TestApp::start(builder), calls)
}

/// All that comes until the close: the commands of the frames.
async fn all(client: &TestClient) -> Vec<String> {
    let mut commands = Vec::new();
    loop {
        match client.receive().await {
            Received::Frame(frame) => commands.push(frame.command.to_string()),
            Received::Closed(_) => return commands,
            Received::HeartBeat => {}
        }
    }
}

#[tokio::test(start_paused = true)]
async fn sec_v_01_nothing_takes_effect_before_connect_or_after_its_refusal() {
    for before in [
        "",
        "CONNECT\naccept-version:1.2\nlogin:stranger\n\n\0",
        "CONNECT\naccept-version:9\n\n\0",
        "CONNECT\naccept-version:1.2\nheart-beat:x\n\n\0",
    ] {
        for command in COMMANDS {
            let (app, calls) = app();
            let client = app.open();
            // In one piece, so that all of it is there when CONNECT is judged.
            client.send_bytes(format!("{before}{command}{command}"));
            assert_eq!(all(&client).await, ["ERROR"], "{before:?} {command:?}");
            client.lose().await;
            assert_eq!(calls.load(Ordering::SeqCst), 0, "{before:?} {command:?}");
            assert!(app.messaging().sessions().is_empty());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn sec_v_01_nothing_takes_effect_behind_an_error() {
    for command in COMMANDS {
        let (app, calls) = app();
        let client = app.connect().await;
        let listener = app.connect().await;
        let topic = listener.subscribe("/topic/a").await;
        let publish = "SEND\ndestination:/topic/a\n\nforged\0";
        client.send_bytes(format!("FETCH\n\n\0{command}{publish}"));
        assert_eq!(all(&client).await, ["ERROR"], "{command:?}");
        client.lose().await;
        assert_eq!(calls.load(Ordering::SeqCst), 0, "{command:?}");
        topic.expect_nothing().await;
    }
}

#[tokio::test(start_paused = true)]
async fn sec_v_02_a_second_connect_ends_the_session_and_registers_nobody() {
    let (app, _) = app();
    let client = app.connect().await;
    let session = session_of(&app, &client);
    let again = "CONNECT\naccept-version:1.2\nlogin:bob\n\n\0";
    client.send_bytes(again.repeat(1_000));
    ended(&client, ErrorCode::AlreadyConnected).await;
    assert_eq!(session.principal().unwrap().name(), "ann");
    client.lose().await;
    assert!(app.messaging().sessions().is_empty());
    assert_eq!(app.messaging().users().user_count(), 0);
}

/// A SUBSCRIBE is under way when the session ends: nobody is left in the broker or the registry.
#[tokio::test(start_paused = true)]
async fn sec_c_05_a_session_that_ends_while_it_subscribes_leaves_no_ghost() {
    let (app, _) = app();
    let listener = app.connect().await;
    let topic = listener.subscribe("/topic/a").await;
    for round in 0..200 {
        let client = app.connect().await;
        for id in 0..10 {
            client.send_bytes(format!("SUBSCRIBE\nid:{id}\ndestination:/topic/a\n\n\0"));
        }
        for _ in 0..round % 7 {
            tokio::task::yield_now().await;
        }
        client.lose().await;
        assert_eq!(app.messaging().sessions().len(), 1, "{round}");
        let users = app.messaging().users();
        assert_eq!(users.find_subscriptions(|_| true).len(), 1, "{round}");
    }
    publish(&app, "/topic/a", "only one hears it").await;
    assert_eq!(topic.expect_text().await, "only one hears it");
}

/// What is refused sounds the same whether or not there is anything.
#[tokio::test(start_paused = true)]
async fn sec_c_04_a_refusal_does_not_tell_what_exists() {
    use stompframe::security::{permit, rules};
    let builder = messaging()
        .route(message("/secret"), async || ())
        .authorize(rules().subscribe("/user/queue/errors", permit()));
    let app = TestApp::start(builder);
    let client = app.connect_as("ann").await;
    client.subscribe("/user/queue/errors").await;
    let there = client.try_send("/app/secret", &()).await.unwrap_err();
    for nowhere in [
        "/app/nothing",
        "/nothing",
        "/topic/x",
        "/user/bob/queue/x",
        "/user/x",
    ] {
        let error = client.try_send(nowhere, &()).await.unwrap_err();
        assert_eq!(error, there, "{nowhere}");
    }
    let there = client.try_subscribe("/topic/secret").await.unwrap_err();
    for nowhere in ["/app/nothing", "/nothing", "/user/bob/queue/x"] {
        let error = client.try_subscribe(nowhere).await.unwrap_err();
        assert_eq!(error, there, "{nowhere}");
    }
    let bare = app.connect_as("ann").await;
    bare.send_bytes("SEND\ndestination:/app/secret\n\n\0");
    ended(&bare, ErrorCode::Denied).await;
}
