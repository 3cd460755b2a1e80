//! What costs the client little and could cost the server much.

use std::time::{Duration, Instant};

use stompframe::broker::SimpleBroker;
use stompframe::prelude::*;
use stompframe::test::TestApp;
use stompframe::{Limits, message};

use crate::kit::{ended, messaging, publish};

/// Patterns of clients and of the application against destinations that were made for them. The
/// time is generous: what backtracks takes years.
#[tokio::test]
async fn sec_v_34_no_pattern_and_no_destination_takes_long() {
    let broker = SimpleBroker::new(["/topic"]).wildcard_subscriptions();
    let stars = format!("/topic/{}b", "*a".repeat(120));
    let deep = format!("/topic{}/b", "/**/a".repeat(14));
    let app = TestApp::start(
        Messaging::builder()
            .simple_broker(broker)
            .accept_client_sends(["/topic"])
            .application_prefix("/app")
            .route(message("/{a}a{b}a{c}a{d}b"), async || ()),
    );
    let client = app.connect().await;
    client.subscribe("/user/queue/errors").await;
    client.subscribe(&stars).await;
    client.subscribe(&deep).await;
    let start = Instant::now();
    for _ in 0..20 {
        client
            .send(&format!("/topic/{}", "a".repeat(240)), &())
            .await;
        client
            .send(&format!("/topic{}", "/a".repeat(30)), &())
            .await;
        let _ = client
            .try_send(&format!("/app/{}", "a".repeat(240)), &())
            .await;
    }
    let took = start.elapsed();
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn sec_v_35_a_path_that_is_too_deep_is_refused() {
    let app = TestApp::start(messaging().accept_client_sends(["/topic"]));
    for slashes in [33, 250] {
        let client = app.connect().await;
        let destination = "/".repeat(slashes);
        client.send_bytes(format!("SEND\ndestination:{destination}\n\n\0"));
        ended(&client, ErrorCode::BadDestination).await;
    }
    let client = app.connect().await;
    client.send_bytes(format!("SEND\ndestination:{}\n\n\0", "/".repeat(64 * 1024)));
    ended(&client, ErrorCode::HeaderTooLong).await;
}

#[tokio::test(start_paused = true)]
async fn sec_v_44_a_session_has_so_many_subscriptions_and_takes_them_with_it() {
    let app = TestApp::start(messaging());
    let limit = Limits::default().max_subscriptions;
    let client = app.connect().await;
    for id in 0..=limit {
        client.send_bytes(format!("SUBSCRIBE\nid:{id}\ndestination:/topic/{id}\n\n\0"));
    }
    ended(&client, ErrorCode::TooManySubscriptions).await;
    client.lose().await;
    let left = app.messaging().users().find_subscriptions(|_| true);
    assert!(left.is_empty(), "{left:?}");
}

/// One client, one destination, as many subscriptions as there may be: each message comes once for
/// each, and no more.
#[tokio::test(start_paused = true)]
async fn sec_c_08_many_subscriptions_to_one_destination_multiply_by_their_number_alone() {
    let app = TestApp::start(messaging());
    let client = app.connect().await;
    let limit = Limits::default().max_subscriptions;
    let mut all = Vec::new();
    for _ in 0..limit {
        all.push(client.subscribe("/topic/a").await);
    }
    publish(&app, "/topic/a", "once").await;
    for subscription in &all {
        assert_eq!(subscription.expect_text().await, "once");
    }
    client.expect_nothing().await;
}

/// A handler's values cannot break out of the frame that carries them.
#[tokio::test(start_paused = true)]
async fn sec_v_23_what_handlers_say_stays_within_its_frame() {
    let app = TestApp::start(messaging());
    for version in ["1.1", "1.2"] {
        let client = app.connect_with([("accept-version", version)]).await;
        let topic = client.subscribe("/topic/a").await;
        let hostile = "x\n\n\0MESSAGE\ndestination:/topic/forged\r\n\r\nbody\0";
        let mut message = Message::with_payload("/topic/a", hostile.to_owned()).unwrap();
        message.headers_mut().set("a\nb:c", "1\n2:3\\");
        app.messaging()
            .template()
            .send_message(message)
            .await
            .unwrap();
        let received = topic.next_message().await;
        assert_eq!(received.header("a\nb:c"), Some("1\n2:3\\"), "{version}");
        assert_eq!(received.text(), hostile);
        client.expect_nothing().await;
    }
}

/// What is cut from one piece of input is nobody else's: bodies arrive as they were sent, whatever
/// pieces they came in.
#[tokio::test(start_paused = true)]
async fn sec_v_32_no_message_has_bytes_of_another() {
    let app = TestApp::start(messaging().accept_client_sends(["/topic"]));
    let (sender, one, two) = (
        app.connect().await,
        app.connect().await,
        app.connect().await,
    );
    let (first, second) = (
        one.subscribe("/topic/a").await,
        two.subscribe("/topic/a").await,
    );
    let body = |number: usize| -> String {
        let letter = char::from(b'a' + u8::try_from(number % 26).unwrap());
        format!(
            "{number}:{}",
            letter.to_string().repeat(number * 37 % 2_000)
        )
    };
    let wire: String = (0..300)
        .map(|number| format!("SEND\ndestination:/topic/a\n\n{}\0", body(number)))
        .collect();
    for (round, piece) in wire.as_bytes().chunks(997).enumerate() {
        sender.send_bytes(piece.to_vec());
        if round % 3 == 0 {
            sender_pause().await;
        }
    }
    sender.round_trip().await;
    for number in 0..300 {
        for topic in [&first, &second] {
            assert_eq!(topic.expect_text().await, body(number));
        }
    }
}

async fn sender_pause() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

/// Which limit a frame meets that breaks several does not depend on how it arrives.
#[tokio::test(start_paused = true)]
async fn sec_c_07_a_frame_that_breaks_several_limits_is_told_the_same_each_time() {
    let app = TestApp::start(messaging());
    let many = format!(
        "SEND\n{}\n\0",
        format!("h:{}\n", "x".repeat(8_100)).repeat(64)
    );
    let long = format!("SEND\nh:{}\n\n\0", "x".repeat(64 * 1024));
    for (frame, code) in [
        (&many, ErrorCode::FrameTooLarge),
        (&long, ErrorCode::HeaderTooLong),
    ] {
        for piece in [frame.len(), 4_096, 7] {
            let client = app.connect().await;
            for piece in frame.as_bytes().chunks(piece) {
                client.send_bytes(piece.to_vec());
            }
            ended(&client, code).await;
        }
    }
}
