//! MESSAGE, RECEIPT and ERROR, on a whole connection.

use std::collections::HashSet;
use std::time::Duration;

use stompframe::stomp::{Command, Frame};
use stompframe::test::TestApp;
use stompframe::{ErrorCode, Limits, message, subscription};
use tokio::time::Instant;

use crate::kit::{Notes, app, builder, connect, end, next};
use crate::slow::SlowClient;

#[tokio::test(start_paused = true)]
async fn m_01_every_message_has_a_destination_and_an_id() {
    let app = TestApp::start(
        builder(&Notes::default())
            .route(message("/me").send_to_user("/queue/me"), async || "x")
            .route(subscription("/now"), async || "x"),
    );
    let client = app.connect().await;
    for (id, destination) in ["/topic/a", "/user/queue/me", "/user/queue/errors"]
        .into_iter()
        .enumerate()
    {
        client.send_bytes(format!(
            "SUBSCRIBE\nid:{id}\ndestination:{destination}\n\n\0"
        ));
    }
    let mut ids = HashSet::new();
    for (frame, destination) in [
        ("SEND\ndestination:/topic/a\n\n\0", "/topic/a"),
        ("SEND\ndestination:/app/me\n\n\0", "/user/queue/me"),
        ("SEND\ndestination:/nowhere\n\n\0", "/user/queue/errors"),
        ("SUBSCRIBE\nid:now\ndestination:/app/now\n\n\0", "/app/now"),
    ] {
        client.send_bytes(frame);
        let message = next(&client).await;
        assert_eq!(message.command, Command::Message);
        assert_eq!(message.header("destination"), Some(destination));
        assert!(ids.insert(message.header("message-id").unwrap().to_owned()));
    }
}

