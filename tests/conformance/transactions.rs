//! BEGIN, COMMIT and ABORT, on a whole connection.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use stompframe::channel::{ChannelContext, ChannelInterceptor, Outcome};
use stompframe::extract::State;
use stompframe::stomp::{Command, Frame};
use stompframe::test::{TestApp, TestClient};
use stompframe::{ErrorCode, Limits, Message, Messaging, MessagingError, message};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::kit::{Notes, app, builder, connect, end, next};

const VERSIONS: [&str; 3] = ["1.0", "1.1", "1.2"];

fn control(command: &str, transaction: &str) -> String {
    format!("{command}\ntransaction:{transaction}\n\n\0")
}

fn send(transaction: &str, destination: &str, body: &str) -> String {
    format!("SEND\ndestination:{destination}\ntransaction:{transaction}\n\n{body}\0")
}

/// A client that listens to a topic, and hears only what it does not expect by failing.
async fn listener(app: &TestApp, topic: &str) -> TestClient {
    let client = app.connect().await;
    client.subscribe(topic).await;
    client
}

#[tokio::test(start_paused = true)]
async fn x_01_x_02_x_03_a_transaction_has_a_name_and_is_open_once() {
    let app = app();
    let begin = control("BEGIN", "t");
    for version in VERSIONS {
        for (frames, code) in [
            ("BEGIN\n\n\0".to_owned(), ErrorCode::MissingHeader),
            ("COMMIT\n\n\0".to_owned(), ErrorCode::MissingHeader),
            ("ABORT\n\n\0".to_owned(), ErrorCode::MissingHeader),
            (control("BEGIN", ""), ErrorCode::MissingHeader),
            (begin.repeat(2), ErrorCode::DuplicateTransaction),
            (control("COMMIT", "t"), ErrorCode::UnknownTransaction),
            (control("ABORT", "t"), ErrorCode::UnknownTransaction),
            (
                begin.clone() + &control("COMMIT", "u"),
                ErrorCode::UnknownTransaction,
            ),
            (
                begin.clone() + &control("COMMIT", "t").repeat(2),
                ErrorCode::UnknownTransaction,
            ),
            (
                begin.clone() + &control("ABORT", "t").repeat(2),
                ErrorCode::UnknownTransaction,
            ),
        ] {
            let client = connect(&app, version).await;
            client.send_bytes(frames);
            end(&client, code).await;
        }
        // Others may use the same name, and so may this one once it is free.
        let (one, other) = (connect(&app, version).await, connect(&app, version).await);
        one.send_bytes(begin.clone() + &control("ABORT", "t") + &begin);
        other.send_bytes(begin.clone());
        one.expect_nothing().await;
        other.expect_nothing().await;
    }
}

#[tokio::test(start_paused = true)]
async fn n_05_x_04_nothing_is_seen_before_the_commit_and_then_all_of_it() {
    let notes = Notes::default();
    let app = TestApp::start(builder(&notes));
    for version in VERSIONS {
        let listener = listener(&app, "/topic/a").await;
        let client = connect(&app, version).await;
        client.send_bytes(control("BEGIN", "t"));
        for body in ["1", "2", "3"] {
            client.send_bytes(send("t", "/topic/a", body) + &send("t", "/app/note", body));
        }
        client.round_trip().await;
        listener.expect_nothing().await;
        assert!(notes.all().is_empty());
        client.send_bytes(control("COMMIT", "t"));
        client.expect_nothing().await;
        for body in ["1", "2", "3"] {
            assert_eq!(next(&listener).await.body, body);
        }
        assert_eq!(notes.take(), ["1", "2", "3"]);
    }
    let client = app.connect().await;
    client.send_bytes(send("t", "/topic/a", "x"));
    end(&client, ErrorCode::UnknownTransaction).await;
}

