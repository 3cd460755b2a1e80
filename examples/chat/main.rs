//! A chat: rooms are topics, people are users, and everything passes every stop of the message flow.
//!
//! ```text
//! cargo run --example chat
//! ```
//!
//! Then open <http://127.0.0.1:8080> in two windows. `PORT` chooses another port. Clients that cannot have a WebSocket
//! come with SockJS to the same endpoint; `SOCKJS=everything` has the transports for the oldest browsers, too, and
//! `SOCKJS=without-web-socket` is for networks in which no WebSocket lasts.
//!
//! With `BROKER`, such as `BROKER=127.0.0.1:61613`, it runs on RabbitMQ or ActiveMQ there, still as one process: the
//! rooms, and who may enter them, are kept in its memory. `examples/cluster` is what several nodes have in common.
//!
//! What a client sends and receives:
//!
//! | frame | what it does |
//! |---|---|
//! | `CONNECT` with `login:ann` | is `ann`; without, it is somebody without a name of its own |
//! | `SUBSCRIBE /topic/chat/room/5` | enters room 5 |
//! | `SEND /pub/chat` with a [`ChatMessage`] | says something to everybody in the room |
//! | `SUBSCRIBE /pub/chat/rooms` | is answered once, with the list of rooms |
//! | `SEND /pub/chat/rooms` with `{"name":"Rust"}` | creates a room, which everybody on `/topic/chat/rooms` hears of |
//! | the same with `"members":["bob"]` | creates a room for these and oneself, who hear of it on `/user/queue/rooms` |
//! | `SEND /pub/chat/private` with `{"to":"bob","message":"hi"}` | tells bob alone, on `/user/queue/private` |
//! | `SUBSCRIBE /pub/chat/people` | is answered once, with the names of those who are here |
//! | `SUBSCRIBE /topic/chat/people` | hears the names whenever somebody comes or goes |
//! | `SUBSCRIBE /user/queue/errors` | is told when a frame of its own was not processed |
//!
//! A name is all it takes to be somebody here; `examples/auth` asks for more.

mod page;
mod people;
mod rooms;
mod talk;

use std::sync::Arc;

use stompframe::broker::BrokerRelay;
use stompframe::prelude::*;
use stompframe::security::{Access, Rules, authenticated, deny, permit, rules};
use stompframe::{SockJs, SockJsTransport};

use crate::people::{People, login};
use crate::rooms::{RoomController, Rooms};

/// Who may do what. Nobody subscribes to patterns, since nobody opened them.
fn chat_rules() -> Rules {
    rules()
        .subscribe(
            "/topic/chat/room/{room}",
            async |access: Access, room: u64| {
                let user = access.principal().map(Principal::name);
                let rooms = access.state::<Arc<Rooms>>();
                rooms.is_some_and(|rooms| rooms.may_enter(room, user))
            },
        )
        .subscribe("/topic/chat/rooms", permit())
        .subscribe("/topic/chat/people", permit())
        .subscribe("/pub/chat/**", permit())
        .subscribe("/user/queue/**", permit())
        .send("/pub/chat/private", authenticated())
        .send("/pub/**", permit())
        .anything_else(deny())
}

/// Where the page's files are.
const WEB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/chat/web");

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
        .scan(concat!(module_path!(), "::talk"))
        .controller(RoomController)
        .controller(People)
        .state(Arc::new(Rooms::default()))
        .application_prefix("/pub")
        .authenticate(login)
        .authorize(chat_rules())
        .endpoint(Endpoint::new("/ws").sockjs(sockjs()));
    let messaging = match std::env::var("BROKER") {
        Ok(address) => messaging.broker(BrokerRelay::new(address).share_users("chat-example")),
        Err(_) => messaging.simple_broker(["/topic", "/queue"]),
    }
    .build()?;

    let files = [
        "chat.css",
        "chat.js",
        "connection.js",
        "dom.js",
        "name.js",
        "sidebar.js",
        "view.js",
    ];
    let page = page::router(include_str!("web/index.html"), WEB, &files).await;
    let app = page.merge(messaging.router());
    let port = std::env::var("PORT")
        .ok()
        .and_then(|port| port.parse().ok())
        .unwrap_or(8080);
    println!("open http://127.0.0.1:{port} in two windows; Ctrl-C ends it");
    stompframe::serve(("127.0.0.1", port), app, messaging).await
}
