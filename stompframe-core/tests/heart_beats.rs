//! Heart-beats and deadlines, on a paused clock (STOMP 1.2, Heart-beating).

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use std::sync::Arc;
use std::time::Duration;

use stompframe_core::Limits;
use stompframe_core::handler::message;
use stompframe_core::stomp::{Command, Frame};
use stompframe_core::test::{Received, TestApp, TestClient};
use stompframe_core::{ErrorCode, Messaging, MessagingBuilder};
use tokio::time::Instant;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn app(builder: impl FnOnce(MessagingBuilder) -> MessagingBuilder) -> TestApp {
    let messaging = Messaging::builder()
        .simple_broker(["/topic"])
        .application_prefix("/app");
    TestApp::start(builder(messaging)).patience(seconds(3600))
}

async fn connect(app: &TestApp, version: &str, heart_beat: &str) -> TestClient {
    app.connect_with([("accept-version", version), ("heart-beat", heart_beat)])
        .await
}

/// Asks for a receipt, and gives what comes first: it, unless the server has said anything before.
async fn ask_for_a_receipt(client: &TestClient) -> Received {
    client.send_bytes("UNSUBSCRIBE\nid:0\nreceipt:r\n\n\0");
    client.receive().await
}

fn receipt() -> Frame {
    Frame::new(Command::Receipt).with_header("receipt-id", "r")
}

/// The server is never silent for longer than it promised, and what it says is one LF.
#[tokio::test(start_paused = true)]
async fn t_05_t_07_an_idle_server_keeps_its_promise() {
    for (wanted, every) in [("0,10000", 10), ("0,20000", 20), ("0,1", 10)] {
        let app = app(|builder| builder);
        let client = connect(&app, "1.2", wanted).await;
        for _ in 0..20 {
            let before = Instant::now();
            assert_eq!(client.receive().await, Received::HeartBeat);
            let silence = before.elapsed();
            assert!(
                silence <= seconds(every) && silence >= seconds(every) / 2,
                "{wanted}: {silence:?}"
            );
        }
    }
}

/// Any data counts, so there is no beat while there is traffic.
#[tokio::test(start_paused = true)]
async fn t_06_traffic_takes_the_place_of_beats() {
    let app = app(|builder| builder);
    let client = connect(&app, "1.2", "0,10000").await;
    client.subscribe("/topic/a").await;
    for _ in 0..20 {
        tokio::time::sleep(seconds(5)).await;
        let template = app.messaging().template();
        template.send("/topic/a", "x").await.unwrap();
        let received = client.receive().await;
        assert!(matches!(received, Received::Frame(frame) if frame.command == Command::Message));
    }
    assert_eq!(client.receive().await, Received::HeartBeat);
}

/// Zero on either side means none in that direction, and nobody is called dead for it.
#[tokio::test(start_paused = true)]
async fn t_03_t_04_zero_means_none() {
    for (wanted, server) in [("0,0", 10), ("10000,10000", 0)] {
        let app = app(|builder| builder.heart_beat(seconds(server), seconds(server)));
        let client = connect(&app, "1.2", wanted).await;
        tokio::time::sleep(seconds(3600)).await;
        assert_eq!(
            ask_for_a_receipt(&client).await,
            Received::Frame(receipt()),
            "{wanted}"
        );
    }
}

/// STOMP 1.0 knows no heart-beats, whatever the header says.
#[tokio::test(start_paused = true)]
async fn t_14_there_are_none_in_stomp_1_0() {
    let app = app(|builder| builder);
    let client = connect(&app, "1.0", "1000,1000").await;
    tokio::time::sleep(seconds(3600)).await;
    assert_eq!(ask_for_a_receipt(&client).await, Received::Frame(receipt()));
}

/// A silent client is dead after max(2n, n + 5 s), and not before.
#[tokio::test(start_paused = true)]
async fn t_09_t_10_a_silent_client_is_closed_after_a_margin() {
    for (wanted, dead_after) in [("10000,0", 20), ("1000,0", 20), ("30000,0", 60)] {
        let app = app(|builder| builder);
        let client = connect(&app, "1.2", wanted).await;
        let connected = Instant::now();
        client.expect_error(ErrorCode::HeartBeatTimeout).await;
        let silence = connected.elapsed();
        assert!(
            silence >= seconds(dead_after) && silence <= seconds(dead_after + 1),
            "{wanted}: {silence:?}"
        );
        while !app.messaging().sessions().is_empty() {
            tokio::task::yield_now().await;
        }
    }
}

