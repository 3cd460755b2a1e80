//! What a client gets that does not keep the rules: one ERROR that says what to change, then the
//! close; and nobody else notices.

use stompframe::prelude::*;

use crate::support::{App, messaging};

#[derive(Deserialize)]
struct Say {
    #[expect(dead_code, reason = "it only has to be there")]
    text: String,
}

#[message_mapping("/say")]
async fn say(Payload(_): Payload<Say>) {}

#[message_mapping("/panic")]
async fn panics() {
    panic!("secret of the server");
}

#[message_mapping("/fail")]
async fn fails() -> Result<(), std::io::Error> {
    Err(std::io::Error::other("secret of the server"))
}

#[message_mapping("/number/{number}")]
async fn number(number: u32) -> Result<(), HandlerError> {
    let _ = number;
    Ok(())
}

async fn app() -> App {
    App::start(messaging().scan(module_path!())).await
}

/// What is sent after CONNECT; the code of the ERROR; its close code; whether the receipt can be
/// known.
const VIOLATIONS: &[(&str, &str, u16, bool)] = &[
    (
        "SEND\nreceipt:r\ndestination\n\n\0",
        "malformed-frame",
        1002,
        true,
    ),
    (
        "SEND\nreceipt:r\n:/app/say\n\n\0",
        "malformed-frame",
        1002,
        true,
    ),
    (
        "SEND\ndestination:/app/say\nreceipt:r\ncontent-length:1\n\nab\0",
        "malformed-frame",
        1002,
        true,
    ),
    (
        "SEND\ndestination:/app/\\x\nreceipt:r\n\n\0",
        "bad-escape",
        1002,
        true,
    ),
    (
        "SEND\ndestination:/app/say\nreceipt:r\ncontent-length:+1\n\na\0",
        "bad-content-length",
        1002,
        true,
    ),
    (
        "SUBSCRIBE\nid:1\ndestination:/topic/a\nreceipt:r\n\nbody\0",
        "body-not-allowed",
        1002,
        true,
    ),
    ("FETCH\nreceipt:r\n\n\0", "unknown-command", 1002, true),
    (
        "send\ndestination:/app/say\nreceipt:r\n\n\0",
        "unknown-command",
        1002,
        true,
    ),
    (
        "MESSAGE\ndestination:/app/say\nreceipt:r\n\n\0",
        "unknown-command",
        1002,
        true,
    ),
    (
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "unknown-command",
        1002,
        false,
    ),
    (
        "CONNECT\naccept-version:1.2\nreceipt:r\n\n\0",
        "already-connected",
        1002,
        false,
    ),
    ("SEND\nreceipt:r\n\nx\0", "missing-header", 1002, true),
    (
        "SEND\ndestination:\nreceipt:r\n\nx\0",
        "missing-header",
        1002,
        true,
    ),
    (
        "SUBSCRIBE\nid:1\nreceipt:r\n\n\0",
        "missing-header",
        1002,
        true,
    ),
    (
        "SUBSCRIBE\ndestination:/topic/a\nreceipt:r\n\n\0",
        "missing-header",
        1002,
        true,
    ),
    ("UNSUBSCRIBE\nreceipt:r\n\n\0", "missing-header", 1002, true),
    (
        "SEND\ndestination:/app/\\nx\nreceipt:r\n\nx\0",
        "bad-destination",
        1008,
        true,
    ),
    (
        "SUBSCRIBE\nid:1\ndestination:/topic/a\nack:maybe\nreceipt:r\n\n\0",
        "bad-ack-mode",
        1002,
        true,
    ),
    (
        "SUBSCRIBE\nid:1\ndestination:/user/queue/a\nack:client\nreceipt:r\n\n\0",
        "unsupported",
        1008,
        true,
    ),
    (
        "SUBSCRIBE\nid:1\ndestination:/topic/a\nselector:a = 1\nreceipt:r\n\n\0",
        "unsupported",
        1008,
        true,
    ),
    (
        "SEND\ndestination:/app/say\ntransaction:t\nreceipt:r\n\n{}\0",
        "unknown-transaction",
        1002,
        true,
    ),
    ("BEGIN\nreceipt:r\n\n\0", "missing-header", 1002, true),
    ("ACK\nid:1\nreceipt:r\n\n\0", "unknown-ack", 1002, true),
];