#[tokio::test(start_paused = true)]
async fn m_02_no_two_runs_of_a_server_have_an_id_in_common() {
    let mut ids = HashSet::new();
    for _ in 0..3 {
        let app = app();
        let client = app.connect().await;
        let topic = client.subscribe("/topic/a").await;
        for _ in 0..10 {
            client.send_text("/topic/a", "x").await;
            let message = topic.next_message().await;
            assert!(ids.insert(message.header("message-id").unwrap().to_owned()));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn m_03_a_message_names_its_subscription_as_the_client_did() {
    let app = app();
    for version in ["1.1", "1.2"] {
        let client = connect(&app, version).await;
        for id in [
            "0",
            " a ",
            "a:b",
            "a\nb",
            "a\\b",
            "a\\nb",
            "\u{1F980}",
            "é\u{301}",
        ] {
            let topic = client.subscribe_with("/topic/a", [("id", id)]).await;
            client.send_text("/topic/a", id).await;
            let message = topic.next_message().await;
            assert_eq!(message.header("subscription"), Some(id), "{version}");
            topic.unsubscribe().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn r_01_r_05_who_asks_for_a_receipt_gets_one_and_nothing_else() {
    let app = app();
    for version in ["1.0", "1.1", "1.2"] {
        let client = connect(&app, version).await;
        for frame in [
            "SUBSCRIBE\nid:0\ndestination:/topic/a\n",
            "UNSUBSCRIBE\nid:0\n",
            "SEND\ndestination:/topic/a\n",
            "SEND\ndestination:/app/note\n",
            "SUBSCRIBE\nid:0\ndestination:/user/queue/a\n",
            "DISCONNECT\n",
        ] {
            client.send_bytes(format!("{frame}receipt:r\n\n\0"));
            let expected = Frame::new(Command::Receipt).with_header("receipt-id", "r");
            assert_eq!(next(&client).await, expected);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn r_03_receipts_come_in_the_order_of_their_frames() {
    let slow = async || tokio::time::sleep(Duration::from_secs(5)).await;
    let app = TestApp::start(builder(&Notes::default()).route(message("/slow"), slow));
    let client = app.connect().await;
    let destinations = ["/app/slow", "/topic/a", "/app/slow", "/app/note"];
    for (number, destination) in destinations.iter().enumerate() {
        client.send_bytes(format!(
            "SEND\ndestination:{destination}\nreceipt:{number}\n\n\0"
        ));
    }
    for number in 0..destinations.len() {
        let receipt = next(&client).await;
        assert_eq!(receipt.header("receipt-id"), Some(&*number.to_string()));
    }
}

async fn panicking() {
    panic!("on purpose");
}

/// Told by ERROR, or on `/user/queue/errors`: there is no receipt before, and none behind.
#[tokio::test(start_paused = true)]
async fn r_04_er_03_a_frame_that_failed_has_an_error_for_its_receipt() {
    let app = TestApp::start(builder(&Notes::default()).route(message("/panic"), panicking));
    for version in ["1.0", "1.1", "1.2"] {
        for destination in ["/app/panic", "/nowhere", "/queue/a", "/user/a/queue/a"] {
            for command in ["SEND", "SUBSCRIBE\nid:9"] {
                if command != "SEND" && destination != "/nowhere" {
                    continue;
                }
                let frame = format!("{command}\ndestination:{destination}\nreceipt:r\n\n\0");
                let client = connect(&app, version).await;
                client.send_bytes("SUBSCRIBE\nid:0\ndestination:/user/queue/errors\n\n\0");
                client.send_bytes(frame.clone());
                let told = next(&client).await;
                assert_eq!(told.command, Command::Message, "{frame}");
                assert_eq!(told.header("receipt-id"), Some("r"));
                client.expect_nothing().await;

                let client = connect(&app, version).await;
                client.send_bytes(frame);
                let code = told.header("error-code").unwrap();
                let code = ErrorCode::ALL.iter().find(|known| known.as_str() == code);
                let error = end(&client, *code.unwrap()).await;
                assert_eq!(error.header("receipt-id"), Some("r"));
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn r_06_the_same_receipt_twice_is_two_receipts() {
    let client = app().connect().await;
    client.send_bytes("SEND\ndestination:/topic/a\nreceipt:r\n\n\0".repeat(2));
    for _ in 0..2 {
        assert_eq!(next(&client).await.header("receipt-id"), Some("r"));
    }
    client.expect_nothing().await;
}

/// Of a client that does not read, few receipts wait until the time for writing is up; with
/// five thousand its queue is full, and it is let go of as fast as it can be.
#[tokio::test(start_paused = true)]
async fn r_07_receipts_that_nobody_reads_are_bounded() {
    let limits = Limits::default();
    let hurry = limits.close_timeout / 2;
    for (receipts, patience) in [(100, limits.send_timeout), (5_000, hurry)] {
        let app = app();
        let client = SlowClient::open(&app, 0, Duration::from_secs(3600));
        let opened = Instant::now();
        client.send("CONNECT\naccept-version:1.2\n\n\0");
        // The server begins to write, and does not come to an end.
        tokio::time::sleep(Duration::from_millis(1)).await;
        for _ in 0..receipts / 100 {
            client.send("SEND\ndestination:/topic/a\nreceipt:r\n\n\0".repeat(100));
        }
        client.until_over().await;
        // At last, what the client may still send is read for a moment.
        let patience = patience + limits.close_timeout;
        assert_eq!(opened.elapsed().as_secs(), patience.as_secs(), "{receipts}");
    }
}

#[tokio::test(start_paused = true)]
async fn er_04_er_05_an_error_has_these_headers_and_a_body_of_text() {
    let client = app().connect().await;
    client.send_bytes("SEND\ndestination:/queue/a\nreceipt:r\nmine:secret\n\nsecret\0");
    let error = end(&client, ErrorCode::Denied).await;
    let names: Vec<_> = error.headers.iter().map(|(name, _)| name).collect();
    let expected = [
        "message",
        "error-code",
        "receipt-id",
        "content-type",
        "content-length",
    ];
    assert_eq!(names, expected);
    assert_eq!(
        error.header("content-type"),
        Some("text/plain;charset=UTF-8")
    );
    let text = std::str::from_utf8(&error.body).unwrap();
    assert!(text.is_ascii() && !text.contains("secret"), "{text}");
    assert_eq!(
        error.header("content-length"),
        Some(&*text.len().to_string())
    );
}
