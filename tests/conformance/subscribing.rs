//! SUBSCRIBE and UNSUBSCRIBE, on a whole connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use stompframe::ErrorCode;
use stompframe::broker::SimpleBroker;
use stompframe::channel::Verdict;
use stompframe::stomp::{Command, Frame};
use stompframe::test::TestApp;
use tokio::task::JoinHandle;

use crate::kit::{Notes, app, builder_with, connect, end, next};

#[tokio::test(start_paused = true)]
async fn u_01_u_02_a_subscribe_needs_a_destination_and_an_id() {
    let app = app();
    for version in ["1.0", "1.1", "1.2"] {
        for headers in [
            "id:0\n",
            "id:0\ndestination:\n",
            "id:\ndestination:/topic/a\n",
        ] {
            let client = connect(&app, version).await;
            client.send_bytes(format!("SUBSCRIBE\n{headers}\n\0"));
            end(&client, ErrorCode::MissingHeader).await;
        }
        let client = connect(&app, version).await;
        client.send_bytes("SUBSCRIBE\ndestination:/topic/a\nreceipt:r\n\n\0");
        if version == "1.0" {
            assert_eq!(next(&client).await.command, Command::Receipt);
        } else {
            end(&client, ErrorCode::MissingHeader).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn u_03_an_id_is_free_again_and_others_may_have_it() {
    let app = app();
    let (one, other) = (app.connect().await, app.connect().await);
    let a = one.subscribe_with("/topic/a", [("id", "0")]).await;
    let b = other.subscribe_with("/topic/b", [("id", "0")]).await;
    a.unsubscribe().await;
    let c = one.subscribe_with("/topic/c", [("id", "0")]).await;
    for topic in ["/topic/a", "/topic/b", "/topic/c"] {
        app.messaging().template().send(topic, topic).await.unwrap();
    }
    assert_eq!(c.expect_text().await, "/topic/c");
    assert_eq!(b.expect_text().await, "/topic/b");
    one.expect_nothing().await;
    // Taken twice, it ends the session; the first subscription lives until then.
    app.messaging()
        .template()
        .send("/topic/c", "last")
        .await
        .unwrap();
    one.send_bytes("SUBSCRIBE\nid:0\ndestination:/topic/d\n\n\0");
    assert_eq!(next(&one).await.body, "last");
    end(&one, ErrorCode::DuplicateSubscription).await;
}

/// What may be there already when somebody subscribes: others come and go all the time, at the same
/// topic and at patterns that match it, so it is empty, retiring or new at any moment.
fn restless(app: &TestApp, topics: [&str; 2], stop: &Arc<AtomicBool>) -> JoinHandle<()> {
    let (app, stop) = (app.clone(), Arc::clone(stop));
    let [one, other] = topics.map(str::to_owned);
    tokio::spawn(async move {
        let mut client = app.connect().await;
        for round in 0_u32.. {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            let destination = match round % 4 {
                0 => "/topic/*",
                1 => "/topic/**",
                2 => &one,
                _ => &other,
            };
            let subscription = client.subscribe(destination).await;
            // Most often it leaves in order; now and then its connection breaks.
            if round % 5 == 0 {
                client = app.connect().await;
            } else {
                subscription.unsubscribe().await;
            }
        }
    })
}

/// So many times: subscribes, has its receipt, and another client publishes.
async fn never_misses(app: TestApp, topic: &'static str, rounds: usize) {
    let (listener, sender) = (app.connect().await, app.connect().await);
    for round in 0..rounds {
        let destination = match round % 4 {
            0 => "/topic/*",
            1 => "/topic/**",
            _ => topic,
        };
        let subscription = listener.subscribe(destination).await;
        let body = format!("{topic} {round}");
        match round % 2 {
            0 => sender.send_text(topic, body.clone()).await,
            _ => {
                let template = app.messaging().template();
                template.send(topic, body.clone()).await.unwrap();
            }
        }
        // A pattern hears those of the others, too.
        while subscription.expect_text().await != body {}
        let id = subscription.id();
        listener.send_bytes(format!("UNSUBSCRIBE\nid:{id}\nreceipt:left\n\n\0"));
        while listener.next_frame().await.command != Command::Receipt {}
    }
}

/// 10,000 rounds of four clients on four threads.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn u_08_whatever_anybody_sends_after_the_receipt_comes() {
    let open = || {
        let broker = SimpleBroker::new(["/topic"]).wildcard_subscriptions();
        builder_with(broker, &Notes::default())
    };
    let plain = open();
    let intercepted = open().client_outbound(|channel| channel.intercept(|_, _| Verdict::Continue));
    for (builder, rounds) in [(plain, 2_000), (intercepted, 500)] {
        let app = TestApp::start(builder).patience(Duration::from_secs(20));
        let stop = Arc::new(AtomicBool::new(false));
        let topics @ [a, b, c, d] = ["/topic/a", "/topic/b", "/topic/c", "/topic/d"];
        let others = [[a, b], [c, d]].map(|topics| restless(&app, topics, &stop));
        let clients = topics.map(|topic| tokio::spawn(never_misses(app.clone(), topic, rounds)));
        for client in clients {
            client.await.unwrap();
        }
        stop.store(true, Ordering::Relaxed);
        for other in others {
            other.await.unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn u_09_a_selector_is_refused_rather_than_ignored() {
    let app = app();
    for version in ["1.0", "1.1", "1.2"] {
        let client = connect(&app, version).await;
        client.send_bytes("SUBSCRIBE\nid:0\ndestination:/topic/a\nselector:a = 1\n\n\0");
        let error = end(&client, ErrorCode::Unsupported).await;
        assert_eq!(error.body, "selectors are not supported");
    }
}

#[tokio::test(start_paused = true)]
async fn u_10_u_12_d_08_an_unsubscribe_needs_an_id_but_any_will_do() {
    let app = app();
    for version in ["1.0", "1.1", "1.2"] {
        let client = connect(&app, version).await;
        for _ in 0..2 {
            let unsubscribe = Frame::new(Command::Unsubscribe).with_header("id", "unknown");
            client.send_frame(unsubscribe).await;
        }
        let topic = client.subscribe("/topic/a").await;
        client.send_bytes("UNSUBSCRIBE\ndestination:/topic/a\n\n\0");
        if version == "1.0" {
            // Known by its id, it is not left by its destination.
            app.messaging()
                .template()
                .send("/topic/a", "x")
                .await
                .unwrap();
            assert_eq!(topic.expect_text().await, "x");
            client.send_bytes("UNSUBSCRIBE\n\n\0");
        }
        end(&client, ErrorCode::MissingHeader).await;
    }
}

#[tokio::test(start_paused = true)]
async fn u_13_each_subscription_has_its_own_message() {
    let app = app();
    let client = app.connect().await;
    let topics = [
        client.subscribe("/topic/a").await,
        client.subscribe("/topic/a").await,
    ];
    client.send_text("/topic/a", "x").await;
    for topic in &topics {
        let message = topic.next_message().await;
        assert_eq!(message.header("subscription"), Some(topic.id()));
        assert_eq!(message.destination(), "/topic/a");
    }
    topics[0].unsubscribe().await;
    client.send_text("/topic/a", "y").await;
    assert_eq!(topics[1].expect_text().await, "y");
    client.expect_nothing().await;
}
