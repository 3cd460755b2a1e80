//! How sessions end, on a whole connection.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, Pending};
use stompframe::broker::SimpleBroker;
use stompframe::connection::{Connect, Denied};
use stompframe::prelude::*;
use stompframe::session::{Close, Rate};
use stompframe::stomp::Command;
use stompframe::test::{Received, TestApp};
use stompframe::{Limits, MessagingBuilder, Stream, message};

use crate::kit::{Notes, app, builder, builder_with, connect, end, next};

/// What makes the server say each code: the bytes, behind a CONNECT.
const CAUSES: &[(ErrorCode, &str)] = &[
    (ErrorCode::MalformedFrame, "SEND\n:x\n\n\0"),
    (ErrorCode::BadEscape, "SEND\na:\\t\n\n\0"),
    (
        ErrorCode::BadContentLength,
        "SEND\ncontent-length:+1\n\nx\0",
    ),
    (ErrorCode::BodyNotAllowed, "UNSUBSCRIBE\nid:0\n\nx\0"),
    (ErrorCode::UnknownCommand, "FETCH\n\n\0"),
    (ErrorCode::AlreadyConnected, "CONNECT\n\n\0"),
    (ErrorCode::MissingHeader, "SEND\n\n\0"),
    (ErrorCode::BadDestination, "SEND\ndestination:/a\\n\n\n\0"),
    (
        ErrorCode::DuplicateSubscription,
        "SUBSCRIBE\nid:0\ndestination:/topic/a\n\n\0SUBSCRIBE\nid:0\ndestination:/topic/b\n\n\0",
    ),
    (
        ErrorCode::BadAckMode,
        "SUBSCRIBE\nid:0\ndestination:/topic/a\nack:maybe\n\n\0",
    ),
    (
        ErrorCode::BadSelector,
        "SUBSCRIBE\nid:0\ndestination:/topic/a\nselector:a =\n\n\0",
    ),
    (ErrorCode::UnknownAck, "ACK\nid:1\n\n\0"),
    (ErrorCode::UnknownTransaction, "COMMIT\ntransaction:t\n\n\0"),
    (
        ErrorCode::DuplicateTransaction,
        "BEGIN\ntransaction:t\n\n\0BEGIN\ntransaction:t\n\n\0",
    ),
    (
        ErrorCode::TransactionLimit,
        "BEGIN\ntransaction:t\n\n\0BEGIN\ntransaction:u\n\n\0",
    ),
    (
        ErrorCode::QueueFull,
        "SEND\ndestination:/queue/open\n\n\0SEND\ndestination:/queue/open\nreceipt:r\n\n\0",
    ),
    (
        ErrorCode::Unsupported,
        "SUBSCRIBE\nid:0\ndestination:/user/queue/a\nack:client\n\n\0",
    ),
    (
        ErrorCode::NoRoute,
        "SEND\ndestination:/nowhere\nreceipt:r\n\n\0",
    ),
    (ErrorCode::Denied, "SEND\ndestination:/queue/a\n\n\0"),
    (
        ErrorCode::FrameTooLarge,
        "SEND\ncontent-length:9999999999\n\n",
    ),
    (ErrorCode::TooManyHeaders, "SEND\na:\na:\na:\na:\na:\n\n\0"),
    (
        ErrorCode::HeaderTooLong,
        "SEND\na-name-that-is-longer-than-it-may-be:\n\n\0",
    ),
    (
        ErrorCode::TooManySubscriptions,
        "SUBSCRIBE\nid:0\ndestination:/topic/a\n\n\0SUBSCRIBE\nid:1\ndestination:/topic/a\n\n\0",
    ),
    (
        ErrorCode::TooManyStreams,
        "SEND\ndestination:/app/stream\n\n\0SEND\ndestination:/app/stream\nreceipt:r\n\n\0",
    ),
    (
        ErrorCode::SlowConsumer,
        "SUBSCRIBE\nid:0\ndestination:/topic/a\n\n\0SEND\ndestination:/app/flood\n\n\0",
    ),
    (
        ErrorCode::Conversion,
        "SEND\ndestination:/app/word\nreceipt:r\n\n7\0",
    ),
    (
        ErrorCode::Invalid,
        "SEND\ndestination:/app/word\nreceipt:r\n\n\"long\"\0",
    ),
    (
        ErrorCode::HandlerFailed,
        "SEND\ndestination:/app/failing\nreceipt:r\n\n\0",
    ),
    (
        ErrorCode::HandlerTimeout,
        "SEND\ndestination:/app/endless\nreceipt:r\n\n\0",
    ),
    (
        ErrorCode::Internal,
        "SEND\ndestination:/app/panicking\nreceipt:r\n\n\0",
    ),
    (
        ErrorCode::RateExceeded,
        "SEND\ndestination:/app/seldom\n\n\0SEND\ndestination:/app/seldom\nreceipt:r\n\n\0",
    ),
    (
        ErrorCode::SessionEnded,
        "SEND\ndestination:/app/leave\n\n\0",
    ),
    (
        ErrorCode::SubscriptionRevoked,
        "SUBSCRIBE\nid:0\ndestination:/topic/a\n\n\0SEND\ndestination:/app/revoke\n\n\0",
    ),
    (ErrorCode::FrameTimeout, "SEND\n"),
    (ErrorCode::ServerShutdown, ""),
];

