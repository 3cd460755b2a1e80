//! ACK and NACK, on a whole connection.

use std::collections::HashSet;

use stompframe::stomp::{Command, Frame};
use stompframe::test::{TestApp, TestClient};
use stompframe::{ErrorCode, Limits, Messaging, message, subscription};

use crate::kit::{Notes, builder, connect, end, next};

/// A broker whose queues and topics are open to clients.
fn app() -> TestApp {
    app_with(Limits::default())
}

fn app_with(limits: Limits) -> TestApp {
    let builder = builder(&Notes::default())
        .accept_client_sends(["/topic", "/queue"])
        .limits(limits);
    TestApp::start(builder)
}

const LATER_VERSIONS: [&str; 2] = ["1.1", "1.2"];

async fn consume(client: &TestClient, id: &str, destination: &str, ack: &str) {
    let headers = [("id", id), ("ack", ack)];
    client.subscribe_with(destination, headers).await;
}

/// Sends `0`, `1`, ... and takes them as they come to a consumer.
async fn hand_over(
    sender: &TestClient,
    to: &str,
    count: usize,
    consumer: &TestClient,
) -> Vec<Frame> {
    let mut messages = Vec::new();
    for number in 0..count {
        sender.send_text(to, number.to_string()).await;
        messages.push(next(consumer).await);
    }
    messages
}

/// The ACK or NACK of a message, as its version says it.
fn answer(command: Command, message: &Frame, version: &str) -> Frame {
    let copied = |frame: Frame, name: &str, from: &str| {
        frame.with_header(name.to_owned(), message.header(from).unwrap().to_owned())
    };
    let frame = Frame::new(command);
    match version {
        "1.2" => copied(frame, "id", "ack"),
        "1.1" => copied(
            copied(frame, "message-id", "message-id"),
            "subscription",
            "subscription",
        ),
        _ => copied(frame, "message-id", "message-id"),
    }
}

/// What a new consumer gets of a queue, and that it is all.
async fn rest(app: &TestApp, queue: &str) -> Vec<String> {
    let client = app.connect().await;
    client.send_bytes(format!(
        "SUBSCRIBE\nid:rest\ndestination:{queue}\n\n\0UNSUBSCRIBE\nid:none\nreceipt:r\n\n\0"
    ));
    bodies_until_receipt(&client).await
}

