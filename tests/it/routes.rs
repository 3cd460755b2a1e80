//! Handlers without attributes, seen by a client.

use std::collections::BTreeMap;

use serde::de::Error as _;
use stompframe::prelude::*;
use stompframe::{message, subscription};

use crate::support::{App, Client, messaging};

#[derive(Serialize, Deserialize)]
struct Say {
    text: String,
}

async fn say(Variables(room): Variables<u64>, Payload(say): Payload<Say>) -> Payload<Say> {
    let text = format!("{} in {room}", say.text);
    Payload(Say { text })
}

#[derive(Deserialize)]
struct Seat {
    row: char,
    number: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Colour {
    Red,
    Green,
}

/// A type with rules of its own.
struct Even(u32);

impl<'de> Deserialize<'de> for Even {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            even if even % 2 == 0 => Ok(Self(even)),
            odd => Err(D::Error::custom(format!("{odd} is odd"))),
        }
    }
}

async fn app() -> (App, Client) {
    let greeting = "Hello".to_owned();
    let seat = async |Variables(seat): Variables<Seat>| format!("{}{:?}", seat.row, seat.number);
    let pair =
        async |Variables((name, even)): Variables<(String, Even)>| format!("{name} {}", even.0);
    let colour = async |Variables(colour): Variables<Colour>| format!("{colour:?}");
    let all = async |Variables(all): Variables<BTreeMap<String, String>>| Payload(all);
    let list = async |Variables(list): Variables<Vec<u8>>| Payload(list);
    let builder = messaging()
        .route(message("/rooms/{room}").send_to("/topic/rooms/{room}"), say)
        .route(
            message("/greet/{name}").send_to("/topic/x"),
            move |Variables(name): Variables<String>| {
                let greeting = greeting.clone();
                async move { format!("{greeting} {name}") }
            },
        )
        .route(
            message("/seat/{row}-{number}")
                .or("/seat/{number}/{row}")
                .send_to("/topic/x"),
            seat,
        )
        .route(
            message("/pair/{name}/{even}")
                .or("/riap/{even}/{name}")
                .send_to("/topic/x"),
            pair,
        )
        .route(message("/colour/{colour}").send_to("/topic/x"), colour)
        .route(message("/all/{a}/{b}").send_to("/topic/x"), all)
        .route(message("/list/{a}/{b}/{c}").send_to("/topic/x"), list)
        .route(
            message("/three/{a}").send_to("/topic/x"),
            async |_: Variables<(u8, u8, u8)>| "never",
        )
        .route(
            message("/mine").send_to_session("/queue/mine"),
            async || "only you",
        )
        .route(message("/ours").send_to_user(None), async || "all of you")
        .route(subscription("/rooms"), async || {
            Payload(["lobby", "garden"])
        });
    let app = App::start(builder).await;
    let client = app.connect().await;
    (app, client)
}

#[tokio::test]
async fn a_function_is_routed_without_an_attribute() {
    let (_app, mut client) = app().await;
    client.subscribe("0", "/topic/rooms/7").await;
    client
        .send("SEND\ndestination:/app/rooms/7\n\n{\"text\":\"hi\"}\0")
        .await;
    assert_eq!(client.frame().await.json()["text"], "hi in 7");
}

#[tokio::test]
async fn variables_become_what_the_handler_asks_for() {
    let (_app, mut client) = app().await;
    client.subscribe("0", "/topic/x").await;
    for (path, answer) in [
        ("greet/ann", "Hello ann"),
        ("seat/C-12", "CSome(12)"),
        ("seat/12/C", "CSome(12)"),
        ("pair/ann/4", "ann 4"),
        ("riap/4/ann", "ann 4"),
        ("colour/red", "Red"),
        ("colour/green", "Green"),
        ("all/1/x", "{\"a\":\"1\",\"b\":\"x\"}"),
        ("list/1/2/3", "[1,2,3]"),
    ] {
        client
            .send(format!("SEND\ndestination:/app/{path}\n\n\0"))
            .await;
        assert_eq!(client.frame().await.text(), answer, "{path}");
    }
}

