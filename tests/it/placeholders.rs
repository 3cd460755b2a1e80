//! Destinations that the configuration completes.

use stompframe::prelude::*;
use stompframe::{MessagingBuilder, message, subscription};

use crate::support::{App, messaging};

#[message_mapping("${chat.path}/{room}/say", "/old/{room}")]
#[send_to("/topic/${chat.topic:said}/{room}")]
async fn say(room: u64, text: String) -> String {
    format!("{text} in {room}")
}

struct Votes;

#[controller("${votes.path:/votes}")]
#[send_to_user("/queue/${votes.queue}", broadcast = false)]
impl Votes {
    #[message_mapping("/{number:${votes.number:[0-9]+}}")]
    async fn vote(&self, number: u8) -> String {
        format!("voted {number}")
    }

    #[message_mapping("/fail")]
    async fn fail(&self) -> Result<(), std::fmt::Error> {
        Err(std::fmt::Error)
    }

    #[message_exception_handler]
    #[send_to_user("/queue/${votes.queue}")]
    async fn failed(&self, error: &std::fmt::Error) -> String {
        let _ = error;
        "failed".to_owned()
    }
}

fn builder() -> MessagingBuilder {
    messaging()
        .handler::<say>()
        .controller(Votes)
        .route(
            message("/${greeting.word}/{name}").send_to("/topic/${greeting.word}"),
            async |Variables(name): Variables<String>| name,
        )
        .route(subscription("${rooms:/rooms}"), async || "lobby")
}

#[tokio::test]
async fn properties_and_defaults_complete_destinations() {
    let app = App::start(
        builder()
            .property("chat.path", "/chat")
            .property("votes.queue", "votes")
            .property("greeting.word", "hello")
            .property("rooms", "/all/*"),
    )
    .await;
    let mut client = app.connect().await;
    client.subscribe("said", "/topic/said/7").await;
    client.subscribe("hello", "/topic/hello").await;
    client.subscribe("votes", "/user/queue/votes").await;
    for (destination, subscription, text) in [
        ("/app/chat/7/say", "said", "hi in 7"),
        ("/app/old/7", "said", "hi in 7"),
        ("/app/votes/3", "votes", "voted 3"),
        ("/app/votes/fail", "votes", "failed"),
        ("/app/hello/ann", "hello", "ann"),
    ] {
        client
            .send(format!("SEND\ndestination:{destination}\n\nhi\0"))
            .await;
        let message = client.frame().await;
        assert_eq!(message.text(), text);
        assert_eq!(message.header("subscription"), Some(subscription));
    }
    client
        .send("SUBSCRIBE\nid:r\ndestination:/app/all/rooms\n\n\0")
        .await;
    assert_eq!(client.frame().await.text(), "lobby");
}

#[tokio::test]
async fn a_property_is_stronger_than_a_default() {
    let app = App::start(
        builder()
            .property("chat.path", "")
            .property("chat.topic", "heard")
            .property("votes.path", "/ballot")
            .property("votes.queue", "votes")
            .property("votes.number", "[1-9]")
            .property("greeting.word", "hello"),
    )
    .await;
    let mut client = app.connect().await;
    client.subscribe("heard", "/topic/heard/7").await;
    client.subscribe("votes", "/user/queue/votes").await;
    client.subscribe("errors", "/user/queue/errors").await;
    for (destination, text) in [
        ("/app/7/say", "hi in 7"),
        ("/app/ballot/3", "voted 3"),
        ("/app/ballot/fail", "failed"),
    ] {
        client
            .send(format!("SEND\ndestination:{destination}\n\nhi\0"))
            .await;
        assert_eq!(client.frame().await.text(), text);
    }
    for nowhere in ["/app/votes/3", "/app/ballot/33"] {
        client
            .send(format!("SEND\ndestination:{nowhere}\nreceipt:r\n\n\0"))
            .await;
        let told = client.frame().await;
        assert_eq!(told.header("error-code"), Some("no-route"), "{nowhere}");
    }
}

/// Each with its place, beside all the other problems.
#[test]
fn a_placeholder_without_a_value_is_a_problem_at_start_up() {
    let error = builder()
        .property("greeting.word", "hello")
        .property("greeting.word", "good day")
        .route(message("/a").send_to("/nowhere/a"), async || "a")
        .route(message("/b/${c d}"), async || ())
        .route(message("${rooms:rooms}/x"), async || ())
        .build()
        .unwrap_err();
    let said_twice = "`.property(\"greeting.word\", ..)` was said twice";
    let controller = "Votes::failed (tests/it/placeholders.rs:";
    let expected = [
        said_twice,
        "placeholders::say (tests/it/placeholders.rs:10): nobody gave a value for `${chat.path}` in \
         \"${chat.path}/{room}/say\": add `.property(\"chat.path\", ..)`",
        controller,
        "Votes::vote (tests/it/placeholders.rs:",
        "Votes::fail (tests/it/placeholders.rs:",
        "\"/nowhere/a\", which no broker prefix covers",
        "`${c d}` in \"/b/${c d}\" is no placeholder",
        "a destination starts with `/`: write \"/rooms/x\"",
    ];
    let text = error.to_string();
    for problem in expected {
        assert!(text.contains(problem), "{problem}\nin\n{text}");
    }
    assert_eq!(error.problems().len(), expected.len(), "{text}");
}

/// What a value brings in is checked as if it had been written there.
#[test]
fn a_value_is_part_of_the_pattern() {
    let error = messaging()
        .handler::<say>()
        .property("chat.path", "/{house}")
        .property("chat.topic", "*")
        .build()
        .unwrap_err();
    let text = error.to_string();
    assert!(text.contains("cannot have wildcards"), "{text}");

    let error = messaging()
        .handler::<say>()
        .property("chat.path", "/{house}")
        .build()
        .unwrap_err();
    let text = error.to_string();
    assert!(text.contains("has more than the first one"), "{text}");
}
