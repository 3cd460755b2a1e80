//! The test kit: what it shows of an application that works, and of one that does not.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod calls;
mod failing;
mod sessions;
mod talking;

use serde::{Deserialize, Serialize};
use stompframe_core::handler::extract::Headers;
use stompframe_core::test::{Expectation, TestApp};
use stompframe_core::{
    ErrorCode, HandlerError, Messaging, MessagingBuilder, Payload, message_mapping, send_to,
};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Say {
    text: String,
}

#[message_mapping("/rooms/{room}")]
#[send_to("/topic/rooms/{room}")]
async fn say(room: u64, Payload(say): Payload<Say>) -> Result<Payload<Say>, HandlerError> {
    match room {
        0 => Err(HandlerError::new(ErrorCode::Denied, "nobody speaks here")),
        _ => Ok(Payload(say)),
    }
}

#[message_mapping("/odd")]
async fn odd(headers: Headers) -> String {
    headers.get("odd").unwrap_or("none").to_owned()
}

fn builder() -> MessagingBuilder {
    Messaging::builder()
        .handler::<say>()
        .handler::<odd>()
        .application_prefix("/app")
        .simple_broker(["/topic"])
}

fn app() -> TestApp {
    TestApp::start(builder())
}

fn hi() -> Say {
    Say {
        text: "hi".to_owned(),
    }
}

/// The text with which an expectation fails, without the place where it was asked for: that is
/// shown because it is awaited here.
async fn text_of<T: Send + 'static>(expectation: Expectation<T>) -> String {
    let panic = tokio::spawn(async move { drop(expectation.await) })
        .await
        .expect_err("it has to fail")
        .into_panic();
    let text: String = *panic.downcast().unwrap();
    let (text, place) = text.split_once("\n\nasked for at ").unwrap();
    assert!(place.contains(".rs:"), "{place}");
    text.to_owned()
}