/// What was sound when it was sent and is not at the COMMIT: a message that was acknowledged
/// elsewhere, a queue that is full by now. The first of the transaction is not seen either, and the
/// client is told although it asked for nothing.
#[tokio::test(start_paused = true)]
async fn x_04_if_one_would_be_refused_none_takes_effect() {
    let mut limits = Limits::default();
    limits.broker.max_queue_messages = 1;
    let builder = builder(&Notes::default()).accept_client_sends(["/topic", "/queue"]);
    let app = TestApp::start(builder.limits(limits));
    let listener = listener(&app, "/topic/a").await;
    let sender = app.connect().await;

    let client = app.connect().await;
    client.send_bytes(control("BEGIN", "t"));
    client.send_bytes(send("t", "/topic/a", "1") + &send("t", "/queue/full", "2"));
    client.round_trip().await;
    sender.send_text("/queue/full", "first").await;
    client.send_bytes(control("COMMIT", "t"));
    end(&client, ErrorCode::QueueFull).await;

    let client = app.connect().await;
    let headers = [("id", "0"), ("ack", "client")];
    client.subscribe_with("/queue/work", headers).await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        sender.send_text("/queue/work", "x").await;
        ids.push(next(&client).await.header("ack").unwrap().to_owned());
    }
    client.send_bytes(control("BEGIN", "t") + &send("t", "/topic/a", "1"));
    client.send_bytes(format!("ACK\nid:{}\ntransaction:t\n\n\0", ids[0]));
    // Which settles the first, too.
    client.send_bytes(format!("ACK\nid:{}\n\n\0", ids[1]));
    client.send_bytes("COMMIT\ntransaction:t\nreceipt:r\n\n\0");
    let error = end(&client, ErrorCode::UnknownAck).await;
    assert_eq!(error.header("receipt-id"), Some("r"));

    listener.expect_nothing().await;
}

async fn number(body: String) -> Result<(), std::num::ParseIntError> {
    body.parse::<u8>().map(drop)
}

/// What a handler has done cannot be undone: the COMMIT ends where it fails.
#[tokio::test(start_paused = true)]
async fn x_04_a_handler_that_fails_ends_the_commit_there() {
    let app = TestApp::start(builder(&Notes::default()).route(message("/number"), number));
    let listener = listener(&app, "/topic/a").await;
    let client = app.connect().await;
    client.send_bytes(control("BEGIN", "t"));
    client.send_bytes(send("t", "/topic/a", "before") + &send("t", "/app/number", "no number"));
    client.send_bytes(send("t", "/topic/a", "behind") + &control("COMMIT", "t"));
    end(&client, ErrorCode::HandlerFailed).await;
    assert_eq!(next(&listener).await.body, "before");
    listener.expect_nothing().await;
}

/// Hears what becomes of each message.
#[derive(Clone, Default)]
struct Ends(Arc<Mutex<Vec<(String, bool)>>>);

