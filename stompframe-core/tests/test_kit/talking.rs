//! What clients say to each other.

use stompframe_core::ErrorCode;
use stompframe_core::session::Close;
use stompframe_core::stomp::{Command, Frame};
use stompframe_core::test::Received;

use crate::{Say, app, hi, text_of};

#[tokio::test(start_paused = true)]
async fn two_people_talk() {
    let app = app();
    let (ann, bob) = (app.connect_as("ann").await, app.connect().await);
    let room = bob.subscribe("/topic/rooms/7").await;
    ann.send("/app/rooms/7", &hi()).await;
    assert_eq!(room.expect_message::<Say>().await, hi());
    bob.expect_nothing().await;
    ann.expect_nothing().await;
}

#[tokio::test(start_paused = true)]
async fn each_subscription_has_its_own_messages() {
    let app = app();
    let client = app.connect().await;
    let first = client.subscribe("/topic/rooms/1").await;
    let headers = [("id", "mine"), ("ack", "auto")];
    let second = client.subscribe_with("/topic/rooms/2", headers).await;
    for room in ["/app/rooms/1", "/app/rooms/2", "/app/rooms/1"] {
        client.send(room, &hi()).await;
    }
    let message = second.next_message().await;
    assert_eq!(
        (second.id(), message.header("subscription")),
        ("mine", Some("mine"))
    );
    assert_eq!(message.destination(), second.destination());
    assert_eq!(
        (message.text(), message.json()),
        (r#"{"text":"hi"}"#.to_owned(), hi())
    );
    second.expect_nothing().await;
    first.expect_message::<Say>().await;
    assert_eq!(first.expect_text().await, message.text());
    client.expect_nothing().await;
}

#[tokio::test(start_paused = true)]
async fn nothing_comes_after_unsubscribe() {
    let app = app();
    let client = app.connect().await;
    let room = client.subscribe("/topic/rooms/1").await;
    client.send("/app/rooms/1", &hi()).await;
    room.unsubscribe().await;
    client.send("/app/rooms/1", &hi()).await;
    room.expect_message::<Say>().await;
    client.expect_nothing().await;
}

#[tokio::test(start_paused = true)]
async fn every_version_can_be_spoken() {
    let app = app();
    for (version, odd) in [("1.0", "a:\\b"), ("1.1", "a:\n\\b"), ("1.2", "a:\r\n\\b")] {
        let client = app.connect_with([("accept-version", version)]).await;
        let topic = client.subscribe("/topic/odd").await;
        let send = Frame::new(Command::Send)
            .with_header("destination", "/app/odd")
            .with_header("odd", odd);
        client.send_frame(send).await;
        assert_eq!(topic.expect_text().await, odd, "{version}");
    }
}

#[tokio::test(start_paused = true)]
async fn bytes_are_sent_as_they_are() {
    let app = app();
    let client = app.open();
    assert!(client.connected().is_none());
    for byte in b"CONNECT\naccept-version:1.1\n\n\0".chunks(1) {
        client.send_bytes(byte);
    }
    assert_eq!(client.next_frame().await.header("version"), Some("1.1"));
    client.send_bytes("SEND\n\nhi\0");
    let text = text_of(client.expect_error(ErrorCode::Denied)).await;
    assert!(
        text.starts_with("expected ERROR with the code `denied`, but this came:\n\n    ERROR\n"),
        "{text}"
    );
    let close = Close::because(ErrorCode::MissingHeader);
    assert_eq!(client.receive().await, Received::Closed(close.clone()));
    assert_eq!(client.expect_closed().await, close);

    let client = app.open();
    client.send_bytes("HELLO\n\n\0");
    let error = client.expect_error(ErrorCode::UnknownCommand).await;
    assert!(!error.detail.is_empty(), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clock_may_run_and_many_threads_may_work() {
    let app = app();
    let (ann, bob) = (app.connect().await, app.connect().await);
    let room = bob.subscribe("/topic/rooms/7").await;
    for _ in 0..100 {
        ann.send("/app/rooms/7", &hi()).await;
        room.expect_message::<Say>().await;
        bob.expect_nothing().await;
    }
}
