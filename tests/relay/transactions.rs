//! A client's transaction is one transaction at the broker: all of it happens there, or nothing.

use std::sync::Arc;

use serde_json::Value;
use stompframe::prelude::*;
use stompframe::test::{TestApp, TestClient};
use stompframe::{ErrorCode, MessagingBuilder};

use crate::upstream::{Upstream, on_every_broker};

on_every_broker!(
    nothing_is_heard_before_the_commit_and_all_of_it_after,
    what_was_sent_before_it_comes_before_it,
    many_commit_at_a_time,
    what_the_broker_refuses_has_not_happened_in_part,
    nothing_happens_at_a_broker_that_is_lost_before_the_commit,
    a_handler_that_fails_leaves_nothing_at_the_broker,
    over_connections_of_their_own,
);

struct Transaction<'a>(&'a TestClient);

impl<'a> Transaction<'a> {
    fn begin(client: &'a TestClient) -> Self {
        client.send_bytes("BEGIN\ntransaction:t\n\n\0");
        Self(client)
    }

    fn send(&self, destination: &str, body: &(impl Serialize + ?Sized)) -> &Self {
        let body = serde_json::to_string(body).unwrap();
        self.0.send_bytes(format!(
            "SEND\ndestination:{destination}\ntransaction:t\n\n{body}\0"
        ));
        self
    }

    /// COMMIT without a receipt: how it ends is heard elsewhere.
    fn commit(&self) {
        self.0.send_bytes("COMMIT\ntransaction:t\n\n\0");
    }

    async fn commit_and_wait(&self) {
        self.0
            .send_bytes("COMMIT\ntransaction:t\nreceipt:committed\n\n\0");
        let frame = self.0.next_frame().await;
        assert_eq!(frame.header("receipt-id"), Some("committed"), "{frame:?}");
    }
}

async fn nothing_is_heard_before_the_commit_and_all_of_it_after(upstream: Upstream) {
    let nodes = [upstream.app().await, upstream.app().await];
    let (client, listener) = (nodes[0].connect().await, nodes[1].connect().await);
    let topics: Vec<_> = (0..8).map(|n| upstream.topic(&n.to_string())).collect();
    let mut heard = Vec::new();
    for topic in &topics {
        heard.push(listener.subscribe(topic).await);
    }
    let jobs = listener.subscribe(&upstream.queue("jobs")).await;
    let transaction = Transaction::begin(&client);
    for number in 0..5 {
        for topic in &topics {
            transaction.send(topic, &number);
        }
        transaction.send(&upstream.queue("jobs"), &number);
    }
    client.round_trip().await;
    listener.expect_nothing().await;
    transaction.commit_and_wait().await;
    for number in 0..5 {
        for hears in heard.iter().chain([&jobs]) {
            let message = hears.next_message().await;
            assert_eq!(message.json::<u32>(), number);
            // What was between the relay and the broker is nobody else's.
            assert_eq!(message.header("transaction"), None);
        }
    }
}

async fn what_was_sent_before_it_comes_before_it(upstream: Upstream) {
    let app = upstream.app().await;
    let (client, listener) = (app.connect().await, app.connect().await);
    let topics: Vec<_> = (0..8).map(|n| upstream.topic(&n.to_string())).collect();
    let mut heard = Vec::new();
    for topic in &topics {
        heard.push(listener.subscribe(topic).await);
    }
    for round in 0..20 {
        // Nobody waits for these.
        for topic in &topics {
            client.send_and_forget(topic, &(2 * round));
        }
        let transaction = Transaction::begin(&client);
        for topic in &topics {
            transaction.send(topic, &(2 * round + 1));
        }
        transaction.commit();
    }
    for number in 0..40 {
        for hears in &heard {
            assert_eq!(hears.expect_message::<u32>().await, number);
        }
    }
}

async fn many_commit_at_a_time(upstream: Upstream) {
    let app = upstream.app().await;
    let listener = app.connect().await;
    let hears = listener.subscribe(&upstream.topic("all")).await;
    let mut clients = Vec::new();
    for _ in 0..50 {
        clients.push(app.connect().await);
    }
    for client in &clients {
        let transaction = Transaction::begin(client);
        for number in 0..10 {
            transaction.send(&upstream.topic("all"), &number);
        }
        transaction.commit();
    }
    let mut sum = 0;
    for _ in 0..500 {
        sum += hears.expect_message::<u32>().await;
    }
    assert_eq!(sum, 50 * 45);
    for client in &clients {
        client.round_trip().await;
    }
}

