//! SEND, on a whole connection.

use std::sync::Arc;
use std::time::Duration;

use stompframe::extract::State;
use stompframe::session::Close;
use stompframe::stomp::{Command, Frame};
use stompframe::test::{Received, TestApp};
use stompframe::{ErrorCode, message};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::kit::{Notes, app, builder, connect, end, next};

#[tokio::test(start_paused = true)]
async fn n_01_a_send_without_a_destination_ends_the_session() {
    let app = app();
    for version in ["1.0", "1.1", "1.2"] {
        for headers in ["", "destination:\n", "Destination:/topic/a\n"] {
            let client = connect(&app, version).await;
            client.send_bytes(format!("SEND\n{headers}\nx\0"));
            end(&client, ErrorCode::MissingHeader).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn n_02_a_destination_is_any_text_within_bounds() {
    let app = app();
    let client = app.connect().await;
    for rest in [
        "a b", "a.b", "a//b", "a/", "..", "%2f", "😀", "a:b\\c", "a=b&c#d",
    ] {
        let destination = format!("/topic/{rest}");
        let topic = client.subscribe(&destination).await;
        client.send_text(&destination, rest).await;
        let message = topic.next_message().await;
        assert_eq!(
            (message.destination(), &*message.text()),
            (&*destination, rest)
        );
        topic.unsubscribe().await;
    }
    for (destination, code) in [
        ("topic/a".to_owned(), ErrorCode::NoRoute),
        (" /topic/a".to_owned(), ErrorCode::NoRoute),
        ("a".repeat(255), ErrorCode::NoRoute),
        ("a".repeat(256), ErrorCode::BadDestination),
        ("/a".repeat(33), ErrorCode::BadDestination),
        ("/topic/\t".to_owned(), ErrorCode::BadDestination),
    ] {
        let client = app.connect().await;
        client.send_bytes(format!("SEND\ndestination:{destination}\nreceipt:r\n\n\0"));
        end(&client, code).await;
    }
}

#[tokio::test(start_paused = true)]
async fn n_03_m_05_the_headers_of_the_sender_come_along() {
    let app = app();
    let headers = [
        ("plain", "value"),
        ("empty", ""),
        ("CaSe", "UPPER lower"),
        (" blanks ", "  "),
        ("colon:lf\nbackslash\\", "a:b\nc\\d\\n"),
        ("κλειδί", "😀"),
        ("content-type", "x/y"),
        ("priority", "9"),
        ("expires", "0"),
        ("repeated", "1"),
        ("repeated", "2"),
    ];
    for version in ["1.1", "1.2"] {
        let client = connect(&app, version).await;
        client.send_bytes("SUBSCRIBE\nid:0\ndestination:/topic/a\n\n\0");
        let mut send = Frame::new(Command::Send).with_header("destination", "/topic/a");
        send.headers.extend(headers);
        client.send_frame(send).await;
        let message = next(&client).await;
        let own = ["destination", "message-id", "subscription"];
        let others = message
            .headers
            .iter()
            .filter(|(name, _)| !own.contains(name));
        assert_eq!(others.collect::<Vec<_>>(), headers, "{version}");
    }
}

async fn slow(State(gate): State<Arc<Notify>>) {
    gate.notified().await;
}

#[tokio::test(start_paused = true)]
async fn n_07_r_02_r_03_the_receipt_waits_for_the_handler() {
    let gate = Arc::new(Notify::new());
    let builder = builder(&Notes::default());
    let app = TestApp::start(builder.route(message("/slow"), slow).state(gate.clone()));
    let client = app.connect().await;
    client.send_bytes("SEND\ndestination:/app/slow\nreceipt:slow\n\n\0");
    client.send_bytes("SEND\ndestination:/app/note\nreceipt:quick\n\nx\0");
    // Nobody has anything to do but the handler, which waits.
    let early = timeout(Duration::from_secs(10), client.receive()).await;
    assert!(early.is_err(), "{early:?}");
    gate.notify_one();
    for receipt in ["slow", "quick"] {
        assert_eq!(next(&client).await.header("receipt-id"), Some(receipt));
    }
}

/// What a session's queue holds when it is closed is still written, and nothing is added.
#[tokio::test(start_paused = true)]
async fn n_07_r_02_with_the_receipt_the_message_is_in_every_queue() {
    let app = app();
    let sender = app.connect().await;
    sender.send_bytes("SUBSCRIBE\nid:0\ndestination:/topic/a\n\n\0");
    let mut subscribers = Vec::new();
    for _ in 0..10 {
        let client = app.connect().await;
        client.subscribe("/topic/a").await;
        subscribers.push(client);
    }
    sender.send_bytes("SEND\ndestination:/topic/a\nreceipt:r\n\nx\0");
    assert_eq!(next(&sender).await.command, Command::Message);
    assert_eq!(next(&sender).await.command, Command::Receipt);
    for session in app.messaging().sessions().all() {
        session.close(Close::NORMAL);
    }
    for client in &subscribers {
        assert_eq!(next(client).await.body, "x");
        assert_eq!(client.receive().await, Received::Closed(Close::NORMAL));
    }
}