#[tokio::test]
async fn l_08_er_01_er_02_er_03_each_violation_is_one_error_with_its_code_and_then_the_close() {
    let app = app().await;
    let mut bystander = app.connect().await;
    bystander.subscribe("0", "/topic/a").await;
    for (frame, code, close, knows_receipt) in VIOLATIONS {
        let mut client = app.connect().await;
        client.send(*frame).await;
        let error = client.frame().await;
        assert_eq!(error.command, "ERROR", "{frame:?}");
        assert_eq!(
            error.header("error-code"),
            Some(*code),
            "{frame:?}: {error:?}"
        );
        assert!(
            error
                .header("message")
                .is_some_and(|message| !message.is_empty()),
            "{frame:?}: {error:?}"
        );
        assert_eq!(
            error.header("receipt-id"),
            knows_receipt.then_some("r"),
            "{frame:?}: {error:?}"
        );
        assert_eq!(
            client.closed().await,
            (*close, (*code).to_owned()),
            "{frame:?}"
        );
    }
    app.messaging
        .template()
        .send("/topic/a", "still here")
        .await
        .unwrap();
    assert_eq!(bystander.frame().await.text(), "still here");
}

#[tokio::test]
async fn c_01_a_frame_before_connect_is_refused_and_not_acted_upon() {
    let app = app().await;
    let mut listener = app.connect().await;
    listener.subscribe("0", "/topic/a").await;
    for command in [
        "SEND",
        "SUBSCRIBE",
        "UNSUBSCRIBE",
        "ACK",
        "NACK",
        "BEGIN",
        "COMMIT",
        "ABORT",
        "DISCONNECT",
    ] {
        let mut client = app.open().await;
        client
            .send(format!(
                "{command}\ndestination:/topic/a\nid:0\nreceipt:r\n\n\0"
            ))
            .await;
        let error = client.error().await;
        assert_eq!(
            error.header("error-code"),
            Some("not-connected"),
            "{command}"
        );
        assert_eq!(error.header("receipt-id"), Some("r"), "{command}");
    }
    listener.nothing_before_receipt().await;
    assert_eq!(app.messaging.sessions().len(), 1);
}

#[tokio::test]
async fn l_11_nothing_behind_an_offending_frame_is_processed() {
    let app = app().await;
    let mut client = app.connect().await;
    client
        .send("NONSENSE\n\n\0SUBSCRIBE\nid:0\ndestination:/topic/a\nreceipt:late\n\n\0")
        .await;
    assert_eq!(
        client.error().await.header("error-code"),
        Some("unknown-command")
    );
}

#[tokio::test]
async fn c_09_c_10_a_version_that_nobody_knows_is_answered_with_those_that_are_known() {
    let app = app().await;
    let mut client = app.open().await;
    client.send("CONNECT\naccept-version:9.9,1.10\n\n\0").await;
    let error = client.error().await;
    assert_eq!(error.header("error-code"), Some("version"));
    assert_eq!(error.header("version"), Some("1.0,1.1,1.2"));
}

#[tokio::test]
async fn t_01_a_heart_beat_that_is_no_two_numbers_is_refused() {
    let app = app().await;
    for value in [
        "abc",
        "-1,-1",
        "1",
        "1,2,3",
        "1, 2",
        "+1,1",
        "123456789012,0",
    ] {
        let mut client = app.open().await;
        client
            .send(format!(
                "CONNECT\naccept-version:1.2\nheart-beat:{value}\n\n\0"
            ))
            .await;
        assert_eq!(
            client.error().await.header("error-code"),
            Some("bad-heart-beat"),
            "{value}"
        );
    }
}

/// What cannot be processed although the frame is right: what is sent, the code.
const REFUSALS: &[(&str, &str)] = &[
    (
        "SEND\ndestination:/app/say\nreceipt:r\n\nno json\0",
        "conversion",
    ),
    (
        "SEND\ndestination:/app/say\ncontent-type:image/png\nreceipt:r\n\n{\"text\":\"\"}\0",
        "conversion",
    ),
    (
        "SEND\ndestination:/app/number/seven\nreceipt:r\n\n\0",
        "bad-destination",
    ),
    (
        "SEND\ndestination:/app/fail\nreceipt:r\n\n\0",
        "handler-failed",
    ),
    ("SEND\ndestination:/app/panic\nreceipt:r\n\n\0", "internal"),
    ("SEND\ndestination:/app/nobody\nreceipt:r\n\n\0", "no-route"),
    ("SEND\ndestination:nowhere\nreceipt:r\n\n\0", "no-route"),
    (
        "SEND\ndestination:/topic/a\nreceipt:r\n\nforged\0",
        "denied",
    ),
    (
        "SEND\ndestination:/user/bob/queue/a\nreceipt:r\n\nforged\0",
        "denied",
    ),
    (
        "SUBSCRIBE\nid:9\ndestination:/app/nobody\nreceipt:r\n\n\0",
        "no-route",
    ),
    (
        "SUBSCRIBE\nid:9\ndestination:/topic/*\nreceipt:r\n\n\0",
        "denied",
    ),
];

