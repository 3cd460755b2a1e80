//! Escaping, on a whole connection.

use stompframe::channel::Verdict;
use stompframe::stomp::{Command, Frame};
use stompframe::test::TestApp;
use stompframe::{ErrorCode, MessageType, MessagingError};

use crate::kit::{Notes, app, builder, connect, end, next};

#[tokio::test(start_paused = true)]
async fn e_06_e_07_credentials_are_read_letter_by_letter() {
    let seen = Notes::default();
    let app = TestApp::start(builder(&Notes::default()).client_inbound(|channel| {
        let seen = seen.clone();
        channel.intercept(move |message, _| {
            if message.message_type() == MessageType::Connect {
                for name in ["login", "passcode"] {
                    seen.add(message.headers().get(name).unwrap_or_default());
                }
            }
            Verdict::Continue
        })
    }));
    for command in ["CONNECT", "STOMP"] {
        let client = app.open();
        client.send_bytes(format!(
            "{command}\naccept-version:1.2\nlogin:x\\y\npasscode:a\\cb:c\n\n\0"
        ));
        assert_eq!(next(&client).await.command, Command::Connected);
    }
    assert_eq!(seen.all(), ["x\\y", "a\\cb:c", "x\\y", "a\\cb:c"]);
}

#[tokio::test(start_paused = true)]
async fn e_10_each_subscriber_gets_the_headers_that_its_version_can_express() {
    let app = app();
    let sender = app.connect().await;
    let mut subscribers = Vec::new();
    for version in ["1.0", "1.1", "1.2"] {
        let client = connect(&app, version).await;
        subscribers.push((client.subscribe("/topic/a").await, client));
    }
    let frame = Frame::new(Command::Send)
        .with_header("destination", "/topic/a")
        .with_header("cr", "a\rb")
        .with_header("lf", "a\nb")
        .with_header("plain", "ab");
    sender.send_frame(frame.with_body("x")).await;
    for ((topic, _), expressed) in subscribers.iter().zip([0, 1, 2]) {
        let message = topic.next_message().await;
        let found = [message.header("lf"), message.header("cr")];
        let all = [Some("a\nb"), Some("a\rb")];
        assert_eq!(found[..expressed], all[..expressed]);
        assert_eq!(found[expressed..], [None; 2][expressed..]);
        assert_eq!(
            (message.header("plain"), &*message.text()),
            (Some("ab"), "x")
        );
    }
}

/// The last receipts hold what some version would have to escape; they are left out.
#[tokio::test(start_paused = true)]
async fn e_11_an_error_before_connected_reads_the_same_in_every_version() {
    let app = app();
    for (bytes, code, receipt) in [
        (
            "SEND\nreceipt:r1\n\n\0",
            ErrorCode::NotConnected,
            Some("r1"),
        ),
        ("SEND\nreceipt:a\\\\b\n\n\0", ErrorCode::NotConnected, None),
        ("SEND\nreceipt:a\\cb\n\n\0", ErrorCode::NotConnected, None),
        ("SEND\nreceipt:a\\nb\n\n\0", ErrorCode::NotConnected, None),
        ("SEND\nreceipt: a\n\n\0", ErrorCode::NotConnected, None),
        ("ACK\nreceipt:a\\rb\n\nx\0", ErrorCode::BodyNotAllowed, None),
        ("a:b\\c\n\n\0", ErrorCode::UnknownCommand, None),
        ("CONNECT\na:\\:\r\rb\n\n\0", ErrorCode::MalformedFrame, None),
        (
            "CONNECT\naccept-version:\\:9\n\n\0",
            ErrorCode::Version,
            None,
        ),
        (
            "CONNECT\naccept-version:1.2\nheart-beat:\\:,\n\n\0",
            ErrorCode::BadHeartBeat,
            None,
        ),
    ] {
        let client = app.open();
        client.send_bytes(bytes);
        let error = end(&client, code).await;
        assert_eq!(error.header("receipt-id"), receipt, "{bytes:?}");
        for (name, value) in &error.headers {
            let escaped = [':', '\\', '\r', '\n'];
            assert!(
                !name.contains(escaped) && !value.contains(escaped),
                "{error:?}"
            );
            assert!(!value.is_empty() && value.trim() == value, "{error:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn e_12_routes_and_rules_see_what_was_meant() {
    let app = TestApp::start(builder(&Notes::default()).client_inbound(|channel| {
        channel.intercept(|message, _| match message.destination() {
            "/topic/secret:1" => Verdict::Fail(MessagingError::new(ErrorCode::Denied)),
            _ => Verdict::Continue,
        })
    }));
    let client = app.connect().await;
    client.send_bytes("SUBSCRIBE\nid:0\ndestination:/topic/a\\c1\nreceipt:r\n\n\0");
    assert_eq!(next(&client).await.command, Command::Receipt);
    let template = app.messaging().template();
    template.send("/topic/a:1", "x").await.unwrap();
    assert_eq!(
        next(&client).await.header("destination"),
        Some("/topic/a:1")
    );
    client.send_bytes("SEND\ndestination:/topic/secret\\c1\n\nx\0");
    end(&client, ErrorCode::Denied).await;
}