async fn bodies_until_receipt(client: &TestClient) -> Vec<String> {
    let mut bodies = Vec::new();
    loop {
        let frame = next(client).await;
        match frame.command {
            Command::Receipt => return bodies,
            _ => bodies.push(String::from_utf8(frame.body.to_vec()).unwrap()),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn u_05_u_06_each_version_has_its_ack_modes_and_auto_where_none_is_named() {
    let app = app();
    for (version, mode, is_known) in [
        ("1.0", "auto", true),
        ("1.0", "client", true),
        ("1.0", "client-individual", false),
        ("1.1", "auto", true),
        ("1.1", "client", true),
        ("1.1", "client-individual", true),
        ("1.2", "client-individual", true),
        ("1.2", "Auto", false),
        ("1.2", "", false),
        ("1.1", "individual", false),
    ] {
        for destination in ["/topic/a", "/queue/a"] {
            let client = connect(&app, version).await;
            client.send_bytes(format!(
                "SUBSCRIBE\nid:0\ndestination:{destination}\nack:{mode}\nreceipt:r\n\n\0"
            ));
            if is_known {
                assert_eq!(
                    next(&client).await.command,
                    Command::Receipt,
                    "{version} {mode}"
                );
            } else {
                end(&client, ErrorCode::BadAckMode).await;
            }
        }
    }
    let client = app.connect().await;
    let queue = client.subscribe("/queue/b").await;
    client.send_text("/queue/b", "x").await;
    assert_eq!(queue.next_message().await.header("ack"), None);
    client.lose().await;
    assert!(rest(&app, "/queue/b").await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_04_what_waits_for_an_ack_has_a_header_that_nothing_else_has() {
    let app = app();
    let client = app.connect().await;
    for (id, destination, ack) in [
        ("tc", "/topic/a", "client"),
        ("ti", "/topic/a", "client-individual"),
        ("ta", "/topic/a", "auto"),
        ("qc", "/queue/c", "client"),
        ("qi", "/queue/i", "client-individual"),
        ("qa", "/queue/a", "auto"),
    ] {
        consume(&client, id, destination, ack).await;
    }
    let mut seen = HashSet::new();
    for _ in 0..50 {
        for (destination, copies) in [
            ("/topic/a", 3),
            ("/queue/c", 1),
            ("/queue/i", 1),
            ("/queue/a", 1),
        ] {
            client.send_bytes(format!("SEND\ndestination:{destination}\nack:forged\n\n\0"));
            for _ in 0..copies {
                let message = next(&client).await;
                let is_auto = message.header("subscription").unwrap().ends_with('a');
                match message.header("ack") {
                    None => assert!(is_auto, "{message:?}"),
                    Some(ack) => assert!(!is_auto && seen.insert(ack.to_owned()), "{message:?}"),
                }
            }
        }
    }
    assert_eq!(seen.len(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_05_with_auto_a_message_counts_as_received_when_it_is_sent() {
    let app = app();
    let sender = app.connect().await;
    for version in ["1.0", "1.1", "1.2"] {
        let client = connect(&app, version).await;
        consume(&client, "0", "/queue/a", "auto").await;
        // It is not read before the connection is lost, and is gone all the same.
        sender.send_text("/queue/a", "x").await;
        client.lose().await;
        assert!(rest(&app, "/queue/a").await.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_06_with_client_an_ack_settles_what_came_before_it_in_its_subscription() {
    let app = app();
    for version in LATER_VERSIONS {
        let (consumer, sender) = (connect(&app, version).await, app.connect().await);
        // Two subscriptions to one queue take turns: 0, 2, 4 and 1, 3, 5.
        consume(&consumer, "even", "/queue/a", "client").await;
        consume(&consumer, "odd", "/queue/a", "client").await;
        let messages = hand_over(&sender, "/queue/a", 6, &consumer).await;
        consumer
            .send_frame(answer(Command::Ack, &messages[3], version))
            .await;
        consumer.lose().await;
        assert_eq!(
            rest(&app, "/queue/a").await,
            ["0", "2", "4", "5"],
            "{version}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_07_with_client_individual_an_ack_settles_one_message() {
    let app = app();
    for version in LATER_VERSIONS {
        let (consumer, sender) = (connect(&app, version).await, app.connect().await);
        consume(&consumer, "0", "/queue/a", "client-individual").await;
        let messages = hand_over(&sender, "/queue/a", 5, &consumer).await;
        consumer
            .send_frame(answer(Command::Ack, &messages[2], version))
            .await;
        consumer.lose().await;
        assert_eq!(
            rest(&app, "/queue/a").await,
            ["0", "1", "3", "4"],
            "{version}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_08_a_nack_reaches_as_far_as_an_ack() {
    let app = app();
    for version in LATER_VERSIONS {
        for (mode, again) in [
            ("client", vec!["0", "1", "2"]),
            ("client-individual", vec!["2"]),
        ] {
            let (consumer, sender) = (connect(&app, version).await, app.connect().await);
            consume(&consumer, "0", "/queue/a", mode).await;
            let messages = hand_over(&sender, "/queue/a", 5, &consumer).await;
            consumer.send_bytes(bytes(&answer(Command::Nack, &messages[2], version), "r"));
            assert_eq!(
                bodies_until_receipt(&consumer).await,
                again,
                "{version} {mode}"
            );
            consumer.expect_nothing().await;
            consumer.lose().await;
            assert_eq!(rest(&app, "/queue/a").await, ["0", "1", "2", "3", "4"]);
        }
    }
}

/// A frame of short plain headers, with a receipt.
fn bytes(frame: &Frame, receipt: &str) -> String {
    let mut text = format!("{}\n", frame.command);
    for (name, value) in &frame.headers {
        text.push_str(&format!("{name}:{value}\n"));
    }
    text + &format!("receipt:{receipt}\n\n\0")
}

#[tokio::test(start_paused = true)]
async fn a_09_however_a_consumer_goes_others_get_what_it_has_not_settled() {
    let app = app();
    let sender = app.connect().await;
    for way in ["lost", "DISCONNECT", "UNSUBSCRIBE", "ERROR"] {
        let consumer = app.connect().await;
        consume(&consumer, "0", "/queue/a", "client").await;
        let messages = hand_over(&sender, "/queue/a", 4, &consumer).await;
        let heir = app.connect().await;
        heir.subscribe("/queue/a").await;
        consumer
            .send_frame(answer(Command::Ack, &messages[0], "1.2"))
            .await;
        match way {
            "lost" => consumer.lose().await,
            "DISCONNECT" => consumer.disconnect().await,
            "UNSUBSCRIBE" => {
                let frame = Frame::new(Command::Unsubscribe).with_header("id", "0");
                consumer.send_frame(frame).await;
            }
            _ => {
                consumer.send_bytes("NONSENSE\n\n\0");
                end(&consumer, ErrorCode::UnknownCommand).await;
            }
        }
        for number in 1..4 {
            let message = next(&heir).await;
            assert_eq!(message.body, number.to_string(), "{way}");
            assert_eq!(message.header("redelivered"), Some("true"));
        }
        heir.expect_nothing().await;
    }
}

/// Until the COMMIT nothing is settled, and the window stays shut; after an ABORT it can be settled
/// as before.
#[tokio::test(start_paused = true)]
async fn a_10_an_ack_in_a_transaction_counts_at_its_commit() {
    let app = app();
    let sender = app.connect().await;
    for mode in ["client", "client-individual"] {
        let consumer = app.connect().await;
        let headers = [("id", "0"), ("ack", mode), ("prefetch-count", "2")];
        let queue = consumer.subscribe_with("/queue/a", headers).await;
        let messages = hand_over(&sender, "/queue/a", 2, &consumer).await;
        sender.send_text("/queue/a", "2").await;
        let ack =
            |message: &Frame| answer(Command::Ack, message, "1.2").with_header("transaction", "t");
        for is_committed in [false, true] {
            control(&consumer, Command::Begin).await;
            consumer.send_frame(ack(&messages[1])).await;
            consumer.expect_nothing().await;
            if is_committed {
                control(&consumer, Command::Commit).await;
                assert_eq!(queue.expect_text().await, "2");
            } else {
                control(&consumer, Command::Abort).await;
                consumer.expect_nothing().await;
            }
        }
        consumer.lose().await;
        let left = rest(&app, "/queue/a").await;
        // In the mode `client`, the first was settled together with the second.
        let expected: &[&str] = if mode == "client" {
            &["2"]
        } else {
            &["0", "2"]
        };
        assert_eq!(left, expected);
    }
}

/// BEGIN, COMMIT or ABORT of the transaction `t`.
async fn control(client: &TestClient, command: Command) {
    let frame = Frame::new(command).with_header("transaction", "t");
    client.send_frame(frame).await;
}

#[tokio::test(start_paused = true)]
async fn a_11_d_09_who_settles_what_waits_for_nothing_is_refused() {
    let app = app();
    let sender = app.connect().await;
    for version in ["1.0", "1.1", "1.2"] {
        for mistake in ["auto", "twice", "left", "another's", "unknown"] {
            let consumer = connect(&app, version).await;
            let other = connect(&app, version).await;
            let mode = if mistake == "auto" { "auto" } else { "client" };
            consume(&consumer, "0", "/queue/a", mode).await;
            let mut message = hand_over(&sender, "/queue/a", 1, &consumer).await.remove(0);
            if version == "1.2" && mistake == "auto" {
                let id = message.header("message-id").unwrap().to_owned();
                message.headers.set("ack", id);
            }
            let ack = answer(Command::Ack, &message, version);
            let mut culprit = &consumer;
            let bytes = match mistake {
                "twice" => {
                    consumer.send_frame(ack.clone()).await;
                    bytes(&ack, "r")
                }
                "left" => {
                    let leave = Frame::new(Command::Unsubscribe).with_header("id", "0");
                    consumer.send_frame(leave).await;
                    bytes(&ack, "r")
                }
                "another's" => {
                    culprit = &other;
                    bytes(&ack, "r")
                }
                // Another spelling of the same number, too, is none that was given.
                "unknown" => bytes(&ack, "r").replace("\nreceipt", "0\nreceipt"),
                _ => bytes(&ack, "r"),
            };
            culprit.send_bytes(bytes);
            let error = end(culprit, ErrorCode::UnknownAck).await;
            assert_eq!(error.header("receipt-id"), Some("r"), "{version} {mistake}");
            consumer.lose().await;
            rest(&app, "/queue/a").await;
        }
    }
    // In STOMP 1.1 the subscription has to be the right one, too.
    let consumer = connect(&app, "1.1").await;
    consume(&consumer, "0", "/queue/a", "client").await;
    consume(&consumer, "1", "/queue/b", "client").await;
    let message = hand_over(&sender, "/queue/a", 1, &consumer).await.remove(0);
    let ack = bytes(&answer(Command::Ack, &message, "1.1"), "r");
    consumer.send_bytes(ack.replace("subscription:0", "subscription:1"));
    end(&consumer, ErrorCode::UnknownAck).await;
    // Without a broker there is nothing to settle; nor is silence the answer to it.
    let app = TestApp::start(Messaging::builder());
    let client = app.connect().await;
    client.send_bytes("ACK\nid:1\n\n\0");
    end(&client, ErrorCode::UnknownAck).await;
}

#[tokio::test(start_paused = true)]
async fn a_12_who_asks_for_acks_where_there_are_none_is_refused() {
    let app = TestApp::start(
        builder(&Notes::default())
            .route(message("/me").send_to_user("/queue/me"), async || "x")
            .route(subscription("/now"), async || "x"),
    );
    for destination in ["/user/queue/me", "/app/now"] {
        for mode in ["client", "client-individual"] {
            let client = app.connect().await;
            client.send_bytes(format!(
                "SUBSCRIBE\nid:0\ndestination:{destination}\nack:{mode}\n\n\0"
            ));
            end(&client, ErrorCode::Unsupported).await;
        }
        let client = app.connect().await;
        client.subscribe(destination).await;
    }
}

/// The client cannot ask for more than the server gives: its window ends where the limit does, and
/// what waits behind it is bounded by the queue. (Of a topic, it has the bounds of the session's own.)
#[tokio::test(start_paused = true)]
async fn a_13_what_a_subscription_has_not_acknowledged_is_bounded() {
    let mut limits = Limits::default();
    limits.broker.max_unacknowledged = 3;
    limits.broker.max_queue_messages = 2;
    let app = app_with(limits);
    let (consumer, sender) = (app.connect().await, app.connect().await);
    let headers = [("id", "0"), ("ack", "client"), ("prefetch-count", "1000")];
    let queue = consumer.subscribe_with("/queue/a", headers).await;
    let first = hand_over(&sender, "/queue/a", 3, &consumer).await;
    sender.send_text("/queue/a", "3").await;
    sender.send_text("/queue/a", "4").await;
    consumer.expect_nothing().await;
    sender.send_bytes("SEND\ndestination:/queue/a\nreceipt:r\n\n5\0");
    end(&sender, ErrorCode::QueueFull).await;
    consumer
        .send_frame(answer(Command::Ack, &first[0], "1.2"))
        .await;
    assert_eq!(queue.expect_text().await, "3");
    consumer.expect_nothing().await;
}