#[tokio::test]
async fn n_04_u_07_d_07_who_listens_for_errors_is_told_there_and_stays_connected() {
    let app = app().await;
    let mut client = app.connect().await;
    client.subscribe("errors", "/user/queue/errors").await;
    for (frame, code) in REFUSALS {
        client.send(*frame).await;
        let told = client.frame().await;
        assert_eq!(told.command, "MESSAGE", "{frame:?}: {told:?}");
        assert_eq!(told.header("subscription"), Some("errors"));
        assert_eq!(told.header("destination"), Some("/user/queue/errors"));
        assert_eq!(
            told.header("error-code"),
            Some(*code),
            "{frame:?}: {told:?}"
        );
        assert_eq!(told.header("receipt-id"), Some("r"));
        assert_eq!(
            (
                told.json()["code"].as_str(),
                told.json()["receiptId"].as_str()
            ),
            (Some(*code), Some("r"))
        );
        assert!(!told.text().contains("secret"), "{told:?}");
        client.nothing_before_receipt().await;
    }
}

#[tokio::test]
async fn n_04_u_07_r_04_who_does_not_listen_and_asked_for_a_receipt_gets_an_error_and_the_close() {
    let app = app().await;
    for (frame, code) in REFUSALS {
        let mut client = app.connect().await;
        client.send(*frame).await;
        let error = client.error().await;
        assert_eq!(
            error.header("error-code"),
            Some(*code),
            "{frame:?}: {error:?}"
        );
        assert_eq!(error.header("receipt-id"), Some("r"), "{frame:?}");
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    }
}

#[tokio::test]
async fn n_04_d_07_who_asked_for_nothing_stays_connected_unless_it_was_denied() {
    let app = app().await;
    for (frame, code) in REFUSALS {
        let mut client = app.connect().await;
        client.send(frame.replace("receipt:r\n", "")).await;
        if *code == "denied" {
            assert_eq!(
                client.error().await.header("error-code"),
                Some("denied"),
                "{frame:?}"
            );
        } else {
            client.nothing_before_receipt().await;
        }
    }
}

#[tokio::test]
async fn a_refused_subscription_leaves_its_id_free() {
    let app = app().await;
    let mut client = app.connect().await;
    client.subscribe("errors", "/user/queue/errors").await;
    client
        .send("SUBSCRIBE\nid:0\ndestination:/app/nobody\n\n\0")
        .await;
    assert_eq!(client.frame().await.header("error-code"), Some("no-route"));
    client.subscribe("0", "/topic/a").await;
}

#[tokio::test]
async fn u_03_a_live_subscription_id_cannot_be_used_twice() {
    let app = app().await;
    let mut client = app.connect().await;
    client.subscribe("0", "/topic/a").await;
    client
        .send("SUBSCRIBE\nid:0\ndestination:/topic/b\nreceipt:r\n\n\0")
        .await;
    let error = client.error().await;
    assert_eq!(error.header("error-code"), Some("duplicate-subscription"));
    assert_eq!(error.header("receipt-id"), Some("r"));
}

#[tokio::test]
async fn a_panicking_handler_hurts_nobody_else() {
    let app = app().await;
    let mut other = app.connect().await;
    let mut client = app.connect().await;
    for _ in 0..3 {
        client.send("SEND\ndestination:/app/panic\n\n\0").await;
        client.nothing_before_receipt().await;
        other.confirmed("SEND\ndestination:/app/number/7\n").await;
    }
}

/// Text that a client had a hand in is cut and kept on one line, wherever it goes.
#[tokio::test]
async fn er_05_an_error_repeats_little_of_what_was_sent() {
    let app = app().await;
    let mut client = app.connect().await;
    let body = format!("{{\"text\":{{\"{}\":1}}}}", "x\\ny".repeat(10_000));
    client
        .send(format!("SEND\ndestination:/app/say\nreceipt:r\n\n{body}\0"))
        .await;
    let error = client.error().await;
    assert_eq!(error.header("error-code"), Some("conversion"));
    assert!(
        error.body.len() < 400 && !error.text().contains('\n'),
        "{error:?}"
    );
}

/// Unread input would reset the connection, and the ERROR would be lost with it.
#[tokio::test]
async fn l_07_the_error_reaches_a_client_that_keeps_sending() {
    let app = app().await;
    for _ in 0..20 {
        let mut client = app.connect().await;
        client.send("NONSENSE\n\n\0").await;
        for _ in 0..16 {
            client.send_anyway(&"x".repeat(64 * 1024)).await;
        }
        assert_eq!(
            client.frame().await.header("error-code"),
            Some("unknown-command")
        );
    }
}