/// The same, for what happens before CONNECTED.
const EARLY_CAUSES: &[(ErrorCode, &str)] = &[
    (ErrorCode::NotConnected, "SEND\ndestination:/topic/a\n\n\0"),
    (ErrorCode::Version, "CONNECT\naccept-version:9.9\n\n\0"),
    (
        ErrorCode::BadHeartBeat,
        "CONNECT\naccept-version:1.2\nheart-beat:x\n\n\0",
    ),
    (
        ErrorCode::AuthFailed,
        "CONNECT\naccept-version:1.2\nlogin:stranger\n\n\0",
    ),
    (
        ErrorCode::SessionExpired,
        "CONNECT\naccept-version:1.2\nlogin:late\n\n\0",
    ),
    (ErrorCode::ConnectTimeout, ""),
];

#[derive(Deserialize, garde::Validate)]
#[garde(transparent)]
struct Word(#[garde(length(max = 1))] String);

async fn word(_: Payload<Valid<Word>>) {}

async fn flood(template: MessagingTemplate) {
    for _ in 0..100 {
        template.send("/topic/a", "x").await.unwrap();
    }
}

async fn failing() -> Result<(), std::num::ParseIntError> {
    "secret".parse::<u8>().map(drop)
}

async fn panicking() {
    panic!("secret");
}

async fn stream() -> Stream<Pending<&'static str>> {
    Stream(stream::pending())
}

fn small() -> MessagingBuilder {
    let mut limits = Limits::default();
    limits.frame.max_headers = 4;
    limits.frame.max_header_line = 32;
    limits.max_subscriptions = 1;
    limits.max_streams = 1;
    limits.outbox.max_frames = 10;
    limits.transactions.max_open = 1;
    limits.broker.max_queue_messages = 1;
    let broker = SimpleBroker::new(["/topic", "/queue"]).selectors();
    builder_with(broker, &Notes::default())
        .accept_client_sends(["/topic", "/queue/open"])
        .limits(limits)
        .authenticate(|connect: Connect| async move {
            match connect.header("login") {
                Some("late") => Ok(Some(Principal::new("late").with_lifetime(Duration::ZERO))),
                Some(_) => Err(Denied::new("secret")),
                None => Ok(None),
            }
        })
        .route(message("/word"), word)
        .route(message("/flood"), flood)
        .route(message("/failing"), failing)
        .route(message("/panicking"), panicking)
        .route(message("/seldom"), async || ())
        .rate_limit("/app/seldom", Rate::per_second(1).with_burst(1))
        .route(message("/leave"), async |session: Arc<Session>| {
            session.end(ErrorCode::SessionEnded.into());
        })
        .route(message("/revoke"), async |session: Arc<Session>| {
            let (id, _) = session.subscriptions().remove(0);
            assert!(session.revoke(&id, "closed"));
        })
        .route(message("/endless"), std::future::pending::<()>)
        .route(message("/stream").send_to("/topic/stream"), stream)
}

