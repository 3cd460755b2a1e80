//! What a broker that all share cannot do is refused, with the reason; and what cannot be at all, at
//! start-up.

use stompframe::broker::{BrokerRelay, Dialect};
use stompframe::prelude::*;
use stompframe::test::TestApp;

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
async fn spring_compat_opens_what_is_closed() {
    let upstream = Upstream::own().await;
    let builder = || Messaging::builder().broker(upstream.relay());
    let closed = TestApp::start(builder());
    let open = TestApp::start(builder().simple_broker(["/local"]).spring_compat());
    for app in [&closed, &open] {
        app.messaging().broker_status().unwrap().available().await;
    }
    let topic = upstream.topic("a");
    let client = closed.connect().await;
    let refused = client.try_send(&topic, "x").await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Denied);
    let client = open.connect().await;
    for destination in [topic.as_str(), "/local/a"] {
        let hears = client.subscribe(destination).await;
        client.send(destination, "x").await;
        assert_eq!(hears.expect_message::<String>().await, "x");
    }
    // What the broker itself does not have is nothing that could be opened.
    let error = client
        .try_subscribe(&upstream.topic("*"))
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::Unsupported);
}

#[tokio::test]
async fn sec_v_30_orders_to_the_broker_are_not_a_clients_to_give() {
    let upstream = Upstream::own().await;
    let shared = upstream.app().await;
    let relay = upstream
        .relay()
        .per_session(|_, client| client.login("guest", "guest"));
    let own = upstream.app_with(Messaging::builder().broker(relay)).await;
    let orders = [
        "expiration",
        "stompframe-not-for",
        "persistent",
        "Reply-To",
        "reply-to",
        "transformation",
        "user-id",
        "x-dead-letter-exchange",
        "X-Queue-Name",
        "activemq.prefetchSize",
        "AMQ_SCHEDULED_DELAY",
        "AMQ-x",
        "JMSXGroupID",
    ];
    // Hears what has gone through the broker, and the broker repeats what it does not know.
    let hears = shared.connect().await;
    let hears = hears.subscribe(&upstream.topic("a")).await;
    for app in [&shared, &own] {
        let client = app.connect().await;
        let mut frame = stompframe::stomp::Frame::new(stompframe::stomp::Command::Send)
            .with_header("destination", upstream.topic("a"))
            .with_header("colour", "red");
        for order in orders {
            frame = frame.with_header(order, "soon");
        }
        client.send_frame(frame).await;
        let message = hears.next_message().await;
        assert_eq!(message.header("colour"), Some("red"));
        for order in orders {
            assert_eq!(message.header(order), None, "{order}");
        }
    }
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
