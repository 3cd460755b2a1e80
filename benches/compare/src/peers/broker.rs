//! stompframe, with its default limits: a broker that clients use directly or through handlers.

use stompframe::MessagingBuilder;
use stompframe::prelude::*;

/// To a topic, as if the client had sent it there.
#[message_mapping("/load/{n}")]
#[send_to("/topic/load.{n}")]
async fn load(n: u32, body: String) -> String {
    let _ = n;
    body
}

/// Back to the session that asks.
#[message_mapping("/echo")]
#[send_to_user("/queue/reply", broadcast = false)]
async fn echo(body: String) -> String {
    body
}

/// All but the endpoints.
pub fn messaging() -> MessagingBuilder {
    Messaging::builder()
        .handler::<load>()
        .handler::<echo>()
        .application_prefix("/app")
        .simple_broker(["/topic", "/queue"])
        .accept_client_sends(["/topic"])
}
