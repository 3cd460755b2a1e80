use std::sync::Arc;

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{FromRequestParts as _, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use futures_util::StreamExt as _;
use stompframe_core::connection::{Admission, EndpointConfig as _};
use stompframe_core::stomp::Version;
use stompframe_core::{Limits, Messaging};

use super::sink::WebSocketSink;
use super::source::WebSocketSource;
use crate::endpoint::Endpoint;
use crate::handshake::Gate;

/// An idle connection keeps its read buffer, and the library fills it with zeros before each read.
pub(crate) const READ_BUFFER: usize = 4 * 1024;

/// What is written is collected up to here before it goes to the socket, unless it is flushed
/// before.
pub(crate) const WRITE_BUFFER: usize = 16 * 1024;

/// Adds the endpoint's route.
pub(crate) fn mount<S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    endpoint: &Endpoint,
    messaging: &Messaging,
) -> Router<S> {
    let gate = Arc::new(Gate::new(endpoint, messaging));
    let max_message = max_message(messaging.limits());
    // `any`, because over HTTP/2 a WebSocket begins with CONNECT.
    let handshake =
        any(move |request: Request| async move { handshake(&gate, max_message, request).await });
    router.route(endpoint.path(), handshake)
}

/// How many bytes a message may have: several STOMP frames may share one, and none has to fit into one.
pub(crate) const fn max_message(limits: &Limits) -> usize {
    limits.frame.max_frame.saturating_mul(2)
}

/// Answers a request that is to begin a WebSocket.
pub(crate) async fn handshake(gate: &Gate, max_message: usize, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => return refuse(rejection),
    };
    match gate.admit(parts).await {
        Ok(admission) => open(admission, upgrade, max_message),
        Err(response) => response,
    }
}

/// Answers a request that is no handshake.
fn refuse(rejection: WebSocketUpgradeRejection) -> Response {
    match rejection {
        // RFC 6455, 4.4: the answer names the version that is spoken here.
        WebSocketUpgradeRejection::InvalidWebSocketVersionHeader(_) => (
            StatusCode::UPGRADE_REQUIRED,
            [(header::SEC_WEBSOCKET_VERSION, "13")],
            "this version of WebSocket is not spoken here",
        )
            .into_response(),
        rejection => rejection.into_response(),
    }
}

fn open(admission: Admission, upgrade: WebSocketUpgrade, max_message: usize) -> Response {
    upgrade
        .protocols([Version::V1_2, Version::V1_1, Version::V1_0].map(Version::sub_protocol))
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_message_size(max_message)
        .max_frame_size(max_message)
        .on_failed_upgrade(
            |error| tracing::warn!(%error, "a connection was lost during its handshake"),
        )
        .on_upgrade(move |socket| {
            let (sink, source) = socket.split();
            admission.serve(WebSocketSource::new(source), WebSocketSink::new(sink))
        })
}