impl Ends {
    fn take(&self) -> Vec<(String, bool)> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl ChannelInterceptor for Ends {
    fn after_completion(
        &self,
        message: &Message,
        result: Result<Outcome, &MessagingError>,
        _: ChannelContext<'_>,
    ) {
        if !message.payload().is_empty() {
            let body = String::from_utf8(message.payload().to_vec()).unwrap();
            let is_dropped = matches!(result, Ok(Outcome::Dropped));
            self.0.lock().unwrap().push((body, is_dropped));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn x_05_x_06_an_abort_and_the_end_of_the_session_forget_it() {
    let ends = Ends::default();
    let notes = Notes::default();
    let interceptor = ends.clone();
    let app =
        TestApp::start(builder(&notes).client_inbound(|channel| channel.interceptor(interceptor)));
    let listener = listener(&app, "/topic/a").await;
    for version in VERSIONS {
        for way in ["ABORT", "DISCONNECT", "lost", "ERROR"] {
            let client = connect(&app, version).await;
            client.send_bytes(control("BEGIN", "t") + &control("BEGIN", "u"));
            client.send_bytes(send("t", "/topic/a", "1") + &send("t", "/app/note", "2"));
            client.send_bytes(send("u", "/topic/a", "3"));
            client.round_trip().await;
            match way {
                "ABORT" => {
                    client.send_bytes(control("ABORT", "t") + &control("ABORT", "u"));
                    client.round_trip().await;
                }
                "DISCONNECT" => client.disconnect().await,
                "lost" => client.lose().await,
                _ => {
                    client.send_bytes("NONSENSE\n\n\0");
                    end(&client, ErrorCode::UnknownCommand).await;
                    client.lose().await;
                }
            }
            let mut forgotten = ends.take();
            forgotten.sort_unstable();
            let all = ["1", "2", "3"].map(|body| (body.to_owned(), true));
            assert_eq!(forgotten, all, "{version} {way}");
        }
    }
    listener.expect_nothing().await;
    assert!(notes.all().is_empty());
}

#[tokio::test(start_paused = true)]
async fn x_07_transactions_are_interleaved_and_what_names_none_is_in_none() {
    let app = app();
    let listener = listener(&app, "/topic/a").await;
    let client = app.connect().await;
    client.send_bytes(control("BEGIN", "t") + &control("BEGIN", "u"));
    client.send_bytes(send("t", "/topic/a", "t1") + &send("u", "/topic/a", "u1"));
    client.send_text("/topic/a", "outside").await;
    assert_eq!(next(&listener).await.body, "outside");
    client.send_bytes(send("t", "/topic/a", "t2") + &control("COMMIT", "u"));
    client.send_bytes(control("COMMIT", "t"));
    for body in ["u1", "t1", "t2"] {
        assert_eq!(next(&listener).await.body, body);
    }
}

async fn slow(State(gate): State<Arc<Notify>>) {
    gate.notified().await;
}

#[tokio::test(start_paused = true)]
async fn x_08_the_receipt_of_a_member_says_noted_and_that_of_the_commit_done() {
    let gate = Arc::new(Notify::new());
    let builder = builder(&Notes::default()).route(message("/slow"), slow);
    let app = TestApp::start(builder.state(gate.clone()));
    let client = app.connect().await;
    client.send_bytes(control("BEGIN", "t"));
    let send = "SEND\ndestination:/app/slow\ntransaction:t\nreceipt:noted\n\n\0";
    client.send_bytes(send);
    assert_eq!(next(&client).await.header("receipt-id"), Some("noted"));
    client.send_bytes("COMMIT\ntransaction:t\nreceipt:done\n\n\0");
    // Nobody has anything to do but the handler, which waits.
    let early = timeout(Duration::from_secs(10), client.receive()).await;
    assert!(early.is_err(), "{early:?}");
    gate.notify_one();
    let expected = Frame::new(Command::Receipt).with_header("receipt-id", "done");
    assert_eq!(next(&client).await, expected);
}

#[tokio::test(start_paused = true)]
async fn x_09_on_other_frames_the_header_means_nothing() {
    let app = app();
    for version in VERSIONS {
        let client = connect(&app, version).await;
        for frame in [
            "SUBSCRIBE\nid:0\ndestination:/topic/a\ntransaction:none\nreceipt:r\n\n\0",
            "UNSUBSCRIBE\nid:0\ntransaction:none\nreceipt:r\n\n\0",
            "DISCONNECT\ntransaction:none\nreceipt:r\n\n\0",
        ] {
            client.send_bytes(frame);
            assert_eq!(next(&client).await.command, Command::Receipt, "{frame}");
        }
    }
}

/// Each bound is reached, and then passed by one.
#[tokio::test(start_paused = true)]
async fn x_10_transactions_are_bounded_in_number_frames_and_bytes() {
    let limits = Limits::default().transactions;
    let open: String = (0..limits.max_open)
        .map(|number| control("BEGIN", &number.to_string()))
        .collect();
    let full = control("BEGIN", "t") + &send("t", "/topic/a", "").repeat(limits.max_frames);
    for (fits, one_more) in [
        (open, control("BEGIN", "one more")),
        (full, send("t", "/topic/a", "")),
    ] {
        let app = app();
        let client = app.connect().await;
        client.send_bytes(fits);
        client.expect_nothing().await;
        client.send_bytes(one_more);
        end(&client, ErrorCode::TransactionLimit).await;
    }

    // Whatever a frame takes beside its body: with one byte more than fits, it is too much.
    let mut limits = Limits::default();
    limits.frame.max_frame = 2 * 1024 * 1024;
    let mut fits = 0;
    let mut too_much = limits.transactions.max_bytes;
    while too_much - fits > 1 {
        let length = usize::midpoint(fits, too_much);
        let app = TestApp::start(builder(&Notes::default()).limits(limits));
        let client = app.connect().await;
        client.subscribe("/user/queue/errors").await;
        let body = "x".repeat(length);
        client.send_bytes(control("BEGIN", "t") + &send("t", "/topic/a", &body));
        client.send_bytes("UNSUBSCRIBE\nid:none\nreceipt:r\n\n\0");
        match next(&client).await.command {
            Command::Receipt => fits = length,
            _ => too_much = length,
        }
    }
    let beside = limits.transactions.max_bytes - fits;
    assert!(beside > 0 && beside < 2048, "{beside}");
}

#[tokio::test(start_paused = true)]
async fn x_11_they_are_there_for_every_application() {
    let notes = Notes::default();
    let app = TestApp::start(
        Messaging::builder()
            .application_prefix("/app")
            .route(
                message("/note"),
                |State(notes): State<Notes>, body: String| async move {
                    notes.add(body);
                },
            )
            .state(notes.clone()),
    );
    let client = app.connect().await;
    client.send_bytes(control("BEGIN", "t") + &send("t", "/app/note", "x"));
    client.expect_nothing().await;
    assert!(notes.all().is_empty());
    client.send_bytes(control("COMMIT", "t"));
    client.expect_nothing().await;
    assert_eq!(notes.all(), ["x"]);
}
