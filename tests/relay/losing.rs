//! Connections to the broker that are lost, while the clients' stay.

use std::time::Duration;

use futures_util::StreamExt as _;
use serde_json::Value;
use stompframe::ErrorCode;
use stompframe::prelude::*;
use stompframe::test::TestSubscription;
use tokio::time::Instant;

use crate::upstream::{Upstream, on_every_broker};

on_every_broker!(
    clients_stay_and_are_told_of_the_gap,
    what_cannot_be_confirmed_is_refused,
    a_receipt_waits_for_the_broker_where_others_are_subscribed,
    a_short_loss_is_only_a_delay,
    a_queue_goes_on_where_it_was,
    the_status_says_how_things_stand,
);

async fn clients_stay_and_are_told_of_the_gap(upstream: Upstream) {
    let app = upstream.app().await;
    let client = app.connect().await;
    let errors = client.subscribe("/user/queue/errors").await;
    let topics: Vec<_> = (0..10).map(|n| upstream.topic(&n.to_string())).collect();
    let mut heard = Vec::new();
    for topic in &topics {
        heard.push(client.subscribe(topic).await);
    }
    for round in 0..3 {
        upstream.cut();
        upstream.mend();
        let mut told = Vec::new();
        while told.len() < topics.len() {
            let message = errors.next_message().await;
            assert_eq!(message.header("error-code"), Some("messages-missed"));
            let problem: Value = message.json();
            assert_eq!(problem["code"], "messages-missed");
            told.push(problem["destination"].as_str().unwrap().to_owned());
        }
        told.sort();
        assert_eq!(told, topics);
        for (hears, topic) in heard.iter().zip(&topics) {
            client.send(topic, &round).await;
            assert_eq!(hears.expect_message::<u32>().await, round);
        }
    }
    let status = app.messaging().broker_status().unwrap();
    assert_eq!(status.statistics().gaps, 30);
}

async fn what_cannot_be_confirmed_is_refused(upstream: Upstream) {
    let app = upstream.app().await;
    let (client, told) = (app.connect().await, app.connect().await);
    told.subscribe("/user/queue/errors").await;
    upstream.cut();
    let mut changes = app.messaging().broker_status().unwrap().changes();
    while changes.next().await != Some(false) {}
    let template = app.messaging().template();
    let since = Instant::now();
    let topic = upstream.topic("a");
    let (template, sending, subscribing) = tokio::join!(
        template.send(topic.clone(), "x"),
        client.try_send(&topic, "x"),
        told.try_subscribe(&topic),
    );
    let (asked, code) = (since.elapsed(), ErrorCode::BrokerUnavailable);
    assert!(asked < Duration::from_secs(7), "{asked:?}");
    assert_eq!(template.unwrap_err().code(), code);
    assert_eq!(sending.unwrap_err().code, code);
    let refused = subscribing.unwrap_err();
    assert_eq!(refused.code, code);
    // Nothing of the broker, or of where it is, is for clients.
    assert_eq!(refused.detail, "try again later");
    // Who listens for errors is still there.
    upstream.mend();
    app.messaging().broker_status().unwrap().available().await;
    let hears = told.subscribe(&topic).await;
    told.send(&topic, "y").await;
    assert_eq!(hears.expect_message::<String>().await, "y");
}

async fn a_receipt_waits_for_the_broker_where_others_are_subscribed(upstream: Upstream) {
    let app = upstream.app().await;
    let (first, other) = (app.connect().await, app.connect().await);
    let (topic, queue) = (upstream.topic("a"), upstream.queue("a"));
    let (hears, _consumes) = (first.subscribe(&topic).await, first.subscribe(&queue).await);
    other.subscribe("/user/queue/errors").await;
    upstream.cut();
    let mut changes = app.messaging().broker_status().unwrap().changes();
    while changes.next().await != Some(false) {}
    for destination in [&topic, &queue] {
        let since = Instant::now();
        let refused = other.try_subscribe(destination).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::BrokerUnavailable);
        let asked = since.elapsed();
        assert!(asked > Duration::from_secs(4), "{asked:?}");
    }
    // Where the broker comes back in time, it is only a delay, and nothing is missed from then on.
    let mending = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        upstream.mend();
    };
    let (hears_too, ()) = tokio::join!(other.subscribe(&topic), mending);
    let elsewhere = upstream.app().await;
    let sender = elsewhere.connect().await;
    sender.send(&topic, "x").await;
    for hears in [hears, hears_too] {
        assert_eq!(hears.expect_message::<String>().await, "x");
    }
}

async fn a_short_loss_is_only_a_delay(upstream: Upstream) {
    let app = upstream.app().await;
    let client = app.connect().await;
    let topic = upstream.topic("a");
    upstream.cut();
    let mending = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        upstream.mend();
    };
    // The loss has to be seen first; what is on its way meanwhile may fail.
    let mut changes = app.messaging().broker_status().unwrap().changes();
    while changes.next().await != Some(false) {}
    let (hears, ()) = tokio::join!(client.subscribe(&topic), mending);
    client.send(&topic, "x").await;
    assert_eq!(hears.expect_message::<String>().await, "x");
}

async fn a_queue_goes_on_where_it_was(upstream: Upstream) {
    let app = upstream.app().await;
    let (sender, consumer) = (app.connect().await, app.connect().await);
    sender.subscribe("/user/queue/errors").await;
    let queue = upstream.queue("jobs");
    let hears = consumer.subscribe(&queue).await;
    let (mut confirmed, mut missing) = (0, Vec::new());
    for number in 0..200 {
        if number % 50 == 25 {
            if upstream.strands {
                hear_all(&hears, &mut missing).await;
            }
            upstream.cut();
            upstream.mend();
        }
        if sender.try_send(&queue, &number).await.is_ok() {
            confirmed += 1;
            missing.push(number);
        }
    }
    assert!(confirmed > 100, "{confirmed}");
    hear_all(&hears, &mut missing).await;
}

/// Everything that was confirmed comes; what was not may, and some may come twice.
pub(crate) async fn hear_all(hears: &TestSubscription, missing: &mut Vec<u32>) {
    while !missing.is_empty() {
        let number: u32 = hears.expect_message().await;
        missing.retain(|other| *other != number);
    }
}

async fn the_status_says_how_things_stand(upstream: Upstream) {
    let app = upstream.app().await;
    let status = app.messaging().broker_status().unwrap().clone();
    assert!(status.is_available());
    let mut changes = status.changes();
    assert_eq!(changes.next().await, Some(true));
    upstream.cut();
    assert_eq!(changes.next().await, Some(false));
    assert!(!status.is_available());
    upstream.mend();
    status.available().await;
    let client = app.connect().await;
    let hears = client.subscribe(&upstream.topic("a")).await;
    client.send(&upstream.topic("a"), "x").await;
    hears.expect_message::<String>().await;
    let statistics = status.statistics();
    assert_eq!((statistics.confirmed, statistics.received), (1, 1));
    assert_eq!(statistics.connections, 10);
    let without = Messaging::builder().build().unwrap();
    assert!(without.broker_status().is_none());
}
