//! ACK and NACK: what was not received comes again, and nothing that was.

use stompframe::Limits;

use crate::support::{App, both, broker, intercepted};

#[tokio::test]
async fn a_09_what_a_consumer_has_not_acknowledged_goes_to_the_next_with_a_mark() {
    for app in both().await {
        for leave in ["UNSUBSCRIBE\nid:0\n", "DISCONNECT\n"] {
            let mut first = app.connect().await;
            first
                .consume("0", "/queue/work", "ack:client-individual\n")
                .await;
            let mut sender = app.connect().await;
            for number in 0..3 {
                sender.send_to("/queue/work", &number.to_string()).await;
            }
            let messages = [
                first.frame().await,
                first.frame().await,
                first.frame().await,
            ];
            for message in &messages {
                assert_eq!(message.header("redelivered"), None);
                assert_eq!(message.header("subscription"), Some("0"));
            }
            first.answer("ACK", &messages[1]).await;
            first.confirmed(leave).await;

            let mut second = app.connect().await;
            second
                .send("SUBSCRIBE\nid:1\ndestination:/queue/work\n\n\0")
                .await;
            for expected in ["0", "2"] {
                let message = second.frame().await;
                assert_eq!(message.text(), expected);
                assert_eq!(message.header("redelivered"), Some("true"));
                assert_eq!(message.header("delivery-count"), Some("2"));
                assert_eq!(
                    message.header("ack"),
                    None,
                    "it is not to be acknowledged now"
                );
            }
            second.nothing_before_receipt().await;
            second.close().await;
        }
    }
}

#[tokio::test]
async fn a_06_an_ack_of_the_mode_client_takes_along_what_came_before_it_in_its_subscription() {
    for app in both().await {
        let mut consumer = app.connect().await;
        consumer.consume("a", "/queue/a", "ack:client\n").await;
        consumer.consume("b", "/queue/b", "ack:client\n").await;
        let mut sender = app.connect().await;
        let mut messages = Vec::new();
        for (queue, number) in [("a", 0), ("b", 1), ("a", 2), ("a", 3)] {
            sender
                .send_to(&format!("/queue/{queue}"), &number.to_string())
                .await;
            messages.push(consumer.frame().await);
        }
        consumer.answer("ACK", &messages[2]).await;
        consumer.confirmed("DISCONNECT\n").await;

        let mut next = app.connect().await;
        next.send("SUBSCRIBE\nid:a\ndestination:/queue/a\n\n\0")
            .await;
        assert_eq!(next.body().await, "3");
        next.send("SUBSCRIBE\nid:b\ndestination:/queue/b\n\n\0")
            .await;
        assert_eq!(next.body().await, "1");
        next.nothing_before_receipt().await;
    }
}

#[tokio::test]
async fn a_08_what_is_refused_too_often_is_a_dead_letter() {
    let mut limits = Limits::default();
    limits.broker.max_deliveries = 3;
    for builder in [broker(), intercepted()] {
        let app = App::start(builder.limits(limits)).await;
        let mut consumer = app.connect().await;
        consumer
            .consume("0", "/queue/work", "ack:client-individual\n")
            .await;
        let mut sender = app.connect().await;
        sender
            .confirmed_with_body("SEND\ndestination:/queue/work\nkind:bad\n", "poison")
            .await;
        for delivery in 1..=3 {
            let message = consumer.frame().await;
            let count = (delivery > 1).then(|| delivery.to_string());
            assert_eq!(message.header("delivery-count"), count.as_deref());
            let id = message.header("ack").unwrap();
            consumer.send(format!("NACK\nid:{id}\n\n\0")).await;
        }
        consumer.nothing_before_receipt().await;

        consumer
            .send("SUBSCRIBE\nid:dead\ndestination:/queue/dead-letters\n\n\0")
            .await;
        let letter = consumer.frame().await;
        assert_eq!(letter.text(), "poison");
        assert_eq!(letter.header("original-destination"), Some("/queue/work"));
        assert_eq!(letter.header("dead-letter-reason"), Some("undeliverable"));
        assert_eq!(letter.header("kind"), Some("bad"));
    }
}

#[tokio::test]
async fn a_13_a_consumer_gets_so_many_before_it_acknowledges() {
    for app in both().await {
        let mut consumer = app.connect().await;
        consumer
            .consume("0", "/queue/work", "ack:client\nprefetch-count:2\n")
            .await;
        let mut sender = app.connect().await;
        for number in 0..5 {
            sender.send_to("/queue/work", &number.to_string()).await;
        }
        for pair in [["0", "1"], ["2", "3"]] {
            assert_eq!(consumer.body().await, pair[0]);
            let last = consumer.frame().await;
            assert_eq!(last.text(), pair[1]);
            consumer.nothing_before_receipt().await;
            // The window opens before the receipt is written.
            let id = last.header("ack").unwrap();
            consumer.send(format!("ACK\nid:{id}\n\n\0")).await;
        }
        assert_eq!(consumer.body().await, "4");
        consumer.nothing_before_receipt().await;
    }
}

