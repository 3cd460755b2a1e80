//! What handlers give, and where it goes.

use stompframe::prelude::*;

use crate::application::{Known, Note, Text};

#[message_mapping("/ret/default")]
async fn default() -> &'static str {
    "default"
}

#[message_mapping("/ret/default/{id}")]
async fn deep_default(id: String) -> &'static str {
    drop(id);
    "deep default"
}

#[message_mapping("/ret/nothing")]
async fn nothing() {}

#[message_mapping("/ret/null", "/ret/future-null")]
#[send_to("/topic/out")]
async fn null() -> Option<String> {
    None
}

#[message_mapping("/ret/to")]
#[send_to("/topic/out")]
async fn to(Text(body): Text) -> String {
    format!("to {body}")
}

#[message_mapping("/ret/to-many")]
#[send_to("/topic/out", "/queue/out")]
async fn to_many() -> &'static str {
    "many"
}

#[message_mapping("/ret/to-room/{room}")]
#[send_to("/topic/room-{room}")]
async fn to_room(room: String) -> &'static str {
    drop(room);
    "room"
}

/// The attribute would not compile with this destination, nor `build` take it.
#[message_mapping("/ret/to-nowhere")]
async fn to_nowhere() -> (SendTo<&'static str>, &'static str) {
    (SendTo("/nowhere/out"), "nowhere")
}

#[message_mapping("/ret/to-empty")]
async fn to_empty() -> &'static str {
    "to empty"
}

#[message_mapping("/ret/user")]
#[send_to_user]
async fn user() -> &'static str {
    "user"
}

#[message_mapping("/ret/user-to")]
#[send_to_user("/queue/reply")]
async fn user_to(Text(body): Text) -> String {
    format!("user to {body}")
}

#[message_mapping("/ret/user-many")]
#[send_to_user("/queue/reply", "/queue/second")]
async fn user_many() -> &'static str {
    "user many"
}

#[message_mapping("/ret/user-here")]
#[send_to_user("/queue/reply", broadcast = false)]
async fn user_here() -> &'static str {
    "user here"
}

#[message_mapping("/ret/user-var/{room}")]
#[send_to_user("/queue/reply-{room}")]
async fn user_var(room: String) -> &'static str {
    drop(room);
    "user variable"
}

#[message_mapping("/ret/both")]
#[send_to("/topic/out")]
#[send_to_user("/queue/reply")]
async fn both() -> &'static str {
    "both"
}

#[message_mapping("/ret/note")]
#[send_to("/topic/out")]
async fn note() -> Payload<Note> {
    Payload(Note {
        number: 7,
        text: Some("seven é \"quoted\"".to_owned()),
    })
}

#[message_mapping("/ret/note-null")]
#[send_to("/topic/out")]
async fn note_null() -> Payload<Note> {
    Payload(Note {
        number: 7,
        text: None,
    })
}

#[message_mapping("/ret/list")]
#[send_to("/topic/out")]
async fn list() -> Payload<[&'static str; 2]> {
    Payload(["a", "b"])
}

#[message_mapping("/ret/number")]
#[send_to("/topic/out")]
async fn number() -> Payload<i32> {
    Payload(42)
}

#[message_mapping("/ret/flag")]
#[send_to("/topic/out")]
async fn flag() -> Payload<bool> {
    Payload(true)
}

#[message_mapping("/ret/empty")]
#[send_to("/topic/out")]
async fn empty() -> &'static str {
    ""
}

#[message_mapping("/ret/bytes")]
#[send_to("/topic/out")]
async fn bytes() -> Vec<u8> {
    vec![0x00, 0x01, 0xff, 0x0a, 0x00]
}

/// Every handler is asynchronous.
#[message_mapping("/ret/future")]
#[send_to("/topic/out")]
async fn future() -> &'static str {
    tokio::task::yield_now().await;
    "future"
}

#[message_mapping("/ret/mono")]
#[send_to("/topic/out")]
async fn mono() -> &'static str {
    "mono"
}

#[message_mapping("/ret/future-fails")]
#[send_to("/topic/out")]
async fn future_fails() -> Result<String, Known> {
    tokio::task::yield_now().await;
    Err(Known("future"))
}

/// A result kind of the application's own.
struct Stamped(String);

impl IntoReply for Stamped {
    fn into_reply(
        self,
        context: &MessageContext,
    ) -> Result<stompframe::handler::Reply, HandlerError> {
        (SendTo("/topic/stamped"), format!("stamped {}", self.0)).into_reply(context)
    }
}

#[message_mapping("/ret/stamped")]
async fn stamped(Text(body): Text) -> Stamped {
    Stamped(body)
}

/// A `Stream` would do as well, but its items come when they come, and sessions go on meanwhile.
#[message_mapping("/ret/flux")]
#[send_to("/topic/out")]
async fn flux() -> Messages<[&'static str; 2]> {
    Messages(["a", "b"])
}
