//! SUBSCRIBE and UNSUBSCRIBE, on a whole connection.

use stompframe::ErrorCode;
use stompframe::stomp::{Command, Frame};

use crate::kit::{app, connect, end, next};

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

/// 1000 times, while others come to the same destination and leave it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn u_08_whatever_anybody_sends_after_the_receipt_comes() {
    let app = app();
    let restless = app.connect().await;
    let coming_and_going = tokio::spawn(async move {
        loop {
            restless.subscribe("/topic/a").await.unsubscribe().await;
        }
    });
    let (listener, sender) = (app.connect().await, app.connect().await);
    for round in 0..1000 {
        let topic = listener.subscribe("/topic/a").await;
        sender.send_text("/topic/a", round.to_string()).await;
        assert_eq!(topic.expect_text().await, round.to_string());
        topic.unsubscribe().await;
    }
    coming_and_going.abort();
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
