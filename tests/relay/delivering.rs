//! What works on the broker in memory works on every other.

use std::collections::BTreeSet;
use std::time::Duration;

use stompframe::channel::Verdict;
use stompframe::message::Audience;
use stompframe::prelude::*;
use stompframe::test::{TestApp, TestSubscription};
use tokio::time::timeout;

use crate::upstream::{Upstream, on_every_broker};

on_every_broker!(
    all_who_are_subscribed_get_it_in_order_on_every_node,
    many_clients_need_few_connections,
    destinations_arrive_as_they_were_written,
    headers_and_bodies_arrive_as_they_were_sent,
    a_queue_gives_each_message_to_one_and_keeps_it_for_who_comes,
    what_nobody_has_taken_is_for_another_node,
    who_leaves_hears_nothing_more,
    all_but_the_sender,
    interceptors_see_what_is_delivered,
    selectors_choose,
    wildcards_hear_what_they_match,
    the_template_and_handlers_publish,
    beside_the_broker_in_memory,
);

async fn all_who_are_subscribed_get_it_in_order_on_every_node(upstream: Upstream) {
    let nodes = [upstream.app().await, upstream.app().await];
    let topic = upstream.topic("a");
    let (mut clients, mut heard) = (Vec::new(), Vec::new());
    for node in &nodes {
        for _ in 0..3 {
            let client = node.connect().await;
            heard.push(client.subscribe(&topic).await);
            clients.push(client);
        }
    }
    for node in &nodes {
        let sender = node.connect().await;
        for number in 0..20 {
            sender.send(&topic, &number).await;
        }
        for hears in &heard {
            for number in 0..20 {
                assert_eq!(hears.expect_message::<u32>().await, number);
            }
        }
    }
}

async fn many_clients_need_few_connections(upstream: Upstream) {
    let app = upstream.app().await;
    let (mut clients, mut heard) = (Vec::new(), Vec::new());
    for number in 0..2_000 {
        let client = app.connect().await;
        let one_of_ten = upstream.topic(&(number % 10).to_string());
        client.subscribe(&one_of_ten).await;
        heard.push(client.subscribe(&upstream.topic("all")).await);
        clients.push(client);
    }
    app.connect().await.send(&upstream.topic("all"), "x").await;
    for hears in &heard {
        hears.expect_message::<String>().await;
    }
    assert!(upstream.connections() <= 10, "{}", upstream.connections());
}

async fn destinations_arrive_as_they_were_written(upstream: Upstream) {
    let nodes = [upstream.app().await, upstream.app().await];
    let client = nodes[0].connect().await;
    let sender = nodes[1].connect().await;
    let names = [
        "plain",
        "with/slashes/7",
        "with.dots",
        "with~tilde",
        "ünïcode",
        "a b",
        "a,b",
        "100%",
        "a/",
        "x//y",
        "%2F",
        "a>",
        "a#",
    ];
    for destination in names.map(|name| upstream.topic(name)) {
        let hears = client.subscribe(&destination).await;
        sender.send(&destination, "x").await;
        assert_eq!(hears.next_message().await.destination(), destination);
        client.expect_nothing().await;
    }
    let elsewhere = upstream.topic("with/dots");
    sender.send(&elsewhere, "for nobody").await;
    client.expect_nothing().await;
}

async fn headers_and_bodies_arrive_as_they_were_sent(upstream: Upstream) {
    let app = upstream.app().await;
    let client = app.connect().await;
    let hears = client.subscribe(&upstream.topic("a")).await;
    let mut message =
        Message::with_payload(upstream.topic("a"), vec![0_u8, 1, 255, b'\n', 0]).unwrap();
    for (name, value) in [("a", "with:colon\\ and\nline"), ("b", "ünïcode")] {
        message.headers_mut().set(name, value);
    }
    let template = app.messaging().template();
    template.send_message(message.clone()).await.unwrap();
    let received = hears.next_message().await;
    assert_eq!(received.body(), message.payload());
    for (name, value) in message.headers() {
        assert_eq!(received.header(name), Some(value), "{name}");
    }
    for own in ["ack", "redelivered", "persistent", "receipt"] {
        assert_eq!(received.header(own), None);
    }
}

