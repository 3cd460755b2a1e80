//! What the attributes promise, seen by a client.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use stompframe::extract::{Destination, Headers};
use stompframe::prelude::*;
use stompframe::session::SessionId;

use crate::support::{App, Client, messaging};

#[message_mapping("/default/{word}")]
async fn default_destination(word: String) -> String {
    word
}

// Above the mapping, where it is expanded first.
#[send_to("/topic/one", "/topic/two/{word}")]
#[message_mapping("/several/{word}")]
async fn several(word: String) -> Payload<String> {
    Payload(word)
}

#[message_mapping("/room.{id}.json")]
async fn within_a_segment(id: u64) -> Payload<u64> {
    Payload(id)
}

#[message_mapping("/best/{any}")]
#[send_to("/topic/best")]
async fn any(any: String) -> String {
    format!("any {any}")
}

#[message_mapping("/best/match")]
#[send_to("/topic/best")]
async fn exact() -> &'static str {
    "exact"
}

#[message_mapping("/nothing")]
#[send_to("/topic/nothing")]
async fn nothing() -> Option<String> {
    None
}

#[message_mapping("/either/{first}/{second}", "/or/{second}.{first}")]
#[send_to("/topic/{first}")]
async fn either(second: u8, first: String) -> String {
    format!("{first} {second}")
}

#[message_mapping("/deep/**/{id:[0-9]+}")]
#[send_to("/topic/deep")]
async fn deep(id: u32) -> Payload<u32> {
    Payload(id)
}

#[message_mapping("/deep/**")]
#[send_to("/topic/deep")]
async fn deeper(Destination(destination): Destination) -> String {
    destination
}

struct Counter(AtomicU32);

#[message_mapping("/everything/{type}")]
#[send_to("/topic/everything")]
#[allow(clippy::too_many_arguments, reason = "it is about all of them")]
async fn everything(
    r#type: String,
    Destination(destination): Destination,
    headers: Headers,
    session: Arc<Session>,
    message: Message,
    State(counter): State<Counter>,
    missing: Option<State<String>>,
    broken: Result<Payload<u32>, HandlerError>,
) -> Payload<serde_json::Value> {
    let session: &SessionId = session.id();
    Payload(serde_json::json!({
        "type": r#type,
        "destination": destination,
        "colour": headers.get("colour"),
        "session": session.as_str().len(),
        "bytes": message.payload().len(),
        "count": counter.0.fetch_add(1, Ordering::Relaxed),
        "missing": missing.is_none(),
        "broken": broken.unwrap_err().code().as_str(),
    }))
}

#[subscribe_mapping("/once/{word}")]
async fn once(word: String) -> String {
    word
}

#[subscribe_mapping("/announce")]
#[send_to("/topic/announced")]
async fn announce() -> &'static str {
    "somebody subscribed"
}

struct Greeter {
    word: &'static str,
}

#[controller("/greet/{language}")]
impl Greeter {
    #[message_mapping("/{name}")]
    #[send_to("/topic/greetings/{language}")]
    async fn greet(&self, name: String, language: String) -> String {
        let _ = language;
        self.not_mapped(&name)
    }

    #[subscribe_mapping("/word")]
    async fn word(&self, language: String) -> String {
        format!("{language}: {}", self.word)
    }

    fn not_mapped(&self, name: &str) -> String {
        format!("{} {name}", self.word)
    }
}

async fn app() -> (App, Client) {
    let builder = messaging()
        .scan(module_path!())
        // What has been found already is not registered a second time.
        .handler::<exact>()
        .controller(Greeter { word: "Hello" })
        .state(Counter(AtomicU32::new(7)));
    let app = App::start(builder).await;
    let client = app.connect().await;
    (app, client)
}

#[tokio::test]
async fn a_result_goes_to_topic_and_the_path_unless_told_otherwise() {
    let (_app, mut client) = app().await;
    client.subscribe("0", "/topic/default/hi").await;
    client.send("SEND\ndestination:/app/default/hi\n\n\0").await;
    let message = client.frame().await;
    assert_eq!(message.text(), "hi");
    assert_eq!(
        message.header("content-type"),
        Some("text/plain;charset=UTF-8")
    );
}

#[tokio::test]
async fn a_result_goes_to_each_destination_of_send_to() {
    let (_app, mut client) = app().await;
    client.subscribe("0", "/topic/one").await;
    client.subscribe("1", "/topic/two/x").await;
    client.send("SEND\ndestination:/app/several/x\n\n\0").await;
    for id in ["0", "1"] {
        let message = client.frame().await;
        assert_eq!(
            (message.header("subscription"), message.text()),
            (Some(id), "\"x\"")
        );
    }
}

#[tokio::test]
async fn a_variable_may_be_part_of_a_segment() {
    let (_app, mut client) = app().await;
    client.subscribe("0", "/topic/room.7.json").await;
    client
        .send("SEND\ndestination:/app/room.7.json\n\n\0")
        .await;
    assert_eq!(client.frame().await.json(), 7);
}

