//! How long messages wait in a queue, on a paused clock.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use std::time::Duration;

use stompframe_core::test::TestApp;
use stompframe_core::{Limits, Messaging};

fn app(age: u64) -> TestApp {
    let mut limits = Limits::default();
    limits.broker.max_queue_age = Duration::from_secs(age);
    limits.broker.max_queues = 2;
    let builder = Messaging::builder()
        .simple_broker(["/queue"])
        .accept_client_sends(["/queue"])
        .limits(limits);
    TestApp::start(builder).patience(Duration::from_secs(3600))
}

#[tokio::test(start_paused = true)]
async fn a_message_that_waited_too_long_is_a_dead_letter() {
    let app = app(60);
    let client = app.connect().await;
    client.send_text("/queue/work", "old").await;
    tokio::time::advance(Duration::from_secs(59)).await;
    client.send_text("/queue/work", "young").await;
    tokio::time::advance(Duration::from_secs(2)).await;
    let queue = client.subscribe("/queue/work").await;
    assert_eq!(queue.expect_text().await, "young");
    queue.expect_nothing().await;
    let dead = client.subscribe("/queue/dead-letters").await;
    let letter = dead.next_message().await;
    assert_eq!(letter.text(), "old");
    assert_eq!(letter.header("dead-letter-reason"), Some("expired"));
    assert_eq!(letter.header("original-destination"), Some("/queue/work"));
}

#[tokio::test(start_paused = true)]
async fn what_came_back_is_as_old_as_it_is() {
    let app = app(60);
    let client = app.connect().await;
    let headers = [("id", "0"), ("ack", "client")];
    let queue = client.subscribe_with("/queue/work", headers).await;
    client.send_text("/queue/work", "old").await;
    assert_eq!(queue.expect_text().await, "old");
    tokio::time::advance(Duration::from_secs(59)).await;
    queue.unsubscribe().await;
    tokio::time::advance(Duration::from_secs(2)).await;
    let queue = client.subscribe("/queue/work").await;
    queue.expect_nothing().await;
}

/// There is room for two queues: that of the message, and that of the dead letters.
#[tokio::test(start_paused = true)]
async fn a_queue_that_nobody_asks_for_is_gone_with_its_messages() {
    let app = app(60);
    let client = app.connect().await;
    client.send_text("/queue/a", "x").await;
    client.send_text("/queue/b", "x").await;
    assert!(client.try_send("/queue/c", "x").await.is_err());
    let client = app.connect().await;
    tokio::time::sleep(Duration::from_secs(150)).await;
    // Their letters are dead by now, and died once more where dead letters are.
    client.send_text("/queue/c", "x").await;
    client.send_text("/queue/d", "x").await;
}
