//! Heart-beats and deadlines, on a paused clock (STOMP 1.2, Heart-beating).

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod support;

use std::time::Duration;

use stompframe_core::handler::{Mapping, MappingKind, Origin};
use stompframe_core::{Messaging, MessagingBuilder};
use tokio::time::Instant;

use self::support::{Client, Sent};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn messaging(builder: impl FnOnce(MessagingBuilder) -> MessagingBuilder) -> Messaging {
    builder(
        Messaging::builder()
            .simple_broker(["/topic"])
            .application_prefix("/app"),
    )
    .build()
    .unwrap()
}

fn beat() -> Sent {
    Sent::Frame("\n".to_owned())
}

/// T-05, T-07: the server is never silent for longer than it promised, and what it says is one LF.
#[tokio::test(start_paused = true)]
async fn t_05_an_idle_server_keeps_its_promise() {
    for (wanted, every) in [("0,10000", 10), ("0,20000", 20), ("0,1", 10)] {
        let messaging = messaging(|builder| builder);
        let mut client = Client::connect(&messaging, "1.2", wanted).await;
        for _ in 0..20 {
            let before = Instant::now();
            assert_eq!(client.next().await, beat());
            let silence = before.elapsed();
            assert!(
                silence <= seconds(every) && silence >= seconds(every) / 2,
                "{wanted}: {silence:?}"
            );
        }
    }
}

/// T-06: any data counts, so there is no beat while there is traffic.
#[tokio::test(start_paused = true)]
async fn t_06_traffic_takes_the_place_of_beats() {
    let messaging = messaging(|builder| builder);
    let mut client = Client::connect(&messaging, "1.2", "0,10000").await;
    client.send("SUBSCRIBE\nid:0\ndestination:/topic/a\nreceipt:r\n\n\0");
    client.next().await;
    for _ in 0..20 {
        tokio::time::sleep(seconds(5)).await;
        messaging.template().send("/topic/a", "x").await.unwrap();
        assert!(matches!(client.next().await, Sent::Frame(frame) if frame.starts_with("MESSAGE")));
    }
    assert_eq!(client.next().await, beat());
}

/// T-03, T-04: zero on either side means none in that direction, and nobody is called dead for it.
#[tokio::test(start_paused = true)]
async fn t_03_zero_means_none() {
    for (wanted, server) in [("0,0", 10), ("10000,10000", 0)] {
        let messaging = messaging(|builder| builder.heart_beat(seconds(server), seconds(server)));
        let mut client = Client::connect(&messaging, "1.2", wanted).await;
        tokio::time::sleep(seconds(3600)).await;
        client.send("UNSUBSCRIBE\nid:0\nreceipt:r\n\n\0");
        assert!(
            matches!(client.next().await, Sent::Frame(frame) if frame.starts_with("RECEIPT")),
            "{wanted}"
        );
    }
}

/// T-14: STOMP 1.0 knows no heart-beats, whatever the header says.
#[tokio::test(start_paused = true)]
async fn t_14_there_are_none_in_stomp_1_0() {
    let messaging = messaging(|builder| builder);
    let mut client = Client::connect(&messaging, "1.0", "1000,1000").await;
    tokio::time::sleep(seconds(3600)).await;
    client.send("UNSUBSCRIBE\nid:0\nreceipt:r\n\n\0");
    assert!(matches!(client.next().await, Sent::Frame(frame) if frame.starts_with("RECEIPT")));
}

/// T-10: a silent client is dead after max(2n, n + 5 s), and not before.
#[tokio::test(start_paused = true)]
async fn t_10_a_silent_client_is_closed_after_a_margin() {
    for (wanted, dead_after) in [("10000,0", 20), ("1000,0", 20), ("30000,0", 60)] {
        let messaging = messaging(|builder| builder);
        let mut client = Client::connect(&messaging, "1.2", wanted).await;
        let connected = Instant::now();
        let Sent::Frame(error) = client.next().await else {
            panic!("an ERROR comes first")
        };
        assert!(error.contains("error-code:heartbeat-timeout\n"), "{error}");
        assert_eq!(
            client.next().await,
            Sent::Close(4409, "heartbeat-timeout".to_owned())
        );
        let silence = connected.elapsed();
        assert!(
            silence >= seconds(dead_after) && silence <= seconds(dead_after + 1),
            "{wanted}: {silence:?}"
        );
        while !messaging.sessions().is_empty() {
            tokio::task::yield_now().await;
        }
    }
}

/// T-10, T-16: a client that is late by a third lives; what it sends are only line ends.
#[tokio::test(start_paused = true)]
async fn t_10_a_late_client_lives() {
    let messaging = messaging(|builder| builder);
    let mut client = Client::connect(&messaging, "1.2", "10000,0").await;
    for _ in 0..50 {
        tokio::time::sleep(seconds(13)).await;
        client.send("\n");
    }
    client.send("UNSUBSCRIBE\nid:0\nreceipt:r\n\n\0");
    assert!(matches!(client.next().await, Sent::Frame(frame) if frame.starts_with("RECEIPT")));
}

/// T-15: while a handler takes its time nothing is read, and that is not held against the client.
#[tokio::test(start_paused = true)]
async fn t_15_a_slow_handler_kills_no_client() {
    let origin = Origin {
        module: "tests",
        file: file!(),
        line: line!(),
        name: "slow",
    };
    let slow = Mapping::new(MappingKind::Message, ["/slow"], origin, |_| {
        Box::pin(async {
            tokio::time::sleep(seconds(300)).await;
            Ok(stompframe_core::handler::Reply::none())
        })
    });
    let messaging = messaging(|builder| builder.route(slow));
    let mut client = Client::connect(&messaging, "1.2", "10000,10000").await;
    client.send("SEND\ndestination:/app/slow\nreceipt:r\n\n\0");
    loop {
        match client.next().await {
            // The client keeps its promise, too.
            Sent::Frame(frame) if frame == "\n" => client.send("\n"),
            Sent::Frame(frame) => break assert!(frame.starts_with("RECEIPT"), "{frame}"),
            close @ Sent::Close(..) => panic!("{close:?}"),
        }
    }
}

/// C-23: a connection that does not get to its CONNECT is closed, whatever else it sends.
#[tokio::test(start_paused = true)]
async fn c_23_the_time_until_connect_is_bounded() {
    let messaging = messaging(|builder| builder);
    let opened = Instant::now();
    let mut silent = Client::open(&messaging);
    let dribbling = Client::open(&messaging);
    let dribble = tokio::spawn(async move {
        let mut client = dribbling;
        for byte in b"CONNECT\naccept-version:1.2\n".chunks(1) {
            client.send(byte);
            tokio::time::sleep(seconds(1)).await;
            if opened.elapsed() > seconds(9) {
                break;
            }
        }
        client.next().await
    });
    for sent in [silent.next().await, dribble.await.unwrap()] {
        assert!(
            matches!(sent, Sent::Frame(error) if error.contains("error-code:connect-timeout\n"))
        );
    }
    assert!(opened.elapsed() >= seconds(10) && opened.elapsed() <= seconds(11));
}
