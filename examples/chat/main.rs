//! A chat: rooms are topics, and everything passes every stop of the message flow.
//!
//! ```text
//! cargo run --example chat
//! ```
//!
//! Then open <http://127.0.0.1:8080> in two windows. `PORT` chooses another port. Clients that cannot have a WebSocket
//! come with SockJS to the same endpoint; `SOCKJS=everything` has the transports for the oldest browsers, too, and
//! `SOCKJS=without-web-socket` is for networks in which no WebSocket lasts.
//!
//! What a client sends and receives:
//!
//! | frame | what it does |
//! |---|---|
//! | `SUBSCRIBE /topic/chat/room/5` | enters room 5 |
//! | `SEND /pub/chat` with a [`ChatMessage`] | says something to everybody in the room |
//! | `SUBSCRIBE /pub/chat/rooms` | is answered once, with the list of rooms |
//! | `SEND /pub/chat/rooms` with `{"name":"Rust"}` | creates a room, which everybody on `/topic/chat/rooms` hears of |
//! | `SUBSCRIBE /user/queue/errors` | is told when a frame of its own was not processed |

mod page;
mod rooms;

use serde_json::{Map, Value};
use stompframe::prelude::*;
use stompframe::{SockJs, SockJsTransport};

use crate::rooms::{Room, Rooms};

/// What is said in a room, and who comes and goes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChatMessage {
    chat_room_id: u64,
    r#type: ChatMessageType,
    writer: String,
    /// What else the clients of this chat have agreed upon, such as `message`: the server passes it
    /// on as it is.
    #[serde(flatten)]
    more: Map<String, Value>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum ChatMessageType {
    Enter,
    Message,
    Leave,
}

/// The room is named in the message and not in the destination, so the handler says itself where it
/// goes.
#[message_mapping("/chat")]
async fn chat(
    Payload(message): Payload<ChatMessage>,
    template: MessagingTemplate,
) -> Result<(), MessagingError> {
    template
        .send(
            format!("/topic/chat/room/{}", message.chat_room_id),
            Payload(message),
        )
        .await
}

/// The list of rooms, and how it grows.
struct RoomController {
    rooms: Rooms,
}

#[derive(Debug, Deserialize)]
struct NewRoom {
    name: String,
}

#[controller("/chat")]
impl RoomController {
    /// Answered once, straight to the client that subscribes.
    #[subscribe_mapping("/rooms")]
    async fn list(&self) -> Payload<Vec<Room>> {
        Payload(self.rooms.list())
    }

    /// A room of a name that is there already is found, not created again.
    #[message_mapping("/rooms")]
    #[send_to("/topic/chat/rooms")]
    async fn create(&self, Payload(room): Payload<NewRoom>) -> Result<Payload<Room>, HandlerError> {
        Ok(Payload(self.rooms.find_or_create(&room.name)?))
    }
}

/// What the environment asks for.
fn sockjs() -> SockJs {
    let wanted = std::env::var("SOCKJS").unwrap_or_default();
    match wanted.as_str() {
        "everything" => SockJs::new()
            .transports(SockJsTransport::ALL)
            .iframe("https://cdn.jsdelivr.net/npm/sockjs-client@1.6.1/dist/sockjs.min.js"),
        "without-web-socket" => SockJs::new().without_web_socket(),
        _ => SockJs::new(),
    }
}

#[tokio::main]
async fn main() -> Result<(), stompframe::Error> {
    tracing_subscriber::fmt::init();

    let messaging = Messaging::builder()
        .handler::<chat>()
        .controller(RoomController {
            rooms: Rooms::default(),
        })
        .application_prefix("/pub")
        .simple_broker(["/topic", "/queue"])
        .endpoint(Endpoint::new("/ws").sockjs(sockjs()))
        .build()?;

    let app = page::router().await.merge(messaging.router());
    let port = std::env::var("PORT")
        .ok()
        .and_then(|port| port.parse().ok())
        .unwrap_or(8080);
    println!("open http://127.0.0.1:{port} in two windows; Ctrl-C ends it");
    stompframe::serve(("127.0.0.1", port), app, messaging).await
}
