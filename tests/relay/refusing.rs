//! What a broker that all share cannot do is refused, with the reason; and what cannot be at all, at
//! start-up.

use stompframe::broker::{BrokerRelay, Dialect};
use stompframe::prelude::*;

use crate::upstream::Upstream;

#[tokio::test]
async fn what_one_client_cannot_have_is_refused_with_its_reason() {
    let upstream = Upstream::own().await;
    let app = upstream.app().await;
    for (destination, header, value, code, reason) in [
        (
            "/queue/a",
            "ack",
            "client",
            ErrorCode::Unsupported,
            "ack:auto",
        ),
        (
            "/topic/a",
            "durable",
            "true",
            ErrorCode::Unsupported,
            "`durable`",
        ),
        (
            "/topic/a",
            "selector",
            "a = 1",
            ErrorCode::Unsupported,
            "selectors",
        ),
        ("/topic/*", "a", "b", ErrorCode::Denied, "wildcard"),
        ("/queue/*", "a", "b", ErrorCode::Unsupported, "queue"),
    ] {
        let client = app.connect().await;
        let error = client
            .try_subscribe_with(destination, [(header, value)])
            .await;
        let error = error.unwrap_err();
        assert_eq!(error.code, code, "{error}");
        assert!(error.detail.contains(reason), "{error}");
    }
}

#[tokio::test]
async fn orders_to_the_broker_are_not_a_clients_to_give() {
    let upstream = Upstream::own().await;
    let app = upstream.app().await;
    let client = app.connect().await;
    let hears = client.subscribe(&upstream.topic("a")).await;
    let frame = stompframe::stomp::Frame::new(stompframe::stomp::Command::Send)
        .with_header("destination", upstream.topic("a"))
        .with_header("expiration", "soon")
        .with_header("stompframe-not-for", "everybody")
        .with_header("colour", "red");
    client.send_frame(frame).await;
    let message = hears.next_message().await;
    assert_eq!(message.header("colour"), Some("red"));
    assert_eq!(message.header("expiration"), None);
}

#[tokio::test]
async fn start_up_lists_what_cannot_be() {
    let relay = BrokerRelay::new("127.0.0.1:1")
        .dialect(Dialect::Other)
        .wildcard_subscriptions()
        .prefixes(["/topic", "news"])
        .queues(["/jobs"]);
    let error = Messaging::builder()
        .broker(relay)
        .simple_broker(["/topic/local"])
        .build()
        .unwrap_err();
    let problems = error.problems().join("\n");
    for part in [
        "\"news\"",
        "\"/jobs\"",
        "wildcard_subscriptions",
        "/topic/local",
    ] {
        assert!(problems.contains(part), "{problems}");
    }
    assert_eq!(error.problems().len(), 4, "{problems}");
}

#[test]
fn outside_of_a_runtime_it_says_so() {
    let relay = BrokerRelay::new("127.0.0.1:1");
    let error = Messaging::builder().broker(relay).build().unwrap_err();
    assert!(error.to_string().contains("runtime"), "{error}");
}
