//! stompframe, with its default limits but those of rates and subscriptions: a broker that clients use directly or through handlers.

use stompframe::prelude::*;
use stompframe::session::RateLimits;
use stompframe::{Limits, MessagingBuilder};

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
    // Of the others, none has them.
    let mut limits = Limits::default();
    limits.rates = RateLimits::NONE;
    limits.max_subscriptions = 1_000;
    Messaging::builder()
        .limits(limits)
        .handler::<load>()
        .handler::<echo>()
        .application_prefix("/app")
        .simple_broker(["/topic", "/queue"])
        .accept_client_sends(["/topic"])
}