#[tokio::test]
async fn a_05_a_11_d_09_an_acknowledgement_that_nobody_awaits_is_an_error() {
    let app = App::start(broker()).await;
    for frame in [
        "ACK\nid:1\n",
        "NACK\nid:nothing-0\n",
        "ACK\nid:MESSAGE-ID\n",
    ] {
        let mut client = app.connect().await;
        client.consume("0", "/queue/auto", "").await;
        client.send("SEND\ndestination:/queue/auto\n\nx\0").await;
        let message = client.frame().await;
        // A message that came in the mode `auto` is received already.
        let frame = frame.replace("MESSAGE-ID", message.header("message-id").unwrap());
        client.send(format!("{frame}receipt:r\n\n\0")).await;
        let error = client.error().await;
        assert_eq!(error.header("error-code"), Some("unknown-ack"), "{frame}");
        assert_eq!(error.header("receipt-id"), Some("r"));
    }
}

#[tokio::test]
async fn a_11_an_acknowledgement_counts_once_and_only_in_its_own_session() {
    let app = App::start(broker()).await;
    let mut consumer = app.connect().await;
    consumer
        .consume("0", "/queue/work", "ack:client-individual\n")
        .await;
    let mut other = app.connect().await;
    other.send_to("/queue/work", "x").await;
    let message = consumer.frame().await;
    let ack = format!("ACK\nid:{}\n\n\0", message.header("ack").unwrap());
    other.send(ack.clone()).await;
    assert_eq!(
        other.error().await.header("error-code"),
        Some("unknown-ack")
    );
    consumer.answer("ACK", &message).await;
    consumer.send(ack).await;
    assert_eq!(
        consumer.error().await.header("error-code"),
        Some("unknown-ack")
    );
}

#[tokio::test]
async fn a_02_a_03_earlier_versions_acknowledge_by_message_id() {
    let app = App::start(broker()).await;
    for (version, subscription) in [("1.0", ""), ("1.1", "subscription:0\n")] {
        let mut consumer = app.open().await;
        consumer
            .send(format!(
                "CONNECT\naccept-version:{version}\nhost:test\n\n\0"
            ))
            .await;
        assert_eq!(consumer.frame().await.command, "CONNECTED");
        consumer.consume("0", "/queue/work", "ack:client\n").await;
        let mut sender = app.connect().await;
        sender.send_to("/queue/work", "x").await;
        let message = consumer.frame().await;
        assert_eq!(message.header("ack"), None);
        let id = message.header("message-id").unwrap();
        consumer
            .confirmed(&format!("ACK\nmessage-id:{id}\n{subscription}"))
            .await;
        consumer.confirmed("DISCONNECT\n").await;
        let mut next = app.connect().await;
        next.subscribe("0", "/queue/work").await;
        next.nothing_before_receipt().await;
    }
}

#[tokio::test]
async fn a_01_a_02_a_03_an_acknowledgement_names_what_its_version_says() {
    let app = App::start(broker()).await;
    for (version, frame, code) in [
        (
            "1.2",
            "ACK\nmessage-id:1\nsubscription:0\n",
            "missing-header",
        ),
        ("1.2", "ACK\nid:\n", "missing-header"),
        ("1.1", "ACK\nmessage-id:1\n", "missing-header"),
        ("1.1", "NACK\nsubscription:1\n", "missing-header"),
        ("1.0", "ACK\nid:1\n", "missing-header"),
        ("1.0", "NACK\nmessage-id:1\n", "unknown-command"),
    ] {
        let mut client = app.open().await;
        client
            .send(format!(
                "CONNECT\naccept-version:{version}\nhost:test\n\n\0"
            ))
            .await;
        assert_eq!(client.frame().await.command, "CONNECTED");
        client.send(format!("{frame}\n\0")).await;
        let error = client.error().await;
        assert_eq!(error.header("error-code"), Some(code), "{version} {frame}");
    }
}

#[tokio::test]
async fn a_topic_can_be_acknowledged_and_each_subscriber_has_its_own_window() {
    for app in both().await {
        let (mut slow, mut fast) = (app.connect().await, app.connect().await);
        slow.consume(
            "0",
            "/topic/news",
            "ack:client-individual\nprefetch-count:1\n",
        )
        .await;
        fast.consume("0", "/topic/news", "").await;
        let mut sender = app.connect().await;
        for number in 0..3 {
            sender.send_to("/topic/news", &number.to_string()).await;
        }
        for number in 0..3 {
            assert_eq!(fast.body().await, number.to_string());
        }
        for number in 0..3 {
            let message = slow.frame().await;
            assert_eq!(message.text(), number.to_string());
            slow.nothing_before_receipt().await;
            let id = message.header("ack").unwrap();
            slow.send(format!("ACK\nid:{id}\n\n\0")).await;
        }
        slow.nothing_before_receipt().await;
    }
}

#[tokio::test]
async fn a_13_who_does_not_acknowledge_a_topic_is_a_slow_consumer_in_the_end() {
    let mut limits = Limits::default();
    limits.outbox.max_frames = 4;
    for builder in [broker(), intercepted()] {
        let app = App::start(builder.limits(limits)).await;
        let mut consumer = app.connect().await;
        consumer
            .consume("0", "/topic/news", "ack:client\nprefetch-count:1\n")
            .await;
        let mut sender = app.connect().await;
        for number in 0..6 {
            sender.send_to("/topic/news", &number.to_string()).await;
        }
        assert_eq!(consumer.body().await, "0");
        let error = consumer.error().await;
        assert_eq!(error.header("error-code"), Some("slow-consumer"));
    }
}
