//! Several nodes of one application: their users meet.

use std::time::Duration;

use stompframe::prelude::*;
use stompframe::test::TestApp;
use tokio::time::{Instant, sleep, timeout};

use crate::upstream::{Upstream, on_every_broker};

on_every_broker!(
    a_user_is_reached_wherever_the_sessions_are,
    nodes_know_who_is_where,
    a_user_is_kicked_everywhere,
    what_nodes_say_is_not_for_clients,
);

async fn node(upstream: &Upstream, name: &str) -> TestApp {
    let relay = upstream.relay().share_users(name).wildcard_subscriptions();
    let builder = Messaging::builder()
        .broker(relay)
        .accept_user_sends(["/queue/chat"]);
    upstream.app_with(builder).await
}

/// Two nodes that know of each other.
async fn two(upstream: &Upstream) -> (TestApp, TestApp) {
    let name = upstream.topic("").replace('/', "-");
    let (one, other) = (node(upstream, &name).await, node(upstream, &name).await);
    (one, other)
}

async fn until(what: &str, mut is_true: impl FnMut() -> bool) {
    let waiting = async {
        while !is_true() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(10), waiting).await.expect(what);
}

async fn a_user_is_reached_wherever_the_sessions_are(upstream: Upstream) {
    let (one, other) = two(&upstream).await;
    let (ann, bob) = (one.connect_as("ann").await, other.connect_as("bob").await);
    let ann_too = other.connect_as("ann").await;
    let (news, chat) = (
        ann.subscribe("/user/queue/news").await,
        ann.subscribe("/user/queue/chat").await,
    );
    let news_too = ann_too.subscribe("/user/queue/news").await;
    // To both of her sessions, from either node, and once each.
    for (number, app) in [(1, &one), (2, &other)] {
        let template = app.messaging().template();
        // She is here, so a node that has not heard that she is elsewhere, too, keeps it to itself.
        until_told_of(app, "ann").await;
        template
            .send_to_user("ann", "/queue/news", Payload(number))
            .await
            .unwrap();
        for news in [&news, &news_too] {
            let message = news.next_message().await;
            assert_eq!(message.json::<u32>(), number);
            assert_eq!(message.destination(), "/user/queue/news");
            assert_eq!(message.header("stompframe-node"), None);
        }
    }
    // From client to client.
    bob.send("/user/ann/queue/chat", "hello").await;
    assert_eq!(chat.expect_message::<String>().await, "hello");
    bob.send("/user/ann/queue/chat", "again").await;
    assert_eq!(chat.expect_message::<String>().await, "again");
    news.expect_nothing().await;
    // To nobody.
    bob.send("/user/carol/queue/chat", "hello").await;
}

/// Until this node knows that the user is on another, which so can hear it, too.
async fn until_told_of(app: &TestApp, user: &str) {
    let nodes = app.messaging().nodes().unwrap();
    until("it knows that the user is on the other", || {
        nodes.remote_users().iter().any(|one| one.name == user)
    })
    .await;
}

async fn nodes_know_who_is_where(upstream: Upstream) {
    let (one, other) = two(&upstream).await;
    let ann = one.connect_as("ann").await;
    ann.subscribe("/topic/rooms/7").await;
    one.connect().await; // nobody known
    let (here, there) = (
        one.messaging().nodes().unwrap(),
        other.messaging().nodes().unwrap(),
    );
    until("ann and her subscription are known", || {
        let users = there.remote_users();
        users.len() == 1 && users[0].subscriptions == ["/topic/rooms/7"]
    })
    .await;
    let user = there.remote_users().remove(0);
    assert_eq!((user.name.as_str(), user.node.as_str()), ("ann", here.id()));
    assert_eq!(user.sessions.len(), 1);
    assert!(there.is_online("ann") && here.is_online("ann") && !there.is_online("bob"));
    assert!(here.remote_users().is_empty());
    let since = Instant::now();
    ann.disconnect().await;
    until("she has left", || !there.is_online("ann")).await;
    assert!(since.elapsed() < Duration::from_secs(5));
}

async fn a_user_is_kicked_everywhere(upstream: Upstream) {
    let (one, other) = two(&upstream).await;
    let clients = [
        one.connect_as("ann").await,
        other.connect_as("ann").await,
        other.connect_as("ann").await,
    ];
    let bob = other.connect_as("bob").await;
    until_told_of(&one, "ann").await;
    let nodes = one.messaging().nodes().unwrap();
    nodes.kick("ann", "enough").await.unwrap();
    for client in &clients {
        let error = client.expect_error(ErrorCode::SessionEnded).await;
        assert_eq!(error.detail, "enough");
    }
    bob.expect_nothing().await;
}

async fn what_nodes_say_is_not_for_clients(upstream: Upstream) {
    let (one, other) = two(&upstream).await;
    let name = upstream.topic("").replace('/', "-");
    let system = format!("/topic/~-stompframe.{name}");
    let client = one.connect_as("ann").await;
    client.subscribe("/user/queue/errors").await;
    let error = client.try_subscribe(&system).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Denied);
    let error = client.try_send(&system, "x").await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Denied);
    if upstream.has_wildcards {
        let all = client.subscribe("/topic/**").await;
        // Of this they talk while it hears everything.
        client.subscribe("/user/queue/last").await;
        let nodes = other.messaging().nodes().unwrap();
        until("they have talked", || {
            let users = nodes.remote_users();
            let mut subscriptions = users.iter().flat_map(|user| &user.subscriptions);
            subscriptions.any(|to| to == "/user/queue/last")
        })
        .await;
        client.send(&upstream.topic("end"), "end").await;
        loop {
            let message = all.next_message().await;
            assert!(!message.destination().contains("stompframe"), "{message:?}");
            if message.destination() == upstream.topic("end") {
                return;
            }
        }
    }
}
