//! What a client says and hears while all is well, whichever server it talks to.

use stompframe::Payload;
use stompframe::client::{ClientError, Incoming};
use stompframe::message::AckMode;

use crate::server::{Server, body, next};

/// Runs each of these against every server.
macro_rules! against_every_server {
    ($($name:ident),* $(,)?) => {
        mod own {
            $(#[tokio::test] async fn $name() { super::$name(super::Server::own().await).await })*
        }
        mod rabbitmq {
            $(#[tokio::test] #[ignore = "tests/brokers/run starts the broker"]
            async fn $name() { super::$name(super::Server::of("RABBITMQ").await).await })*
        }
        mod activemq {
            $(#[tokio::test] #[ignore = "tests/brokers/run starts the broker"]
            async fn $name() { super::$name(super::Server::of("ACTIVEMQ").await).await })*
        }
    };
}
pub(crate) use against_every_server;

against_every_server!(
    a_subscription_hears_what_is_sent_afterwards,
    headers_and_bodies_arrive_as_they_were_sent,
    a_queue_gives_each_message_to_one,
    what_is_not_acknowledged_comes_again,
    a_refused_message_is_not_lost_with_its_window,
    a_transaction_takes_effect_as_a_whole,
    an_aborted_transaction_takes_none,
    a_subscription_that_has_ended_hears_nothing,
    many_receipts_can_be_on_their_way,
    after_close_all_is_over,
    two_subscriptions_cannot_have_one_id,
);

async fn a_subscription_hears_what_is_sent_afterwards(server: Server) {
    let (one, other) = (server.connect().await, server.connect().await);
    let mut hears = one.subscribe(server.topic()).await.unwrap();
    let mut hears_too = other.subscribe(server.topic()).await.unwrap();
    for number in 0..20 {
        let sending = other.send(server.topic(), number.to_string());
        sending.confirmed().await.unwrap();
    }
    for number in 0..20 {
        assert_eq!(body(&mut hears).await, number.to_string());
        assert_eq!(body(&mut hears_too).await, number.to_string());
    }
}

async fn headers_and_bodies_arrive_as_they_were_sent(server: Server) {
    let client = server.connect().await;
    let mut hears = client.subscribe(server.topic()).await.unwrap();
    let sent = vec!["with:colon", "back\\slash", "line\nend", "ünïcode"];
    let mut sending = client.send(server.topic(), Payload(&sent));
    for (number, value) in sent.iter().enumerate() {
        sending = sending.header(format!("h{number}"), *value);
    }
    sending.await.unwrap();
    let Incoming::Message(message) = next(&mut hears).await else {
        panic!("a message comes");
    };
    assert_eq!(message.destination(), server.topic());
    assert_eq!(message.header("content-type"), Some("application/json"));
    assert!(!message.message_id().is_empty());
    for (number, value) in sent.iter().enumerate() {
        assert_eq!(message.header(&format!("h{number}")), Some(*value));
    }
    assert_eq!(message.json::<Vec<String>>().unwrap(), sent);

    let bytes = vec![0, 1, 255, b'\n', 0];
    client.send(server.topic(), bytes.clone()).await.unwrap();
    let Incoming::Message(message) = next(&mut hears).await else {
        panic!("a message comes");
    };
    assert_eq!(message.body(), &bytes);
    assert!(message.text().is_err());
}

async fn a_queue_gives_each_message_to_one(server: Server) {
    let client = server.connect().await;
    let mut first = client.subscribe(server.queue()).await.unwrap();
    let mut second = client.subscribe(server.queue()).await.unwrap();
    for number in 0..10 {
        let sending = client.send(server.queue(), number.to_string());
        sending.confirmed().await.unwrap();
    }
    let mut all = Vec::new();
    for _ in 0..10 {
        let body = tokio::select! {
            body = body(&mut first) => body,
            body = body(&mut second) => body,
        };
        all.push(body.parse::<u32>().unwrap());
    }
    all.sort_unstable();
    assert_eq!(all, (0..10).collect::<Vec<_>>());
}

async fn what_is_not_acknowledged_comes_again(server: Server) {
    let client = server.connect().await;
    let individual = AckMode::ClientIndividual;
    let mut first = client
        .subscribe(server.queue())
        .ack(individual)
        .await
        .unwrap();
    for text in ["one", "two"] {
        let sending = client.send(server.queue(), text);
        sending.confirmed().await.unwrap();
    }
    let (Incoming::Message(one), Incoming::Message(two)) =
        (next(&mut first).await, next(&mut first).await)
    else {
        panic!("two messages come");
    };
    one.ack().await.unwrap();
    assert_eq!(two.text(), Ok("two"));
    // What is not acknowledged when the client goes is for somebody else.
    client.close().await.unwrap();
    let error = two.ack().await.unwrap_err();
    assert!(matches!(error, ClientError::Lost(_)), "{error}");
    let client = server.connect().await;
    let mut second = client
        .subscribe(server.queue())
        .ack(individual)
        .await
        .unwrap();
    let Incoming::Message(again) = next(&mut second).await else {
        panic!("a message comes");
    };
    assert_eq!(again.text(), Ok("two"));
    again.ack().await.unwrap();
    client.close().await.unwrap();
}

async fn a_refused_message_is_not_lost_with_its_window(server: Server) {
    let client = server.connect().await;
    let mode = AckMode::ClientIndividual;
    let mut consumer = client
        .subscribe(server.queue())
        .ack(mode)
        .header("prefetch-count", "1")
        .header("activemq.prefetchSize", "1")
        .await
        .unwrap();
    for text in ["one", "two"] {
        client.send(server.queue(), text).confirmed().await.unwrap();
    }
    let Incoming::Message(one) = next(&mut consumer).await else {
        panic!("a message comes");
    };
    one.nack().await.unwrap();
    // One broker gives it again, and another takes it for dead; the next one comes in any case.
    loop {
        let Incoming::Message(message) = next(&mut consumer).await else {
            panic!("a message comes");
        };
        message.ack().await.unwrap();
        if message.text() == Ok("two") {
            return;
        }
    }
}

async fn a_transaction_takes_effect_as_a_whole(server: Server) {
    let client = server.connect().await;
    let mut hears = client.subscribe(server.topic()).await.unwrap();
    let transaction = client.begin().await.unwrap();
    for text in ["one", "two"] {
        transaction.send(server.topic(), text).await.unwrap();
    }
    let sending = client.send(server.topic(), "before both");
    sending.confirmed().await.unwrap();
    transaction.commit().await.unwrap();
    for text in ["before both", "one", "two"] {
        assert_eq!(body(&mut hears).await, text);
    }
}

async fn an_aborted_transaction_takes_none(server: Server) {
    let client = server.connect().await;
    let mut hears = client.subscribe(server.topic()).await.unwrap();
    let transaction = client.begin().await.unwrap();
    transaction.send(server.topic(), "never").await.unwrap();
    transaction.abort().await.unwrap();
    let transaction = client.begin().await.unwrap();
    transaction.send(server.topic(), "never").await.unwrap();
    drop(transaction);
    client.send(server.topic(), "after").await.unwrap();
    assert_eq!(body(&mut hears).await, "after");
}

async fn a_subscription_that_has_ended_hears_nothing(server: Server) {
    let client = server.connect().await;
    let (ended, dropped) = (
        client.subscribe(server.topic()).await.unwrap(),
        client.subscribe(server.topic()).await.unwrap(),
    );
    let mut lives = client.subscribe(server.topic()).await.unwrap();
    ended.unsubscribe().await.unwrap();
    drop(dropped);
    client.send(server.topic(), "hello").await.unwrap();
    // RabbitMQ 3.10 ends some connections that unsubscribe. Then the message may be lost, and that is said.
    while let Incoming::Gap = next(&mut lives).await {
        client.send(server.topic(), "hello").await.unwrap();
    }
}

async fn many_receipts_can_be_on_their_way(server: Server) {
    let client = server.connect().await;
    let mut confirmations = Vec::new();
    for _ in 0..500 {
        let sending = client.send(server.topic(), "x");
        confirmations.push(sending.with_receipt().await.unwrap());
    }
    for confirmation in confirmations {
        confirmation.await.unwrap();
    }
}

async fn after_close_all_is_over(server: Server) {
    let client = server.connect().await;
    let mut hears = client.subscribe(server.topic()).await.unwrap();
    client.close().await.unwrap();
    assert!(matches!(next(&mut hears).await, Incoming::Ended(_)));
    assert!(hears.message().await.is_none());
    let error = client.send(server.topic(), "x").await.unwrap_err();
    assert!(matches!(error, ClientError::Closed), "{error}");
}

async fn two_subscriptions_cannot_have_one_id(server: Server) {
    let client = server.connect().await;
    let first = client.subscribe(server.topic()).id("a").await.unwrap();
    let error = client.subscribe(server.topic()).id("a").await.unwrap_err();
    assert!(
        matches!(error, ClientError::DuplicateSubscription(_)),
        "{error}"
    );
    first.unsubscribe().await.unwrap();
    client.subscribe(server.topic()).id("a").await.unwrap();
}
