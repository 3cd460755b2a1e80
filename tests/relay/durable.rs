//! Durable subscriptions: what is published while their client is away, it gets when it comes back. Each
//! broker has its own headers for that, and each client a connection of its own.

use stompframe::prelude::*;
use stompframe::stomp::{Command, Frame, Headers};
use stompframe::test::{TestApp, TestClient, TestSubscription};

use crate::upstream::Upstream;

/// What a client says to have a durable subscription, and to have it no more.
struct Words {
    subscribe: &'static [(&'static str, &'static str)],
    forget: &'static [(&'static str, &'static str)],
}

#[tokio::test]
#[ignore = "tests/brokers/run starts the broker"]
async fn on_rabbitmq() {
    let words = Words {
        subscribe: &[("durable", "true"), ("auto-delete", "false")],
        forget: &[("durable", "true"), ("auto-delete", "false")],
    };
    it_gets_what_was_published_while_it_was_away("RABBITMQ", words).await;
}

#[tokio::test]
#[ignore = "tests/brokers/run starts the broker"]
async fn on_activemq() {
    let words = Words {
        subscribe: &[("activemq.subscriptionName", "news")],
        forget: &[("activemq.subscriptionName", "news")],
    };
    it_gets_what_was_published_while_it_was_away("ACTIVEMQ", words).await;
}

#[tokio::test]
#[ignore = "tests/brokers/run starts the broker"]
async fn on_artemis() {
    let words = Words {
        subscribe: &[("durable-subscription-name", "news")],
        forget: &[("durable-subscription-name", "news")],
    };
    it_gets_what_was_published_while_it_was_away("ARTEMIS", words).await;
}

async fn it_gets_what_was_published_while_it_was_away(variable: &str, words: Words) {
    let upstream = Upstream::of(variable).await;
    let relay = upstream.relay().per_session(|session, client| {
        let user = session.principal();
        let name = user.map_or_else(String::new, |user| user.name().to_owned());
        client.login("guest", "guest").header("client-id", name)
    });
    let app = upstream.app_with(Messaging::builder().broker(relay)).await;
    let topic = upstream.topic("news");
    // A name that no other test has.
    let ann = topic.replace('/', "-");

    let client = app.connect_as(&ann).await;
    let hears = subscribe(&client, &topic, &words).await;
    publish(&app, &topic, 0..3).await;
    take(&client, &hears, 0..3).await;
    client.disconnect().await;

    publish(&app, &topic, 3..6).await;
    let client = app.connect_as(&ann).await;
    let hears = subscribe(&client, &topic, &words).await;
    take(&client, &hears, 3..6).await;
    // Also where its connection is lost.
    client.lose().await;

    publish(&app, &topic, 6..9).await;
    let client = app.connect_as(&ann).await;
    let hears = subscribe(&client, &topic, &words).await;
    take(&client, &hears, 6..9).await;

    let mut forget = Frame::new(Command::Unsubscribe).with_header("id", hears.id().to_owned());
    for (name, value) in words.forget {
        forget.headers.push(*name, *value);
    }
    client.send_frame(forget).await;
    client.disconnect().await;
    publish(&app, &topic, 9..12).await;
    let client = app.connect_as(&ann).await;
    let hears = subscribe(&client, &topic, &words).await;
    publish(&app, &topic, 12..15).await;
    take(&client, &hears, 12..15).await;
}

async fn subscribe(client: &TestClient, topic: &str, words: &Words) -> TestSubscription {
    let mut headers = Headers::new();
    // Brokers find it again by it.
    headers.push("id", "news");
    // Else what is on its way to who leaves is taken for received.
    headers.push("ack", "client-individual");
    for (name, value) in words.subscribe {
        headers.push(*name, *value);
    }
    client.subscribe_with(topic, headers).await
}

async fn publish(app: &TestApp, topic: &str, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let mut message = Message::with_payload(topic.to_owned(), Payload(number)).unwrap();
        // ActiveMQ keeps no others for who is away.
        message.headers_mut().set("persistent", "true");
        let template = app.messaging().template();
        template.send_message(message).await.unwrap();
    }
}

async fn take(client: &TestClient, hears: &TestSubscription, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let message = hears.next_message().await;
        assert_eq!(message.json::<u32>(), number);
        let id = message.header("ack").unwrap().to_owned();
        let ack = Frame::new(Command::Ack).with_header("id", id);
        client.send_frame(ack).await;
    }
}
