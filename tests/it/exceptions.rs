//! What becomes of a handler's error.

use std::time::Duration;

use stompframe::prelude::*;
use stompframe::{Exception, Limits, exception, message};

use crate::support::{App, Client, messaging};

#[derive(Debug, thiserror::Error)]
#[error("the room is full")]
struct Full;

#[derive(Debug, thiserror::Error)]
#[error("something went wrong")]
struct Wrapped(#[source] Full);

#[derive(Debug, thiserror::Error)]
#[error("the room is closed")]
struct Closed;

#[derive(Debug, thiserror::Error)]
#[error("nobody takes this")]
struct Unheard;

struct Rooms;

#[controller("/rooms")]
impl Rooms {
    #[message_mapping("/{room}/{fate}")]
    async fn enter(&self, room: u32, fate: String) -> Result<(), HandlerError> {
        let _ = room;
        match fate.as_str() {
            "full" => Err(Full.into()),
            "wrapped" => Err(Wrapped(Full).into()),
            "closed" => Err(Closed.into()),
            "unheard" => Err(Unheard.into()),
            "panic" => panic!("secret"),
            "stuck" => std::future::pending().await,
            _ => Ok(()),
        }
    }

    /// Anywhere in the chain of causes, with arguments like any handler.
    #[message_exception_handler]
    #[send_to_user("/queue/refused", broadcast = false)]
    async fn full(&self, error: &Full, destination: Destination) -> String {
        format!("{error}: {}", destination.0)
    }

    /// By value, and to where errors go by default.
    #[message_exception_handler]
    async fn closed(&self, error: Closed) -> Payload<String> {
        Payload(error.to_string())
    }
}

mod global {
    use super::*;

    #[message_exception_handler]
    #[send_to_user("/queue/refused")]
    async fn anything_else(error: &MessagingError) -> String {
        format!("for all: {}", error.code())
    }

    /// The controller's own comes first.
    #[message_exception_handler]
    async fn full(error: &Full) -> String {
        error.to_string()
    }
}

async fn app(global: bool) -> (App, Client) {
    let mut limits = Limits::default();
    limits.handler_timeout = Duration::from_millis(50);
    let builder = messaging().controller(Rooms).limits(limits);
    let builder = if global {
        builder.scan(concat!(module_path!(), "::global"))
    } else {
        builder
    };
    let app = App::start(builder).await;
    let mut client = app.connect().await;
    client.subscribe("refused", "/user/queue/refused").await;
    (app, client)
}

async fn enter(client: &mut Client, fate: &str) {
    client
        .send(format!(
            "SEND\ndestination:/app/rooms/7/{fate}\nreceipt:r\n\n\0"
        ))
        .await;
}

#[tokio::test]
async fn an_error_finds_its_handler_along_the_chain_of_causes() {
    for global in [false, true] {
        let (_app, mut client) = app(global).await;
        for fate in ["full", "wrapped"] {
            enter(&mut client, fate).await;
            let told = client.frame().await;
            assert_eq!(told.header("subscription"), Some("refused"));
            assert_eq!(
                told.text(),
                format!("the room is full: /app/rooms/7/{fate}")
            );
            // The frame failed, so there is no receipt; the client knows, so there is no ERROR.
            client.nothing_before_receipt().await;
        }
    }
}

#[tokio::test]
async fn an_error_goes_to_the_errors_of_the_sender_unless_told_otherwise() {
    let (_app, mut client) = app(false).await;
    client.subscribe("errors", "/user/queue/errors").await;
    enter(&mut client, "closed").await;
    let told = client.frame().await;
    assert_eq!(
        (told.header("subscription"), told.text()),
        (Some("errors"), "\"the room is closed\"")
    );
    client.nothing_before_receipt().await;
}

#[tokio::test]
async fn who_asked_is_told_even_if_the_exception_handler_does_not_reach_it() {
    let (_app, mut client) = app(false).await;
    enter(&mut client, "closed").await;
    let error = client.error().await;
    assert_eq!(error.header("error-code"), Some("handler-failed"));
    assert_eq!(error.header("receipt-id"), Some("r"));
}

#[tokio::test]
async fn what_no_handler_takes_is_answered_as_ever() {
    let (_app, mut client) = app(false).await;
    enter(&mut client, "unheard").await;
    assert_eq!(
        client.error().await.header("error-code"),
        Some("handler-failed")
    );
}

#[tokio::test]
async fn a_handler_for_everything_takes_what_the_framework_says_too() {
    let (_app, mut client) = app(true).await;
    for (path, code) in [
        ("rooms/7/unheard", "handler-failed"),
        ("rooms/seven/full", "bad-destination"),
        ("rooms/7/panic", "internal"),
        ("rooms/7/stuck", "handler-timeout"),
    ] {
        client
            .send(format!("SEND\ndestination:/app/{path}\nreceipt:r\n\n\0"))
            .await;
        assert_eq!(
            client.frame().await.text(),
            format!("for all: {code}"),
            "{path}"
        );
        client.nothing_before_receipt().await;
    }
}

/// What there is without attributes, beside what there is with them.
async fn routed() -> (App, Client) {
    async fn full(
        error: Exception<Full>,
        Destination(destination): Destination,
        receipt: Option<ReceiptId>,
    ) -> String {
        tokio::task::yield_now().await;
        let receipt = receipt.map_or_else(|| "nothing".to_owned(), |ReceiptId(id)| id);
        let code = error.failure().code();
        format!("{}: {destination} {receipt} {code}", *error)
    }
    let by_value = async |error: Exception<Closed>| {
        let code = error.failure().code();
        error
            .into_inner()
            .map(|closed| Payload(format!("{closed}, {code}")))
    };
    let builder = messaging()
        .route(
            message("/rooms/{fate}").send_to("/topic/x"),
            async |Variables(fate): Variables<String>| {
                match fate.as_str() {
                    "full" => Err(HandlerError::from(Full)),
                    "wrapped" => Err(Wrapped(Full).into()),
                    "closed" => Err(Closed.into()),
                    "panic" => panic!("secret"),
                    _ => Err(Unheard.into()),
                }
                .map(|()| "")
            },
        )
        .controller(Rooms)
        .exception_handler(
            exception::<Full>()
                .send_to("/topic/full")
                .send_to_session("/queue/refused"),
            full,
        )
        .exception_handler(exception(), by_value)
        .exception_handler(
            exception::<MessagingError>().send_to_user("/queue/refused"),
            |error: Exception<MessagingError>| {
                std::future::ready(format!("for all: {}", error.code()))
            },
        );
    let app = App::start(builder).await;
    let mut client = app.connect().await;
    client.subscribe("refused", "/user/queue/refused").await;
    (app, client)
}

#[tokio::test]
async fn an_exception_handler_needs_no_attribute() {
    let (app, mut client) = routed().await;
    let mut other = app.connect().await;
    other.subscribe("full", "/topic/full").await;
    for (path, text) in [
        (
            "rooms/full",
            "the room is full: /app/rooms/full r handler-failed",
        ),
        (
            "rooms/wrapped",
            "the room is full: /app/rooms/wrapped r handler-failed",
        ),
        ("rooms/unheard", "for all: handler-failed"),
        ("rooms/panic", "for all: internal"),
        // The controller's own come first; what they do not take goes to those for all.
        ("rooms/7/full", "the room is full: /app/rooms/7/full"),
        ("rooms/seven/full", "for all: bad-destination"),
    ] {
        client
            .send(format!("SEND\ndestination:/app/{path}\nreceipt:r\n\n\0"))
            .await;
        let told = client.frame().await;
        assert_eq!(told.header("subscription"), Some("refused"));
        assert_eq!(told.text(), text);
        client.nothing_before_receipt().await;
        if text.contains(" r ") {
            assert_eq!(other.frame().await.text(), text);
        }
    }
    other.nothing_before_receipt().await;
}

#[tokio::test]
async fn without_a_destination_it_tells_the_errors_of_the_sender() {
    let (_app, mut client) = routed().await;
    client.subscribe("errors", "/user/queue/errors").await;
    client
        .send("SEND\ndestination:/app/rooms/closed\nreceipt:r\n\n\0")
        .await;
    let told = client.frame().await;
    assert_eq!(told.header("subscription"), Some("errors"));
    assert_eq!(told.text(), "\"the room is closed, handler-failed\"");
    client.nothing_before_receipt().await;
}

/// What is wrong with it is found before it starts, and told with the place where it was given.
#[test]
fn an_exception_handler_without_attribute_is_checked_at_start_up() {
    struct Log;
    async fn stateful(_: Exception<Full>, _: State<Log>) {}
    let line = line!() + 2;
    let error = messaging()
        .exception_handler(exception(), stateful)
        .exception_handler(
            exception::<Full>().send_to("/topic/{room}"),
            async |_: Exception<Full>| "full",
        )
        .exception_handler(
            exception::<Full>().send_to("/topic/${full}"),
            async |_: Exception<Full>| "full",
        )
        .build()
        .unwrap_err();
    let expected = ["State<", "`{room}` is no variable", "a value for `${full}`"];
    let text = error.to_string();
    for problem in expected {
        assert!(text.contains(problem), "{problem}\nin\n{text}");
    }
    assert_eq!(error.problems().len(), expected.len(), "{text}");
    assert!(
        text.contains(&format!("::stateful ({}:{line})", file!())),
        "{text}"
    );
}