/// A client that is late by a third lives; what it sends are only line ends.
#[tokio::test(start_paused = true)]
async fn t_10_g_15_a_late_client_lives() {
    let app = app(|builder| builder);
    let client = connect(&app, "1.2", "10000,0").await;
    for _ in 0..50 {
        tokio::time::sleep(seconds(13)).await;
        client.send_bytes("\n");
    }
    assert_eq!(ask_for_a_receipt(&client).await, Received::Frame(receipt()));
}

/// While a handler takes its time nothing is read, and that is not held against the client.
#[tokio::test(start_paused = true)]
async fn t_15_a_slow_handler_kills_no_client() {
    let slow = async || tokio::time::sleep(seconds(300)).await;
    let mut limits = Limits::default();
    limits.handler_timeout = seconds(3600);
    let app = app(|builder| builder.route(message("/slow"), slow).limits(limits));
    let client = connect(&app, "1.2", "10000,10000").await;
    client.send_bytes("SEND\ndestination:/app/slow\nreceipt:r\n\n\0");
    loop {
        match client.receive().await {
            // The client keeps its promise, too.
            Received::HeartBeat => client.send_bytes("\n"),
            end => break assert_eq!(end, Received::Frame(receipt())),
        }
    }
}

/// Drop by drop, which is no silence: its time is up all the same, and that of the next frame begins
/// anew. What a handler takes is not held against the frame behind it.
#[tokio::test(start_paused = true)]
async fn l_05_the_time_that_a_frame_takes_is_bounded() {
    let slow = async || tokio::time::sleep(seconds(29)).await;
    let app = app(|builder| {
        let builder = builder.route(message("/slow"), slow);
        builder.route(message("/quick"), async || {})
    });
    for heart_beat in ["0,0", "10000,0"] {
        let client = connect(&app, "1.2", heart_beat).await;
        let frame = "SEND\ndestination:/app/quick\n\n\0";
        for _ in 0..3 {
            let (first, rest) = frame.split_at(1);
            client.send_bytes(first);
            tokio::time::sleep(seconds(14)).await;
            client.send_bytes(&rest[..1]);
            tokio::time::sleep(seconds(14)).await;
            // The last of this frame, and the first of the next, which waits for the handler.
            client.send_bytes(rest[1..].to_owned() + "SEND\ndestination:/app/slow\n\n\0S");
            tokio::time::sleep(seconds(29)).await;
            client.send_bytes(&frame[1..]);
        }
        client.send_bytes("SEND\na:");
        let begun = Instant::now();
        let client = Arc::new(client);
        let dribbling = Arc::clone(&client);
        let dribble = tokio::spawn(async move {
            loop {
                tokio::time::sleep(seconds(1)).await;
                dribbling.send_bytes("x");
            }
        });
        client.expect_error(ErrorCode::FrameTimeout).await;
        let age = begun.elapsed();
        assert!(age >= seconds(30) && age <= seconds(31), "{age:?}");
        dribble.abort();
    }
}

/// A connection that does not get to its CONNECT is closed, whatever else it sends.
#[tokio::test(start_paused = true)]
async fn c_23_the_time_until_connect_is_bounded() {
    let app = app(|builder| builder);
    let opened = Instant::now();
    let silent = app.open();
    let beating = app.open();
    for _ in 0..3 {
        beating.send_bytes("\n\r\n");
    }
    let dribbling = app.open();
    let dribble = tokio::spawn(async move {
        for byte in b"CONNECT\naccept-version:1.2\n".chunks(1) {
            dribbling.send_bytes(byte);
            tokio::time::sleep(seconds(1)).await;
            if opened.elapsed() > seconds(9) {
                break;
            }
        }
        dribbling.expect_error(ErrorCode::ConnectTimeout).await
    });
    silent.expect_error(ErrorCode::ConnectTimeout).await;
    beating.expect_error(ErrorCode::ConnectTimeout).await;
    dribble.await.unwrap();
    assert!(opened.elapsed() >= seconds(10) && opened.elapsed() <= seconds(11));
}
