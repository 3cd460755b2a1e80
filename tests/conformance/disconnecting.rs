//! DISCONNECT and other ends of a session, on a whole connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use stompframe::MessageType;
use stompframe::channel::Verdict;
use stompframe::session::Close;
use stompframe::test::{Received, TestApp};
use tracing_subscriber::filter::LevelFilter;

use crate::kit::{Notes, app, builder, next};
use crate::log::Log;

#[tokio::test(start_paused = true)]
async fn dc_01_its_receipt_is_the_last_and_then_the_connection_closes() {
    let notes = Notes::default();
    let app = TestApp::start(builder(&notes));
    let client = app.connect().await;
    let mut bytes = String::new();
    for number in 0..10 {
        bytes += &format!("SEND\ndestination:/app/note\nreceipt:{number}\n\n{number}\0");
    }
    client.send_bytes(bytes + "DISCONNECT\nreceipt:bye\n\n\0");
    for number in 0..10 {
        assert_eq!(
            next(&client).await.header("receipt-id"),
            Some(&*number.to_string())
        );
    }
    assert_eq!(next(&client).await.header("receipt-id"), Some("bye"));
    assert_eq!(client.receive().await, Received::Closed(Close::NORMAL));
    assert_eq!(notes.all().len(), 10);
}

#[tokio::test(start_paused = true)]
async fn dc_02_what_comes_behind_it_is_neither_handled_nor_answered() {
    let notes = Notes::default();
    let app = TestApp::start(builder(&notes));
    let client = app.connect().await;
    client.send_bytes("DISCONNECT\nreceipt:bye\n\n\0SEND\ndestination:/app/note\nreceipt:r\n\nx\0");
    client.send_bytes("NONSENSE\n\n\0");
    assert_eq!(next(&client).await.header("receipt-id"), Some("bye"));
    assert_eq!(client.receive().await, Received::Closed(Close::NORMAL));
    assert!(notes.all().is_empty());
}

#[tokio::test(start_paused = true)]
async fn dc_04_a_client_may_leave_without_a_word() {
    let app = app();
    // Behind the start, which has warnings of its own.
    let (log, _listening) = Log::listen(LevelFilter::WARN);
    let (client, other) = (app.connect().await, app.connect().await);
    client.subscribe("/topic/a").await;
    client.lose().await;
    assert_eq!(app.messaging().sessions().len(), 1);
    app.messaging()
        .template()
        .send("/topic/a", "x")
        .await
        .unwrap();
    assert_eq!(log.text(), "", "that is nothing to worry about");
    other.send_bytes("SEND\ndestination:/nowhere\n\n\0");
    other.round_trip().await;
    assert!(log.text().contains("no-route"), "{}", log.text());
}

/// 300 sessions that end in several ways at once: by DISCONNECT, an ERROR, the loss of the
/// connection and the end of the server.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dc_05_the_application_learns_once_that_a_session_has_ended() {
    for round in 0..300 {
        let ends = Arc::new(AtomicUsize::new(0));
        let app = TestApp::start(builder(&Notes::default()).client_inbound(|channel| {
            let ends = Arc::clone(&ends);
            channel.intercept(move |message, _| {
                if message.message_type() == MessageType::Disconnect {
                    ends.fetch_add(1, Ordering::Relaxed);
                }
                Verdict::Continue
            })
        }));
        let client = app.connect().await;
        let messaging = app.messaging().clone();
        let end_of_server =
            tokio::spawn(async move { messaging.shut_down(Duration::from_secs(60)).await });
        for (turn, bytes) in [(1, "DISCONNECT\n\n\0"), (2, "NONSENSE\n\n\0")] {
            if round % 3 != turn {
                client.send_bytes(bytes);
            }
        }
        client.lose().await;
        assert_eq!(end_of_server.await.unwrap(), 0);
        assert_eq!(ends.load(Ordering::Relaxed), 1, "round {round}");
    }
}