#[tokio::test]
async fn the_most_specific_mapping_gets_the_message() {
    let (_app, mut client) = app().await;
    client.subscribe("0", "/topic/best").await;
    for (path, answer) in [("match", "exact"), ("other", "any other")] {
        client
            .send(format!("SEND\ndestination:/app/best/{path}\n\n\0"))
            .await;
        assert_eq!(client.frame().await.text(), answer);
    }
}

#[tokio::test]
async fn several_destinations_have_one_handler() {
    let (_app, mut client) = app().await;
    client.subscribe("0", "/topic/ann").await;
    for path in ["either/ann/7", "or/7.ann"] {
        client
            .send(format!("SEND\ndestination:/app/{path}\n\n\0"))
            .await;
        assert_eq!(client.frame().await.text(), "ann 7", "{path}");
    }
}

#[tokio::test]
async fn patterns_are_those_of_ant() {
    let (_app, mut client) = app().await;
    client.subscribe("0", "/topic/deep").await;
    for (path, answer) in [
        ("/app/deep/7", "7"),
        ("/app/deep/a/b/42", "42"),
        ("/app/deep/a/b/c", "/app/deep/a/b/c"),
        ("/app/deep", "/app/deep"),
    ] {
        client.send(format!("SEND\ndestination:{path}\n\n\0")).await;
        assert_eq!(client.frame().await.text(), answer, "{path}");
    }
}

#[message_mapping("/red.{shade}")]
async fn red(shade: String) -> String {
    shade
}

#[tokio::test]
async fn a_dot_can_stand_between_segments() {
    let app = App::start(messaging().destination_separator('.').handler::<red>()).await;
    let mut client = app.connect().await;
    client.subscribe("0", "/topic/red.dark").await;
    client.send("SEND\ndestination:/app/red.dark\n\n\0").await;
    assert_eq!(client.frame().await.text(), "dark");
    client
        .send("SEND\ndestination:/app/red.dark.blue\nreceipt:r\n\n\0")
        .await;
    assert_eq!(client.error().await.header("error-code"), Some("no-route"));
}

#[tokio::test]
async fn no_result_sends_nothing() {
    let (_app, mut client) = app().await;
    client.subscribe("0", "/topic/nothing").await;
    client.confirmed("SEND\ndestination:/app/nothing\n").await;
}

#[tokio::test]
async fn a_handler_takes_whatever_it_names() {
    let (_app, mut client) = app().await;
    client.subscribe("0", "/topic/everything").await;
    client
        .send("SEND\ndestination:/app/everything/x\ncolour:blue\n\nbody\0")
        .await;
    assert_eq!(
        client.frame().await.json(),
        serde_json::json!({
            "type": "x",
            "destination": "/app/everything/x",
            "colour": "blue",
            "session": 32,
            "bytes": 4,
            "count": 7,
            "missing": true,
            "broken": "conversion",
        })
    );
}

#[tokio::test]
async fn a_subscribe_mapping_answers_once_and_straight() {
    let (app, mut client) = app().await;
    client
        .send("SUBSCRIBE\nid:7\ndestination:/app/once/hi\nreceipt:r\n\n\0")
        .await;
    let answer = client.frame().await;
    assert_eq!(
        (answer.header("subscription"), answer.text()),
        (Some("7"), "hi")
    );
    assert_eq!(answer.header("destination"), Some("/app/once/hi"));
    assert_eq!(client.frame().await.header("receipt-id"), Some("r"));
    // The broker has no part in it.
    let nobody = app.messaging.template().send("/app/once/hi", "x").await;
    assert_eq!(nobody.unwrap_err().code(), ErrorCode::NoRoute);
    client.confirmed("UNSUBSCRIBE\nid:7\n").await;
}

#[tokio::test]
async fn a_subscribe_mapping_with_send_to_goes_through_the_broker() {
    let (app, mut client) = app().await;
    client.subscribe("0", "/topic/announced").await;
    app.connect()
        .await
        .confirmed("SUBSCRIBE\nid:1\ndestination:/app/announce\n")
        .await;
    assert_eq!(client.frame().await.text(), "somebody subscribed");
}

#[tokio::test]
async fn a_controller_has_a_prefix_and_a_state_of_its_own() {
    let (_app, mut client) = app().await;
    client.subscribe("0", "/topic/greetings/en").await;
    client
        .send("SEND\ndestination:/app/greet/en/ann\n\n\0")
        .await;
    assert_eq!(client.frame().await.text(), "Hello ann");
    client
        .send("SUBSCRIBE\nid:1\ndestination:/app/greet/en/word\n\n\0")
        .await;
    assert_eq!(client.frame().await.text(), "en: Hello");
}

/// The attributes leave a function that a test can call.
#[tokio::test]
async fn an_annotated_function_is_still_a_function() {
    assert_eq!(default_destination("x".to_owned()).await, "x");
    assert_eq!(several("x".to_owned()).await, Payload("x".to_owned()));
}