#[tokio::test(start_paused = true)]
async fn l_08_er_01_er_02_whatever_the_cause_error_is_the_last_frame_and_the_close_follows() {
    for (causes, is_connected) in [(CAUSES, true), (EARLY_CAUSES, false)] {
        for &(code, bytes) in causes {
            let app = TestApp::start(small());
            let client = if is_connected {
                app.connect().await
            } else {
                app.open()
            };
            client.send_bytes(bytes);
            if code == ErrorCode::ServerShutdown {
                app.messaging().shut_down(Duration::from_secs(1)).await;
            }
            let error = end(&client, code).await;
            assert_eq!(error.header("message"), Some(code.message()));
            assert!(!format!("{error:?}").contains("secret"), "{error:?}");
        }
    }
    let client = app().open();
    client.send_bytes("CONNECT\naccept-version:1.2\nheart-beat:1000,0\n\n\0");
    assert_eq!(next(&client).await.command, Command::Connected);
    end(&client, ErrorCode::HeartBeatTimeout).await;
    for code in ErrorCode::ALL {
        let mut caused = CAUSES.iter().chain(EARLY_CAUSES);
        // The first: above. The others: before there is a connection that could be told, and when
        // nobody is there any more. Then SockJS's own, and what a relay's broker is the cause of.
        let is_elsewhere = matches!(
            code,
            ErrorCode::HeartBeatTimeout
                | ErrorCode::Overloaded
                | ErrorCode::PongTimeout
                | ErrorCode::BinaryBody
                | ErrorCode::BrokerUnavailable
                | ErrorCode::MessagesMissed
        );
        let is_caused = is_elsewhere || caused.any(|(cause, _)| cause == code);
        assert!(is_caused, "how does a client come to hear {code}?");
    }
}

#[tokio::test(start_paused = true)]
async fn er_06_d_10_an_error_ends_the_session_in_every_version() {
    let app = app();
    for version in ["1.0", "1.1", "1.2"] {
        let client = connect(&app, version).await;
        client.send_bytes("SEND\ndestination:/nowhere\nreceipt:r\n\n\0");
        let error = end(&client, ErrorCode::NoRoute).await;
        assert_eq!(error.header("receipt-id"), Some("r"));
    }
}

/// A thousand clients that come and go.
#[tokio::test(start_paused = true)]
async fn l_06_who_comes_and_goes_leaves_nothing_behind() {
    let app = app();
    for round in 0..1000 {
        let client = app.connect().await;
        client.send_bytes("SUBSCRIBE\nid:0\ndestination:/topic/a\n\n\0");
        if round % 2 == 0 {
            client.disconnect().await;
        } else {
            client.lose().await;
        }
        assert!(app.messaging().sessions().is_empty());
    }
}

/// 200 sessions that end with an ERROR in the middle of what they are sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l_09_nothing_comes_after_an_error_whatever_is_published() {
    let app = app();
    let template = app.messaging().template().clone();
    let publisher = tokio::spawn(async move {
        loop {
            template.send("/topic/a", "x").await.unwrap();
            tokio::task::yield_now().await;
        }
    });
    for _ in 0..200 {
        let client = app.connect().await;
        let topic = client.subscribe("/topic/a").await;
        topic.expect_text().await;
        client.send_bytes("NONSENSE\n\n\0");
        let mut is_told = false;
        loop {
            match client.receive().await {
                Received::Frame(frame) => {
                    assert!(!is_told, "{frame:?} came after the ERROR");
                    is_told = frame.command == Command::Error;
                }
                Received::HeartBeat => {}
                Received::Closed(close) => {
                    assert_eq!(close, Close::because(ErrorCode::UnknownCommand));
                    break;
                }
            }
        }
        assert!(is_told);
    }
    publisher.abort();
}

#[tokio::test(start_paused = true)]
async fn l_11_what_stands_behind_an_offending_frame_is_not_handled() {
    let notes = Notes::default();
    let app = TestApp::start(builder(&notes));
    let client = app.connect().await;
    let note = |text| format!("SEND\ndestination:/app/note\n\n{text}\0");
    let offending = "SUBSCRIBE\ndestination:/topic/a\n\n\0";
    client.send_bytes([&note("before"), offending, &note("behind")].concat());
    client.expect_error(ErrorCode::MissingHeader).await;
    client.send_bytes(note("later"));
    client.lose().await;
    assert_eq!(notes.all(), ["before"]);
}