async fn what_the_broker_refuses_has_not_happened_in_part(upstream: Upstream) {
    let app = upstream.app().await;
    let listener = app.connect().await;
    let hears = listener.subscribe(&upstream.topic("open")).await;
    let keeps = listener.subscribe(&upstream.queue("open")).await;
    let limited = upstream
        .app_with(Messaging::builder().broker(upstream.limited()))
        .await;
    let client = limited.connect().await;
    let transaction = Transaction::begin(&client);
    transaction
        .send(&upstream.topic("open"), "in part")
        .send(&upstream.queue("open"), "in part")
        .send(&upstream.queue("closed"), "refused")
        .send(&upstream.topic("open"), "in part");
    client.send_bytes("COMMIT\ntransaction:t\nreceipt:committed\n\n\0");
    let error = client.expect_error(ErrorCode::BrokerUnavailable).await;
    if upstream.is_atomic {
        assert!(
            error.detail.contains("nothing of it has happened"),
            "{error}"
        );
        listener.expect_nothing().await;
    }
    // And others go on.
    let client = limited.connect().await;
    limited
        .messaging()
        .broker_status()
        .unwrap()
        .available()
        .await;
    Transaction::begin(&client)
        .send(&upstream.topic("open"), "whole")
        .send(&upstream.queue("open"), "whole")
        .commit_and_wait()
        .await;
    for hears in [hears, keeps] {
        while hears.expect_message::<String>().await != "whole" {
            assert!(!upstream.is_atomic);
        }
    }
}

/// Cuts the connections to the broker.
#[message_mapping("/cut")]
async fn cut(upstream: State<Arc<Upstream>>) {
    upstream.cut();
}

#[message_mapping("/fail")]
async fn fail() -> Result<(), HandlerError> {
    Err(HandlerError::new(ErrorCode::Denied, "not today"))
}

fn with_handlers(upstream: &Arc<Upstream>) -> MessagingBuilder {
    Messaging::builder()
        .handler::<cut>()
        .handler::<fail>()
        .application_prefix("/app")
        .state(Arc::clone(upstream))
}

async fn nothing_happens_at_a_broker_that_is_lost_before_the_commit(upstream: Upstream) {
    let upstream = Arc::new(upstream);
    let app = upstream
        .app_with(with_handlers(&upstream).broker(upstream.relay()))
        .await;
    let queue = upstream.queue("jobs");
    let client = app.connect().await;
    let errors = client.subscribe("/user/queue/errors").await;
    Transaction::begin(&client)
        .send(&queue, "lost")
        .send("/app/cut", &())
        .send(&queue, "lost, too")
        .commit();
    let problem: Value = errors.expect_message().await;
    assert_eq!(problem["code"], "broker-unavailable", "{problem}");
    upstream.mend();
    app.messaging().broker_status().unwrap().available().await;
    only_what_comes_next(&app, &queue).await;
}

/// There is nothing in the queue but what is sent to it now.
async fn only_what_comes_next(app: &TestApp, queue: &str) {
    let client = app.connect().await;
    client.send(queue, "next").await;
    let jobs = client.subscribe(queue).await;
    assert_eq!(jobs.expect_message::<String>().await, "next");
}

async fn a_handler_that_fails_leaves_nothing_at_the_broker(upstream: Upstream) {
    let upstream = Arc::new(upstream);
    let app = upstream
        .app_with(with_handlers(&upstream).broker(upstream.relay()))
        .await;
    let queue = upstream.queue("jobs");
    let client = app.connect().await;
    let errors = client.subscribe("/user/queue/errors").await;
    Transaction::begin(&client)
        .send(&queue, "before")
        .send("/app/fail", &())
        .send(&queue, "after")
        .commit();
    let problem: Value = errors.expect_message().await;
    assert_eq!(problem["code"], "denied", "{problem}");
    only_what_comes_next(&app, &queue).await;
}

async fn over_connections_of_their_own(upstream: Upstream) {
    let relay = || {
        upstream
            .limited()
            .per_session(|_, client| client.login("limited", "limited"))
    };
    let app = upstream.app().await;
    let own = upstream
        .app_with(Messaging::builder().broker(relay()))
        .await;
    let listener = app.connect().await;
    let hears = listener.subscribe(&upstream.topic("open")).await;
    let client = own.connect().await;
    let transaction = Transaction::begin(&client);
    transaction
        .send(&upstream.topic("open"), "in part")
        .send(&upstream.queue("closed"), "refused");
    client.send_bytes("COMMIT\ntransaction:t\nreceipt:committed\n\n\0");
    client.expect_error(ErrorCode::BrokerUnavailable).await;
    if upstream.is_atomic {
        listener.expect_nothing().await;
    }
    let client = own.connect().await;
    Transaction::begin(&client)
        .send(&upstream.topic("open"), &1)
        .send(&upstream.topic("open"), &2)
        .commit_and_wait()
        .await;
    for number in [1, 2] {
        assert_eq!(hears.expect_message::<u32>().await, number);
    }
}
