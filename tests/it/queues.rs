//! Queues: each message goes to one consumer, waits while there is none, and comes again if it was
//! not received.

use stompframe::Limits;
use stompframe::broker::SimpleBroker;
use stompframe::prelude::*;

use crate::support::{App, both, broker, intercepted};

#[tokio::test]
async fn consumers_take_turns() {
    for app in both().await {
        let (mut one, mut two) = (app.connect().await, app.connect().await);
        one.consume("0", "/queue/work", "").await;
        two.consume("0", "/queue/work", "").await;
        let mut sender = app.connect().await;
        for number in 0..6 {
            sender.send_to("/queue/work", &number.to_string()).await;
        }
        for (consumer, expected) in [(&mut one, ["0", "2", "4"]), (&mut two, ["1", "3", "5"])] {
            for expected in expected {
                assert_eq!(consumer.body().await, expected);
            }
            consumer.nothing_before_receipt().await;
        }
    }
}

#[tokio::test]
async fn messages_wait_for_a_consumer_in_their_order() {
    for app in both().await {
        let mut sender = app.connect().await;
        for number in 0..3 {
            sender.send_to("/queue/work", &number.to_string()).await;
        }
        let mut consumer = app.connect().await;
        // Clients wait for the receipt, and expect it first.
        consumer.subscribe("0", "/queue/work").await;
        for number in 0..3 {
            assert_eq!(consumer.body().await, number.to_string());
        }
        consumer.nothing_before_receipt().await;
    }
}

#[tokio::test]
async fn a_queue_that_is_full_says_so_and_keeps_what_it_has() {
    let mut limits = Limits::default();
    limits.broker.max_queue_messages = 2;
    for builder in [broker(), intercepted()] {
        let app = App::start(builder.limits(limits)).await;
        let mut sender = app.connect().await;
        sender.send_to("/queue/work", "0").await;
        sender.send_to("/queue/work", "1").await;
        sender
            .send("SEND\ndestination:/queue/work\nreceipt:full\n\n2\0")
            .await;
        let error = sender.error().await;
        assert_eq!(error.header("error-code"), Some("queue-full"));
        assert_eq!(error.header("receipt-id"), Some("full"));
        let mut consumer = app.connect().await;
        consumer
            .send("SUBSCRIBE\nid:0\ndestination:/queue/work\n\n\0")
            .await;
        assert_eq!(consumer.body().await, "0");
        assert_eq!(consumer.body().await, "1");
        consumer.nothing_before_receipt().await;
    }
}

#[tokio::test]
async fn the_bytes_of_queues_and_their_number_have_bounds() {
    let mut limits = Limits::default();
    // A message takes about half a kilobyte besides its body.
    limits.broker.max_queue_bytes = 4_000;
    limits.broker.max_queued_bytes = 6_000;
    limits.broker.max_queues = 3;
    let app = App::start(broker().limits(limits)).await;
    let body = "x".repeat(1_500);
    let send = |queue: &str| format!("SEND\ndestination:/queue/{queue}\nreceipt:r\n\n{body}\0");
    for (full, fits) in [("a", "a"), ("c", "b")] {
        let mut sender = app.connect().await;
        sender.send(send(fits)).await;
        assert_eq!(sender.frame().await.command, "RECEIPT");
        sender.send(send(full)).await;
        let error = sender.error().await;
        assert_eq!(error.header("error-code"), Some("queue-full"), "{full}");
    }
    // The queue `c` is there, though nothing fitted into it.
    let mut sender = app.connect().await;
    sender.send(send("d")).await;
    assert_eq!(
        sender.error().await.header("error-code"),
        Some("overloaded")
    );
}

#[tokio::test]
async fn a_consumer_that_reads_slowly_gets_all_of_a_long_queue() {
    // Far more than may wait to be written to one client.
    let mut limits = Limits::default();
    limits.outbox.max_frames = 16;
    limits.outbox.max_bytes = 16 * 1024;
    for builder in [broker(), intercepted()] {
        let app = App::start(builder.limits(limits)).await;
        let mut sender = app.connect().await;
        let body = |number: usize| format!("{number} {}", "x".repeat(2_000));
        for number in 0..200 {
            sender.send_to("/queue/work", &body(number)).await;
        }
        let mut consumer = app.connect().await;
        consumer
            .send("SUBSCRIBE\nid:0\ndestination:/queue/work\n\n\0")
            .await;
        for number in 0..200 {
            assert_eq!(consumer.body().await, body(number));
        }
        consumer.nothing_before_receipt().await;
    }
}

#[tokio::test]
async fn a_queue_has_no_wildcards_and_can_be_a_topic() {
    let app = App::start(
        Messaging::builder()
            .simple_broker(SimpleBroker::new(["/queue"]).wildcard_subscriptions())
            .accept_client_sends(["/queue"]),
    )
    .await;
    let mut client = app.connect().await;
    client
        .send("SUBSCRIBE\nid:0\ndestination:/queue/*\nreceipt:r\n\n\0")
        .await;
    assert_eq!(
        client.error().await.header("error-code"),
        Some("unsupported")
    );

    let app = App::start(
        Messaging::builder()
            .simple_broker(SimpleBroker::new(["/queue"]).queues_are_topics())
            .accept_client_sends(["/queue"]),
    )
    .await;
    let (mut one, mut two) = (app.connect().await, app.connect().await);
    one.send_to("/queue/a", "nobody is there").await;
    one.subscribe("0", "/queue/a").await;
    two.subscribe("0", "/queue/a").await;
    two.send("SEND\ndestination:/queue/a\n\nboth\0").await;
    assert_eq!(one.body().await, "both");
    assert_eq!(two.body().await, "both");
    one.nothing_before_receipt().await;
}

#[tokio::test]
async fn the_same_words_for_queues_that_are_none_are_told_at_start_up() {
    let problems = Messaging::builder()
        .simple_broker(
            SimpleBroker::new(["/topic"])
                .queues(["/jobs"])
                .dead_letters("/topic/dead"),
        )
        .build()
        .unwrap_err()
        .to_string();
    assert!(problems.contains(".queues([\"/jobs\"])"), "{problems}");
    assert!(
        problems.contains(".dead_letters(\"/topic/dead\")"),
        "{problems}"
    );
}