async fn a_queue_gives_each_message_to_one_and_keeps_it_for_who_comes(upstream: Upstream) {
    let nodes = [upstream.app().await, upstream.app().await];
    let queue = upstream.queue("jobs");
    let sender = nodes[0].connect().await;
    for number in 0..10 {
        sender.send(&queue, &number).await;
    }
    let clients = [
        nodes[1].connect().await,
        nodes[1].connect().await,
        nodes[0].connect().await,
    ];
    let first = clients[0].subscribe(&queue).await;
    for number in 0..10 {
        assert_eq!(first.expect_message::<u32>().await, number);
    }
    let second = clients[1].subscribe(&queue).await;
    let third = clients[2].subscribe(&queue).await;
    for number in 10..40 {
        sender.send(&queue, &number).await;
    }
    let mut all = BTreeSet::new();
    while all.len() < 30 {
        let number = tokio::select! {
            number = first.expect_message::<u32>() => number,
            number = second.expect_message::<u32>() => number,
            number = third.expect_message::<u32>() => number,
        };
        assert!(all.insert(number), "{number} came twice");
    }
    assert_eq!(all, (10..40).collect());
}

async fn what_nobody_has_taken_is_for_another_node(upstream: Upstream) {
    let (one, other) = (upstream.app().await, upstream.app().await);
    let queue = upstream.queue("jobs");
    for round in 0..3 {
        // Comes and goes: what is on its way meanwhile must not be stuck here.
        let consumer = one.connect().await;
        let consumes = consumer.subscribe(&queue).await;
        let sender = other.connect().await;
        let sending = async {
            for number in 0..50 {
                sender.send(&queue, &(round * 50 + number)).await;
            }
        };
        let mut taken = BTreeSet::new();
        let leaving = async {
            for _ in 0..5 {
                taken.insert(consumes.expect_message::<u32>().await);
            }
            // What is in its outbound queue by then is its own.
            consumes.unsubscribe().await;
        };
        tokio::join!(sending, leaving);
        let takes_the_rest = other.connect().await;
        let rest = takes_the_rest.subscribe(&queue).await;
        // What was in the first one's outbound queue when it left is its own; nothing is in between.
        taken.extend(all_of(&consumes).await);
        let left = all_of(&rest).await;
        rest.unsubscribe().await;
        assert!(left.is_disjoint(&taken), "round {round}");
        assert_eq!(left.len() + taken.len(), 50, "round {round}");
    }
}

/// What comes until nothing has come for a while.
async fn all_of(subscription: &TestSubscription) -> BTreeSet<u32> {
    let mut all = BTreeSet::new();
    let patience = Duration::from_secs(1);
    while let Ok(number) = timeout(patience, subscription.expect_message::<u32>()).await {
        assert!(all.insert(number), "{number} came twice");
    }
    all
}

async fn who_leaves_hears_nothing_more(upstream: Upstream) {
    let app = upstream.app().await;
    let topic = upstream.topic("a");
    let (stays, leaves) = (app.connect().await, app.connect().await);
    let hears = stays.subscribe(&topic).await;
    for _ in 0..3 {
        let left = leaves.subscribe(&topic).await;
        left.unsubscribe().await;
        stays.send(&topic, "x").await;
        hears.expect_message::<String>().await;
        leaves.expect_nothing().await;
    }
    // Also where nobody stays.
    hears.unsubscribe().await;
    let again = leaves.subscribe(&topic).await;
    stays.send(&topic, "y").await;
    assert_eq!(again.expect_message::<String>().await, "y");
}

async fn all_but_the_sender(upstream: Upstream) {
    let nodes = [upstream.app().await, upstream.app().await];
    let topic = upstream.topic("a");
    let (sender, other) = (nodes[0].connect().await, nodes[1].connect().await);
    let (hears, hears_too) = (
        sender.subscribe(&topic).await,
        other.subscribe(&topic).await,
    );
    let session = nodes[0].messaging().sessions().all().remove(0);
    let mut message = Message::with_payload(topic, Payload("hello")).unwrap();
    message.set_audience(Audience::EverybodyBut(session.id().as_str().into()));
    let template = nodes[0].messaging().template();
    template.send_message(message.clone()).await.unwrap();
    message.set_audience(Audience::Everybody);
    template.send_message(message).await.unwrap();
    for _ in 0..2 {
        hears_too.expect_message::<String>().await;
    }
    hears.expect_message::<String>().await;
    hears.expect_nothing().await;
}

async fn interceptors_see_what_is_delivered(upstream: Upstream) {
    let builder = Messaging::builder()
        .broker(upstream.relay())
        .client_outbound(|channel| {
            channel.intercept(|message, _| {
                message.headers_mut().set("seen", "yes");
                Verdict::Continue
            })
        });
    let app = upstream.app_with(builder).await;
    let client = app.connect().await;
    let topic = client.subscribe(&upstream.topic("a")).await;
    let queue = client.subscribe(&upstream.queue("a")).await;
    for number in 0..20 {
        client.send(&upstream.topic("a"), &number).await;
        client.send(&upstream.queue("a"), &number).await;
    }
    for number in 0..20 {
        for hears in [&topic, &queue] {
            let message = hears.next_message().await;
            assert_eq!(message.header("seen"), Some("yes"));
            assert_eq!(message.json::<u32>(), number);
        }
    }
}

