//! Subscriptions to patterns: all that matches, where the application opened them.

use stompframe::Limits;
use stompframe::broker::SimpleBroker;
use stompframe::prelude::*;

use crate::support::{App, messaging};

async fn app() -> App {
    App::start(
        Messaging::builder()
            .simple_broker(SimpleBroker::new(["/topic"]).wildcard_subscriptions())
            .accept_client_sends(["/topic"]),
    )
    .await
}

#[tokio::test]
async fn u_14_a_pattern_hears_all_that_matches_under_the_destination_it_was_sent_to() {
    let app = app().await;
    let mut client = app.connect().await;
    for (id, pattern) in [
        ("star", "/topic/rooms/*"),
        ("deep", "/topic/**"),
        ("one", "/topic/rooms/?"),
        ("name", "/topic/{kind}/7"),
        ("exact", "/topic/rooms/7"),
        ("other", "/topic/halls/*"),
    ] {
        client.subscribe(id, pattern).await;
    }
    client
        .send("SEND\ndestination:/topic/rooms/7\n\nhello\0")
        .await;
    let mut heard = Vec::new();
    for _ in 0..5 {
        let message = client.frame().await;
        assert_eq!(message.header("destination"), Some("/topic/rooms/7"));
        heard.push(message.header("subscription").unwrap().to_owned());
    }
    heard.sort_unstable();
    assert_eq!(heard, ["deep", "exact", "name", "one", "star"]);
    client.nothing_before_receipt().await;

    client.confirmed("UNSUBSCRIBE\nid:deep\n").await;
    client
        .send("SEND\ndestination:/topic/rooms/10\n\nhello\0")
        .await;
    assert_eq!(client.frame().await.header("subscription"), Some("star"));
    client.nothing_before_receipt().await;
}

#[tokio::test]
async fn when_a_session_ends_its_patterns_are_gone() {
    let app = app().await;
    let mut first = app.connect().await;
    first.subscribe("0", "/topic/**").await;
    first.close().await;
    let mut second = app.connect().await;
    second.subscribe("0", "/topic/**").await;
    second.send("SEND\ndestination:/topic/a\n\nhello\0").await;
    assert_eq!(second.frame().await.body, b"hello");
    second.nothing_before_receipt().await;
}

#[tokio::test]
async fn wildcards_are_closed_unless_opened() {
    let app = App::start(messaging()).await;
    for destination in ["/topic/*", "/topic/**", "/topic/a?", "/topic/{x}"] {
        let mut client = app.connect().await;
        client
            .send(format!(
                "SUBSCRIBE\nid:0\ndestination:{destination}\nreceipt:r\n\n\0"
            ))
            .await;
        let error = client.error().await;
        assert_eq!(error.header("error-code"), Some("denied"), "{destination}");
        assert_eq!(error.header("receipt-id"), Some("r"));
    }
}

#[tokio::test]
async fn what_is_no_pattern_is_told_so() {
    let app = app().await;
    for (destination, word) in [
        ("/topic/{a\\c[0-9]+}", "no regex"),
        ("/topic//*", "empty segment"),
        ("/topic/{a}{b}", "between them"),
    ] {
        let mut client = app.connect().await;
        client
            .send(format!(
                "SUBSCRIBE\nid:0\ndestination:{destination}\nreceipt:r\n\n\0"
            ))
            .await;
        let error = client.error().await;
        assert_eq!(error.header("error-code"), Some("bad-destination"));
        assert!(error.text().contains(word), "{error:?}");
    }
}

#[tokio::test]
async fn a_session_may_have_so_many_patterns() {
    let mut limits = Limits::default();
    limits.broker.max_wildcard_subscriptions = 2;
    let app = App::start(
        Messaging::builder()
            .simple_broker(SimpleBroker::new(["/topic"]).wildcard_subscriptions())
            .limits(limits),
    )
    .await;
    let mut client = app.connect().await;
    client.subscribe("a", "/topic/a/*").await;
    client.subscribe("b", "/topic/b/*").await;
    client.subscribe("exact", "/topic/c").await;
    client.confirmed("UNSUBSCRIBE\nid:a\n").await;
    client.subscribe("a", "/topic/a/*").await;
    client
        .send("SUBSCRIBE\nid:c\ndestination:/topic/c/*\nreceipt:r\n\n\0")
        .await;
    let error = client.error().await;
    assert_eq!(error.header("error-code"), Some("too-many-subscriptions"));
}