#[tokio::test]
async fn what_does_not_parse_is_a_bad_destination() {
    let (app, _) = app().await;
    for (path, detail) in [
        (
            "rooms/x",
            "destination variable `room`: invalid digit found in string",
        ),
        ("pair/ann/5", "destination variable `even`: 5 is odd"),
        (
            "seat/CC-5",
            "destination variable `row`: too many characters in string",
        ),
        (
            "colour/blue",
            "destination variable `colour`: unknown variant `blue`, expected `red` or `green`",
        ),
    ] {
        let mut client = app.connect().await;
        client
            .send(format!("SEND\ndestination:/app/{path}\nreceipt:r\n\n\0"))
            .await;
        let error = client.error().await;
        assert_eq!(
            error.header("error-code"),
            Some("bad-destination"),
            "{path}"
        );
        assert!(error.text().contains(detail), "{error:?}");
    }
}

/// The pattern has one variable and the handler wants three: no client can help that.
#[tokio::test]
async fn variables_that_the_pattern_does_not_have_are_no_fault_of_the_client() {
    let (_app, mut client) = app().await;
    client
        .send("SEND\ndestination:/app/three/1\nreceipt:r\n\n\0")
        .await;
    let error = client.error().await;
    assert_eq!(error.header("error-code"), Some("internal"));
    assert_eq!(error.header("message"), Some("Internal error"));
}

#[tokio::test]
async fn a_reply_goes_to_the_user_if_the_route_says_so() {
    let (_app, mut client) = app().await;
    client.subscribe("0", "/user/queue/mine").await;
    client.subscribe("1", "/user/queue/ours").await;
    for (path, answer) in [("mine", "only you"), ("ours", "all of you")] {
        client
            .send(format!("SEND\ndestination:/app/{path}\n\n\0"))
            .await;
        assert_eq!(client.frame().await.text(), answer);
    }
}

#[tokio::test]
async fn a_subscription_is_answered_without_an_attribute() {
    let (_app, mut client) = app().await;
    client
        .send("SUBSCRIBE\nid:7\ndestination:/app/rooms\n\n\0")
        .await;
    let answer = client.frame().await;
    assert_eq!(answer.header("subscription"), Some("7"));
    assert_eq!(answer.text(), "[\"lobby\",\"garden\"]");
}

#[test]
fn twelve_arguments_are_possible() {
    type D = Destination;
    #[allow(
        clippy::too_many_arguments,
        reason = "it is about the most there can be"
    )]
    async fn twelve(_: D, _: D, _: D, _: D, _: D, _: D, _: D, _: D, _: D, _: D, _: D, _: D) {}
    messaging()
        .route(message("/twelve"), twelve)
        .build()
        .unwrap();
}

/// What is wrong is found before it starts, and told with the place where `route` was called.
#[test]
fn a_route_is_checked_at_start_up() {
    struct Rooms;
    async fn stateful(_: State<Rooms>) {}
    let line = line!() + 2;
    let error = messaging()
        .route(message("/stateful"), stateful)
        .route(message("stateful"), async || ())
        .route(message("/a/{x}").or("/b/{y}"), async || ())
        .route(message("/c/{x}").or("/d/{x}/{y}"), async || ())
        .route(message("/e/{x}").send_to("/topic/{y}"), async || "y")
        .route(message("/f").send_to("/elsewhere"), async || "f")
        .build()
        .unwrap_err();
    let expected = [
        "State<",
        "a destination starts with `/`: write \"/stateful\"",
        "\"/b/{y}\" has no variable `x`",
        "\"/d/{x}/{y}\" has more than the first one",
        "`{y}` is no variable of the mapping",
        "\"/elsewhere\", which no broker prefix covers",
    ];
    assert_eq!(error.problems().len(), expected.len(), "{error}");
    for (problem, words) in error.problems().iter().zip(expected) {
        assert!(problem.contains(words), "{problem}");
    }
    let first = format!(
        "it::routes::a_route_is_checked_at_start_up::stateful ({}:{line})",
        file!()
    );
    assert!(error.problems()[0].starts_with(&first), "{error}");
}
