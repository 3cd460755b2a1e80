//! Clients that send anything at all: frames of every kind in any order, whole, broken and cut.
//!
//! Whatever comes, three things hold: an ERROR is the last frame and the close follows it; nothing of
//! the session is left when it is over; and nobody else notices.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use proptest::prelude::*;
use stompframe_core::stomp::Command;
use stompframe_core::test::{Received, TestApp};
use stompframe_core::{Messaging, message_mapping};

#[message_mapping("/echo/{word}")]
async fn echo(word: String, body: String) -> String {
    word + &body
}

#[message_mapping("/panic")]
async fn panics() {
    panic!("on purpose");
}

/// Pieces that frames are made of: more often right than wrong, so that sessions get somewhere.
fn frame() -> impl Strategy<Value = String> {
    let command = prop_oneof![
        8 => Just("SEND"),
        8 => Just("SUBSCRIBE"),
        4 => Just("UNSUBSCRIBE"),
        1 => Just("DISCONNECT"),
        1 => prop::sample::select(vec!["CONNECT", "ACK", "BEGIN", "MESSAGE", "NONSENSE", ""]),
    ];
    let destination = prop::sample::select(vec![
        "/app/echo/a",
        "/app/panic",
        "/topic/a",
        "/topic/b",
        "/user/queue/errors",
        "/nowhere",
        "/topic/*",
        "",
    ]);
    let header = prop_oneof![
        12 => "id:[0-3]",
        6 => "receipt:[a-z]{0,3}",
        2 => "[a-z]{1,4}:[a-z:]{0,6}",
        1 => prop::sample::select(vec!["broken", ":x", "content-length:3", "ack:client", "x:\\t"])
            .prop_map(str::to_owned),
    ];
    let headers = prop::collection::vec(header, 0..4);
    let end =
        prop_oneof![20 => Just("\0"), 4 => Just("body\0"), 2 => Just("\0\n\n"), 1 => Just("")];
    (command, destination, headers, end).prop_map(|(command, destination, headers, end)| {
        let headers: String = headers.into_iter().map(|header| header + "\n").collect();
        format!("{command}\ndestination:{destination}\n{headers}\n{end}")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn l_08_l_09_whatever_a_client_sends_hurts_only_itself(
        connects in prop::bool::weighted(0.9),
        frames in prop::collection::vec(frame(), 0..30),
        cut in 1_usize..200,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let builder = Messaging::builder().handler::<echo>().handler::<panics>();
            let builder = builder.application_prefix("/app").simple_broker(["/topic"]);
            let app = TestApp::start(builder);
            let bystander = app.connect().await;
            let topic = bystander.subscribe("/topic/mine").await;

            let client = app.open();
            let connect = if connects { "CONNECT\naccept-version:1.2\n\n\0" } else { "" };
            let bytes = format!("{connect}{}", frames.concat()).into_bytes();
            for piece in bytes.chunks(cut) {
                client.send_bytes(piece.to_vec());
            }
            // The end of everything that is said: the close, or the deadline of CONNECT.
            client.send_bytes("\0DISCONNECT\n\n\0NONSENSE\n\n\0");
            let mut error = false;
            loop {
                match client.receive().await {
                    Received::Closed(_) => break,
                    Received::HeartBeat => {}
                    Received::Frame(frame) => {
                        assert!(!error, "{frame:?} came after an ERROR");
                        error = frame.command == Command::Error;
                    }
                }
            }
            client.lose().await;

            assert_eq!(app.messaging().sessions().len(), 1);
            app.messaging().template().send("/topic/mine", "still here").await.unwrap();
            assert_eq!(topic.expect_text().await, "still here");
            bystander.expect_nothing().await;
        });
    }
}
