//! SockJS without STOMP: the four services that the SockJS project's protocol test suite expects.
//!
//! ```text
//! cargo run --example sockjs_echo
//! ```
//!
//! | service | what it does |
//! |---|---|
//! | `/echo` | sends back what it receives, over all transports; a response ends after 4,096 bytes |
//! | `/disabled_websocket_echo` | the same without WebSocket |
//! | `/cookie_needed_echo` | the same, and sets `JSESSIONID` |
//! | `/close` | ends each session with 3000, `Go away!` |
//!
//! It listens on `127.0.0.1:8081`; `PORT` in the environment chooses another port, and 0 any that is free.
//! Where it listens it prints first.

use std::env;

use axum::Router;
use stompframe::{Endpoint, SockJs, SockJsConnection, SockJsTransport};
use tokio::net::TcpListener;

const LIBRARY: &str = "https://cdn.jsdelivr.net/npm/sockjs-client@1/dist/sockjs.min.js";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let everything = SockJs::new()
        .transports(SockJsTransport::ALL)
        .iframe(LIBRARY)
        .stream_limit(4096);
    let app = Router::new()
        .merge(service("/echo", everything.clone()).sockjs_messages(echo))
        .merge(
            service(
                "/disabled_websocket_echo",
                everything.clone().without_web_socket(),
            )
            .sockjs_messages(echo),
        )
        .merge(service("/cookie_needed_echo", everything.clone().cookies()).sockjs_messages(echo))
        .merge(service("/close", everything).sockjs_messages(go_away));

    let port = env::var("PORT").map_or(Ok(8081), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

/// The suite asks from origins that it makes up.
fn service(path: &str, sockjs: SockJs) -> Endpoint {
    Endpoint::new(path).allow_any_origin().sockjs(sockjs)
}

async fn echo(mut client: SockJsConnection) {
    while let Some(message) = client.receive().await {
        if client.send(message).await.is_err() {
            break;
        }
    }
}

async fn go_away(client: SockJsConnection) {
    client.close(3000, "Go away!").await;
}
