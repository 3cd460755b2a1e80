//! Replies that go on.

use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use stompframe::Limits;
use stompframe::handler::Stream;
use stompframe::prelude::*;
use tokio::sync::Notify;

use crate::support::{App, Client, messaging};

#[message_mapping("/countdown/{from}")]
#[send_to("/topic/countdown")]
async fn countdown(from: u32) -> Stream<impl stream::Stream<Item = Payload<u32>>> {
    Stream(stream::iter((0..=from).rev().map(Payload)))
}

#[message_mapping("/breaks")]
#[send_to("/topic/breaks")]
async fn breaks() -> Stream<impl stream::Stream<Item = Result<&'static str, std::io::Error>>> {
    Stream(stream::iter([
        Ok("one"),
        Err(std::io::Error::other("secret")),
        Ok("never"),
    ]))
}

#[message_exception_handler]
#[send_to_user("/queue/broken")]
async fn broken(error: &std::io::Error) -> &'static str {
    let _ = error;
    "it broke"
}

#[message_mapping("/elsewhere")]
async fn elsewhere() -> impl IntoReply {
    let items = Stream(stream::iter(["one", "two"]));
    ([("mood", "good")], SendTo("/topic/elsewhere"), items)
}

#[message_mapping("/nested")]
#[send_to("/topic/nested")]
async fn nested() -> impl IntoReply {
    let each = |number: u32| Stream(stream::iter([number, number + 1]).map(Payload));
    Messages([Stream(stream::iter([10, 20]).map(each))])
}

/// Says when a stream is let go of.
struct Gone(Arc<Notify>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

/// Goes on whenever somebody rings, and never ends by itself.
#[derive(Clone, Default)]
struct Bell {
    ring: Arc<Notify>,
    gone: Arc<Notify>,
}

#[subscribe_mapping("/bell")]
async fn bell(State(bell): State<Bell>) -> Stream<impl stream::Stream<Item = &'static str>> {
    let gone = Gone(bell.gone.clone());
    Stream(stream::unfold((bell, gone), |(bell, gone)| async {
        bell.ring.notified().await;
        Some(("ring", (bell, gone)))
    }))
}

async fn app() -> (App, Client, Bell) {
    let mut limits = Limits::default();
    limits.max_streams = 2;
    let bell = Bell::default();
    let builder = messaging()
        .scan(module_path!())
        .state(bell.clone())
        .limits(limits);
    let app = App::start(builder).await;
    let client = app.connect().await;
    (app, client, bell)
}

#[tokio::test]
async fn each_item_is_sent_in_its_order() {
    let (_app, mut client, _) = app().await;
    client.subscribe("0", "/topic/countdown").await;
    client
        .send("SEND\ndestination:/app/countdown/100\n\n\0")
        .await;
    for number in (0..=100).rev() {
        assert_eq!(client.frame().await.json(), number);
    }
    client.nothing_before_receipt().await;
}

#[tokio::test]
async fn what_stands_in_front_is_said_of_each_item() {
    let (_app, mut client, _) = app().await;
    client.subscribe("0", "/topic/elsewhere").await;
    client.send("SEND\ndestination:/app/elsewhere\n\n\0").await;
    for text in ["one", "two"] {
        let message = client.frame().await;
        assert_eq!(
            (message.text(), message.header("mood")),
            (text, Some("good"))
        );
    }
}

#[tokio::test]
async fn streams_within_streams_and_messages_lose_nothing() {
    let (_app, mut client, _) = app().await;
    client.subscribe("0", "/topic/nested").await;
    client.send("SEND\ndestination:/app/nested\n\n\0").await;
    for number in [10, 11, 20, 21] {
        assert_eq!(client.frame().await.json(), number);
    }
}

#[tokio::test]
async fn an_error_ends_it_and_finds_its_handler() {
    let (_app, mut client, _) = app().await;
    client.subscribe("0", "/topic/breaks").await;
    client.subscribe("1", "/user/queue/broken").await;
    client.send("SEND\ndestination:/app/breaks\n\n\0").await;
    assert_eq!(client.frame().await.text(), "one");
    assert_eq!(client.frame().await.text(), "it broke");
    client.nothing_before_receipt().await;
}

#[tokio::test]
async fn a_subscription_can_be_answered_on_and_on_until_it_ends() {
    let (_app, mut client, bell) = app().await;
    client.subscribe("0", "/app/bell").await;
    for _ in 0..3 {
        bell.ring.notify_one();
        let message = client.frame().await;
        assert_eq!(
            (message.header("subscription"), message.text()),
            (Some("0"), "ring")
        );
    }
    client.confirmed("UNSUBSCRIBE\nid:0\n").await;
    bell.ring.notify_one();
    bell.gone.notified().await;
    client.nothing_before_receipt().await;
}

#[tokio::test]
async fn it_ends_with_the_session() {
    let (_app, mut client, bell) = app().await;
    client.subscribe("0", "/app/bell").await;
    client.close().await;
    bell.gone.notified().await;
}

#[tokio::test]
async fn a_session_has_only_so_many() {
    let (_app, mut client, bell) = app().await;
    client.subscribe("0", "/app/bell").await;
    client.subscribe("1", "/app/bell").await;
    client
        .send("SUBSCRIBE\nid:2\ndestination:/app/bell\nreceipt:r\n\n\0")
        .await;
    assert_eq!(
        client.error().await.header("error-code"),
        Some("too-many-streams")
    );
    bell.gone.notified().await;
}
