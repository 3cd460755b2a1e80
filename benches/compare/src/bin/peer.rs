//! Runs one of the servers that are written here.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt as _;
use clap::{Parser, ValueEnum};
use stompframe::Limits;
use stompframe::broker::BrokerRelay;
use stompframe::prelude::*;
use stompframe::session::RateLimits;
use stompframe_compare::peers::floor::{self, Writes};
use stompframe_compare::peers::{broker, websocket};

/// Runs a server to be compared, until it is stopped.
#[derive(Parser)]
struct Options {
    /// Which
    peer: Peer,
    /// Where on 127.0.0.1 it listens
    port: u16,
    /// The address of the broker behind it, for `relay`
    #[arg(long, default_value = "127.0.0.1:61613")]
    broker: String,
}

#[derive(Clone, Copy, ValueEnum)]
enum Peer {
    /// TCP, a write for each message
    Floor,
    /// TCP, a write for all that came with one read
    FloorCoalesced,
    /// axum's WebSockets without STOMP, as usually written
    Websocket,
    /// The same, tuned
    WebsocketTuned,
    /// stompframe over WebSockets, at /ws
    Stompframe,
    /// stompframe over TCP
    StompframeTcp,
    /// stompframe over WebSockets, at /ws, with a broker of its own behind it
    Relay,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
    match options.peer {
        Peer::Floor => floor::serve(&TcpListener::bind(address)?, Writes::Each)?,
        Peer::FloorCoalesced => floor::serve(&TcpListener::bind(address)?, Writes::Coalesced)?,
        Peer::Websocket => serve(address, websocket::usual())?,
        Peer::WebsocketTuned => serve(address, websocket::tuned())?,
        Peer::Stompframe => stompframe(address, Endpoint::new("/ws"))?,
        Peer::StompframeTcp => stompframe_tcp(address)?,
        Peer::Relay => relay(address, &options.broker)?,
    }
    Ok(())
}

#[tokio::main]
async fn serve(address: SocketAddr, router: Router) -> std::io::Result<()> {
    // As stompframe does; Nagle's algorithm would have small messages wait.
    let listener = tokio::net::TcpListener::bind(address)
        .await?
        .tap_io(|socket| {
            let _ = socket.set_nodelay(true);
        });
    axum::serve(listener, router).await
}

#[tokio::main]
async fn stompframe(address: SocketAddr, endpoint: Endpoint) -> Result<(), stompframe::Error> {
    let messaging = broker::messaging().endpoint(endpoint).build()?;
    stompframe::serve(address, messaging.router(), messaging).await
}

#[tokio::main]
async fn relay(address: SocketAddr, broker: &str) -> Result<(), stompframe::Error> {
    let mut limits = Limits::default();
    limits.rates = RateLimits::NONE;
    // It stands still between its turns, for longer than a broker would wait.
    let relay = BrokerRelay::new(broker).heart_beat(Duration::ZERO, Duration::ZERO);
    let messaging = Messaging::builder()
        .limits(limits)
        .broker(relay)
        .accept_client_sends(["/topic"])
        .endpoint(Endpoint::new("/ws"))
        .build()?;
    if let Some(status) = messaging.broker_status() {
        status.available().await;
    }
    stompframe::serve(address, messaging.router(), messaging).await
}

#[tokio::main]
async fn stompframe_tcp(address: SocketAddr) -> Result<(), stompframe::Error> {
    let endpoint = Endpoint::tcp(address.to_string());
    let messaging = broker::messaging().endpoint(endpoint).build()?;
    messaging.bind_tcp().await?.serve().await;
    Ok(())
}
