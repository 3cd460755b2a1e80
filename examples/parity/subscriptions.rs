use stompframe::prelude::*;

use crate::application::{Known, Note};

#[subscribe_mapping("/sub/hello")]
async fn hello() -> &'static str {
    "hello"
}

#[subscribe_mapping("/sub/note")]
async fn note() -> Payload<Note> {
    Payload(Note {
        number: 1,
        text: Some("first".to_owned()),
    })
}

#[subscribe_mapping("/sub/item/{id}")]
async fn item(id: i32, headers: Headers) -> String {
    format!("item {id} {}", headers.get("colour").unwrap_or("red"))
}

#[subscribe_mapping("/sub/null")]
async fn null() -> Option<String> {
    None
}

#[subscribe_mapping("/sub/to")]
#[send_to("/topic/out")]
async fn to() -> &'static str {
    "to"
}

#[subscribe_mapping("/sub/user")]
#[send_to_user("/queue/reply")]
async fn user() -> &'static str {
    "user"
}

#[subscribe_mapping("/sub/future")]
async fn future() -> &'static str {
    tokio::task::yield_now().await;
    "future"
}

#[subscribe_mapping("/sub/fails")]
async fn fails() -> Result<String, Known> {
    Err(Known("subscribe"))
}

#[message_mapping("/sub/both")]
#[send_to("/topic/out")]
async fn both() -> &'static str {
    "both"
}

#[subscribe_mapping("/topic/out")]
async fn broker() -> &'static str {
    "broker"
}
