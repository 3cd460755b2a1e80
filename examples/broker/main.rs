//! The broker in memory and nothing else: clients talk to each other over it, as they would over
//! RabbitMQ or ActiveMQ.
//!
//! ```text
//! cargo run --example broker
//! ```
//!
//! Then clients of any language connect to `ws://127.0.0.1:15674/ws` (or `/stomp`), or over TCP to
//! `127.0.0.1:61613`. They are all let in, unless the environment says who may:
//!
//! | variable | means | without it |
//! |---|---|---|
//! | `WS_PORT`, `TCP_PORT` | where it listens; 0 is any port that is free | 15674, 61613 |
//! | `BROKER_USER`, `BROKER_PASSCODE` | what `login` and `passcode` of a client have to be | anybody may connect |
//!
//! Where it listens it prints first, a line for each. `/topic/..` goes to all subscribers and
//! `/queue/..` to one of them; answers come to `/temp-queue/..`. What an application closes is open here: clients SEND straight to the
//! broker, subscribe to wildcards, come from pages of any origin, and everything may be large.

use std::env;
use std::str::FromStr;

use stompframe::broker::SimpleBroker;
use stompframe::prelude::*;
use stompframe::{Limits, MessagingBuilder};
use tokio::net::TcpListener;

const HOST: &str = "127.0.0.1";
const WEB_SOCKETS: [&str; 2] = ["/ws", "/stomp"];
const DESTINATIONS: [&str; 2] = ["/topic", "/queue"];
const MIB: usize = 1024 * 1024;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();

    let mut broker = broker();
    if let Some(user) = variable("BROKER_USER")? {
        let passcode = variable("BROKER_PASSCODE")?.ok_or("BROKER_USER needs BROKER_PASSCODE")?;
        broker = only_for(user, passcode, broker);
    }
    let messaging = broker.build()?;

    // Listeners of its own, as it is to say which ports it got.
    let web = TcpListener::bind((HOST, variable("WS_PORT")?.unwrap_or(15674))).await?;
    let tcp = TcpListener::bind((HOST, variable("TCP_PORT")?.unwrap_or(61613))).await?;
    for path in WEB_SOCKETS {
        println!("ws://{}{path}", web.local_addr()?);
    }
    println!("tcp://{}", tcp.local_addr()?);

    let over_tcp = messaging.clone();
    tokio::spawn(async move { over_tcp.serve_tcp(tcp).await });
    stompframe::serve_on(web, messaging.router(), messaging).await?;
    Ok(())
}

fn broker() -> MessagingBuilder {
    let simple_broker = SimpleBroker::new(DESTINATIONS)
        .wildcard_subscriptions()
        .selectors()
        .temporary_queues();
    let heart_beat = std::time::Duration::from_secs(1); // The client chooses how seldom.
    let builder = Messaging::builder()
        .simple_broker(simple_broker)
        .accept_client_sends(DESTINATIONS)
        .heart_beat(heart_beat, heart_beat)
        .limits(limits());
    WEB_SOCKETS.into_iter().fold(builder, |builder, path| {
        builder.endpoint(Endpoint::new(path).allow_any_origin())
    })
}

/// Room for several messages of a megabyte at every stop, for fewer clients than usual; all of them
/// may be of one user.
fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.frame.max_frame = 4 * MIB;
    limits.outbox.max_bytes = 32 * MIB;
    limits.transactions.max_bytes = 32 * MIB;
    limits.broker.max_queue_bytes = 64 * MIB;
    limits.max_sessions = 1_000;
    limits.max_subscriptions = 1_000;
    limits.max_sessions_per_user = limits.max_sessions;
    limits
}

/// Lets nobody in but this user, who says so with the headers `login` and `passcode` of CONNECT.
fn only_for(user: String, passcode: String, builder: MessagingBuilder) -> MessagingBuilder {
    builder.authenticate(move |connect: Connect| {
        let given = connect.login_passcode();
        let result = match given {
            Some(given) if given == (user.as_str(), passcode.as_str()) => {
                Ok(Principal::new(&*user))
            }
            Some(_) => Err(Denied::new("login or passcode is wrong")),
            None => Err(Denied::new("login and passcode are missing")),
        };
        std::future::ready(result)
    })
}

/// A variable of the environment, if it is set.
fn variable<T: FromStr>(name: &str) -> Result<Option<T>, String> {
    let Ok(text) = env::var(name) else {
        return Ok(None);
    };
    match text.parse() {
        Ok(value) => Ok(Some(value)),
        Err(_) => Err(format!("{name}={text} cannot be read")),
    }
}