async fn selectors_choose(upstream: Upstream) {
    let builder = Messaging::builder().broker(upstream.relay().selectors());
    let app = upstream.app_with(builder).await;
    let client = app.connect().await;
    let topic = upstream.topic("a");
    let red = client
        .subscribe_with(&topic, [("selector", "colour = 'red'")])
        .await;
    let all = client.subscribe(&topic).await;
    for colour in ["blue", "red"] {
        let mut message = Message::with_payload(topic.clone(), Payload(colour)).unwrap();
        message.headers_mut().set("colour", colour);
        let template = app.messaging().template();
        template.send_message(message).await.unwrap();
    }
    for colour in ["blue", "red"] {
        assert_eq!(all.expect_message::<String>().await, colour);
    }
    assert_eq!(red.expect_message::<String>().await, "red");
    red.expect_nothing().await;
}

async fn wildcards_hear_what_they_match(upstream: Upstream) {
    if !upstream.has_wildcards {
        return;
    }
    let builder = || Messaging::builder().broker(upstream.relay().wildcard_subscriptions());
    let nodes = [
        upstream.app_with(builder()).await,
        upstream.app_with(builder()).await,
    ];
    let (client, sender) = (nodes[0].connect().await, nodes[1].connect().await);
    let patterns = [
        "rooms/*",
        "rooms/**",
        "rooms/*/said",
        "rooms/r?",
        "**/said",
        "rooms/{x}/{y}",
    ];
    let published = [
        "rooms/r1",
        "rooms/12",
        "rooms/r.1",
        "rooms/r1/said",
        "rooms/r1/said/x",
        "else/said",
    ];
    for pattern in patterns {
        let subscription = client.subscribe(&upstream.topic(pattern)).await;
        for name in published {
            sender.send(&upstream.topic(name), name).await;
        }
        let matching: &[&str] = match pattern {
            "rooms/*" => &["rooms/r1", "rooms/12", "rooms/r.1"],
            "rooms/**" => &[
                "rooms/r1",
                "rooms/12",
                "rooms/r.1",
                "rooms/r1/said",
                "rooms/r1/said/x",
            ],
            "rooms/r?" => &["rooms/r1"],
            "rooms/*/said" | "rooms/{x}/{y}" => &["rooms/r1/said"],
            _ => &["rooms/r1/said", "else/said"],
        };
        for name in matching {
            let message = subscription.next_message().await;
            assert_eq!(
                (message.json::<String>().as_str(), message.destination()),
                (*name, upstream.topic(name).as_str()),
                "{pattern}"
            );
        }
        sender.send(&upstream.topic("rooms/r1/said"), "end").await;
        subscription.unsubscribe().await;
    }
}

#[message_mapping("/shout")]
#[send_to("/topic/shouted")]
async fn shout(body: String) -> String {
    body.to_uppercase()
}

async fn the_template_and_handlers_publish(upstream: Upstream) {
    let builder = || {
        Messaging::builder()
            .handler::<shout>()
            .application_prefix("/app")
            .broker(upstream.relay())
    };
    let nodes = [
        upstream.app_with(builder()).await,
        upstream.app_with(builder()).await,
    ];
    let (client, sender) = (nodes[0].connect().await, nodes[1].connect().await);
    let hears = client.subscribe("/topic/shouted").await;
    let word = upstream.topic("hello");
    sender.send_text("/app/shout", &word).await;
    // Other tests shout, too.
    while hears.expect_text().await != word.to_uppercase() {}
}

async fn beside_the_broker_in_memory(upstream: Upstream) {
    let builder = Messaging::builder()
        .broker(upstream.relay())
        .simple_broker(["/local"])
        .user_destination_prefix("/user");
    let app: TestApp = upstream.app_with(builder).await;
    let client = app.connect_as("ann").await;
    let here = client.subscribe("/local/a").await;
    let there = client.subscribe(&upstream.topic("a")).await;
    let own = client.subscribe("/user/queue/news").await;
    let template = app.messaging().template();
    template.send("/local/a", Payload(1)).await.unwrap();
    template
        .send(upstream.topic("a"), Payload(2))
        .await
        .unwrap();
    template
        .send_to_user("ann", "/queue/news", Payload(3))
        .await
        .unwrap();
    assert_eq!(here.expect_message::<u32>().await, 1);
    assert_eq!(there.expect_message::<u32>().await, 2);
    assert_eq!(own.expect_message::<u32>().await, 3);
}
