//! A connection for each session: what only its own can have.

use std::time::Duration;

use stompframe::broker::{BrokerRelay, RelayLimits};
use stompframe::prelude::*;
use stompframe::test::{TestApp, TestClient, TestMessage};
use tokio::time::Instant;

use crate::upstream::{Upstream, on_every_broker};

on_every_broker!(
    each_session_has_a_connection_that_ends_with_it,
    clients_acknowledge_for_themselves,
    an_acknowledgement_counts_for_those_before_it,
    topics_and_queues_work_as_ever,
    a_transaction_holds_acknowledgements_too,
    what_the_broker_would_take_for_something_else_is_refused,
);

#[tokio::test]
async fn ft_08_they_come_back_one_after_the_other() {
    const SESSIONS: usize = 150;
    let upstream = Upstream::own().await;
    let mut limits = RelayLimits::default();
    limits.reconnect_spread = Duration::from_secs(3);
    let relay = relay(&upstream).limits(limits);
    let app = upstream.app_with(Messaging::builder().broker(relay)).await;
    let shared = upstream.connections();
    let mut clients = Vec::new();
    for _ in 0..SESSIONS {
        let client = app.connect().await;
        let hears = client.subscribe(&upstream.topic("a")).await;
        clients.push((client, hears));
    }
    assert_eq!(upstream.connections(), shared + SESSIONS);
    upstream.cut();
    while upstream.connections() > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    upstream.mend();
    let since = Instant::now();
    app.messaging().broker_status().unwrap().available().await;
    let mut before = 0;
    while upstream.connections() < shared + SESSIONS {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let now = upstream.connections().saturating_sub(shared);
        // A tenth of a second has room for five of them; a machine that is busy lets some wait.
        assert!(now.saturating_sub(before) < SESSIONS / 5, "{before}, {now}");
        before = now;
    }
    let took = since.elapsed();
    assert!(took > Duration::from_millis(2_500), "{took:?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
}

fn relay(upstream: &Upstream) -> BrokerRelay {
    upstream
        .relay()
        .per_session(|_, client| client.login("guest", "guest"))
}

async fn app(upstream: &Upstream) -> TestApp {
    upstream
        .app_with(
            Messaging::builder()
                .broker(relay(upstream))
                .simple_broker(["/local"]),
        )
        .await
}

/// ACK or NACK of a message.
async fn answer(client: &TestClient, command: &str, message: &TestMessage, more: &str) {
    let id = message.header("ack").expect("it is to be acknowledged");
    client.send_bytes(format!("{command}\nid:{id}\n{more}\n\0"));
    client.round_trip().await;
}

async fn each_session_has_a_connection_that_ends_with_it(upstream: Upstream) {
    let app = app(&upstream).await;
    let shared = upstream.connections();
    let mut clients = Vec::new();
    for _ in 0..5 {
        let client = app.connect().await;
        client.subscribe(&upstream.topic("a")).await;
        client.send(&upstream.topic("a"), "x").await;
        clients.push(client);
    }
    assert_eq!(upstream.connections(), shared + 5);
    for client in clients {
        client.disconnect().await;
    }
    let patience = std::time::Duration::from_secs(5);
    let ending = async {
        while upstream.connections() > shared {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(patience, ending)
        .await
        .expect("they end");
}

async fn clients_acknowledge_for_themselves(upstream: Upstream) {
    let app = app(&upstream).await;
    let queue = upstream.queue("jobs");
    let (sender, first, second) = (
        app.connect().await,
        app.connect().await,
        app.connect().await,
    );
    let individual = [("ack", "client-individual")];
    let consumes = first.subscribe_with(&queue, individual).await;
    for number in 0..3 {
        sender.send(&queue, &number).await;
    }
    let mut messages = Vec::new();
    for number in 0..3 {
        let message = consumes.next_message().await;
        assert_eq!(message.json::<u32>(), number);
        messages.push(message);
    }
    answer(&first, "ACK", &messages[1], "").await;
    // What it did not acknowledge is somebody else's when it leaves.
    first.disconnect().await;
    let consumes = second.subscribe_with(&queue, individual).await;
    let mut again: Vec<u32> = Vec::new();
    for _ in 0..2 {
        let message = consumes.next_message().await;
        // To Artemis it was not delivered where the subscription ended in order.
        if upstream.has_all_acknowledgements {
            assert_eq!(message.header("redelivered"), Some("true"));
        }
        again.push(message.json());
        answer(&second, "ACK", &message, "").await;
    }
    again.sort_unstable();
    assert_eq!(again, [0, 2]);
}

async fn an_acknowledgement_counts_for_those_before_it(upstream: Upstream) {
    let app = app(&upstream).await;
    let queue = upstream.queue("jobs");
    let (sender, first) = (app.connect().await, app.connect().await);
    let consumes = first.subscribe_with(&queue, [("ack", "client")]).await;
    for number in 0..4 {
        sender.send(&queue, &number).await;
    }
    let mut messages = Vec::new();
    for _ in 0..4 {
        messages.push(consumes.next_message().await);
    }
    answer(&first, "ACK", &messages[2], "").await;
    // It is acknowledged already.
    let id = messages[0].header("ack").unwrap().to_owned();
    first.send_bytes(format!("ACK\nid:{id}\n\n\0"));
    first.expect_error(ErrorCode::UnknownAck).await;
    let second = app.connect().await;
    let consumes = second.subscribe(&queue).await;
    assert_eq!(consumes.expect_message::<u32>().await, 3);
    second.expect_nothing().await;
}

async fn topics_and_queues_work_as_ever(upstream: Upstream) {
    let app = app(&upstream).await;
    let (client, other) = (app.connect().await, app.connect().await);
    let topic = client
        .subscribe(&upstream.topic("with/slashes.and dots"))
        .await;
    let queue = client.subscribe(&upstream.queue("jobs")).await;
    let local = client.subscribe_with("/local/a", [("ack", "client")]).await;
    for number in 0..10 {
        other
            .send(&upstream.topic("with/slashes.and dots"), &number)
            .await;
        other.send(&upstream.queue("jobs"), &number).await;
    }
    let template = app.messaging().template();
    template.send("/local/a", Payload(1)).await.unwrap();
    for number in 0..10 {
        assert_eq!(topic.expect_message::<u32>().await, number);
        assert_eq!(queue.expect_message::<u32>().await, number);
    }
    // Each broker knows its own deliveries.
    let message = local.next_message().await;
    answer(&client, "ACK", &message, "").await;
    topic.unsubscribe().await;
    other
        .send(&upstream.topic("with/slashes.and dots"), "x")
        .await;
    client.expect_nothing().await;
}

async fn what_the_broker_would_take_for_something_else_is_refused(upstream: Upstream) {
    if upstream.has_all_acknowledgements {
        return;
    }
    let app = app(&upstream).await;
    let queue = upstream.queue("jobs");
    for (command, more) in [("NACK", ""), ("ACK", "transaction:t\n")] {
        let client = app.connect().await;
        let consumes = client
            .subscribe_with(&queue, [("ack", "client-individual")])
            .await;
        client.send(&queue, "job").await;
        let message = consumes.next_message().await;
        let id = message.header("ack").unwrap();
        client.send_bytes("BEGIN\ntransaction:t\n\n\0");
        client.send_bytes(format!("{command}\nid:{id}\nreceipt:r\n{more}\n\0"));
        client.expect_error(ErrorCode::Unsupported).await;
        // It is still there for somebody else.
        let client = app.connect().await;
        let consumes = client.subscribe(&queue).await;
        assert_eq!(consumes.expect_message::<String>().await, "job");
        consumes.unsubscribe().await;
    }
}

async fn a_transaction_holds_acknowledgements_too(upstream: Upstream) {
    if !upstream.has_all_acknowledgements {
        return;
    }
    let app = app(&upstream).await;
    let queue = upstream.queue("jobs");
    let client = app.connect().await;
    let hears = client.subscribe(&upstream.topic("done")).await;
    let consumes = client
        .subscribe_with(&queue, [("ack", "client-individual")])
        .await;
    client.send(&queue, "job").await;
    let message = consumes.next_message().await;
    client.send_bytes("BEGIN\ntransaction:t\n\n\0");
    answer(&client, "ACK", &message, "transaction:t\n").await;
    let done = upstream.topic("done");
    client.send_bytes(format!(
        "SEND\ndestination:{done}\ntransaction:t\n\n\"done\"\0"
    ));
    client.send_bytes("COMMIT\ntransaction:t\n\n\0");
    assert_eq!(hears.expect_message::<String>().await, "done");
    client.disconnect().await;
    let next = app.connect().await;
    let left = next.subscribe(&queue).await;
    next.send(&queue, "next job").await;
    assert_eq!(left.expect_message::<String>().await, "next job");
}
