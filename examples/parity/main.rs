//! The twin of the Spring application in `tests/parity/spring`: the same mappings at the same
//! places, with the same JSON. The test `parity` plays the same sessions against both and compares.
//!
//! What the mappings are stands in `tests/parity/MAPPINGS.md`. `PORT` is where it listens (0 is any
//! free port), `PARITY_VARIANT` how it is configured; once it listens it says `ready` and the port.

mod application;
mod arguments;
mod bodies;
mod class;
mod destinations;
mod failures;
mod harness;
mod point;
mod results;
mod secure;
mod subscriptions;
mod templates;
mod users;
mod variants;

use axum::extract::{Query, Request};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use stompframe::HandshakeResult;
use stompframe::prelude::*;
use stompframe::security::CsrfToken;
use tokio::net::TcpListener;

/// What a client says of itself in the query of the handshake.
#[derive(Deserialize)]
struct HandshakeQuery {
    user: Option<String>,
    alias: Option<String>,
    roles: Option<String>,
    refuse: Option<String>,
    colour: Option<String>,
    token: Option<String>,
}

/// The token of every handshake in the variant `csrf`, except where it says `token=none`.
async fn csrf_token(mut handshake: Handshake) -> HandshakeResult {
    let Query(query) = handshake.extract::<Query<HandshakeQuery>>().await?;
    if query.token.as_deref() != Some("none") {
        let token = CsrfToken::new("secret-token").masked();
        handshake.attributes().insert(token);
    }
    Ok(handshake)
}

async fn handshake(
    Query(query): Query<HandshakeQuery>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(status) = query.refuse {
        let status = status
            .parse()
            .ok()
            .and_then(|code| StatusCode::from_u16(code).ok());
        return status.unwrap_or(StatusCode::OK).into_response();
    }
    if let Some(name) = query.user {
        let roles = query.roles.as_deref().unwrap_or_default();
        let user = Principal::new(name.clone())
            .with_roles(roles.split(',').map(str::to_owned))
            .with_claims(secure::Account { name });
        request.extensions_mut().insert(match query.alias {
            Some(alias) => user.with_destination_name(alias),
            None => user,
        });
    }
    if let Some(colour) = query.colour {
        let attributes = SessionAttributes::new();
        attributes.insert(application::Colour(colour));
        request.extensions_mut().insert(attributes);
    }
    next.run(request).await
}

#[tokio::main]
async fn main() -> Result<(), stompframe::Error> {
    let variant = std::env::var("PARITY_VARIANT").unwrap_or_else(|_| "main".to_owned());
    let web_socket = match &*variant {
        "csrf" => Endpoint::new("/ws")
            .intercept(csrf_token)
            .require_csrf_token(),
        _ => Endpoint::new("/ws"),
    };
    let messaging =
        variants::builder(&variant)
            .endpoint(web_socket.with_sockjs())
            .endpoint(Endpoint::new("/ws-too"))
            .endpoint(Endpoint::new("/ws-listed").allowed_origins(["http://good.example"]))
            .endpoint(Endpoint::new("/ws-pattern").allowed_origin_patterns([
                "https://*.good.example",
                "http://port.example:[8080,8081]",
            ]))
            .endpoint(Endpoint::new("/ws-any").allow_any_origin())
            .build()?;
    let app = axum::Router::new()
        .merge(messaging.router())
        .layer(from_fn(handshake));

    let port = std::env::var("PORT")
        .ok()
        .and_then(|port| port.parse().ok())
        .unwrap_or(0);
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("ready {}", listener.local_addr()?.port());
    stompframe::serve_on(listener, app, messaging).await
}
