use std::sync::Arc;

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{FromRequestParts as _, Request};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use futures_util::StreamExt as _;
use stompframe_core::Messaging;
use stompframe_core::connection::EndpointConfig as _;
use stompframe_core::session::{Principal, SessionAttributes};
use stompframe_core::stomp::Version;

use super::sink::WebSocketSink;
use super::source::WebSocketSource;
use crate::endpoint::Endpoint;
use crate::origin::OriginPolicy;

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
    let origins = Arc::new(endpoint.origins.clone());
    let messaging = messaging.clone();
    // `any`, because over HTTP/2 a WebSocket begins with CONNECT.
    let answer =
        any(move |request: Request| async move { handshake(&messaging, &origins, request).await });
    router.route(endpoint.path(), answer)
}

/// Answers a request that is to begin a WebSocket.
pub(crate) async fn handshake(
    messaging: &Messaging,
    origins: &OriginPolicy,
    request: Request,
) -> Response {
    let (mut parts, _) = request.into_parts();
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => return refuse(rejection),
    };
    let known = Known {
        principal: parts.extensions.remove(),
        attributes: parts.extensions.remove(),
    };
    open(
        messaging,
        origins,
        (&parts.headers, &parts.uri),
        known,
        upgrade,
    )
}

/// What the application's middleware found out about who connects.
struct Known {
    principal: Option<Principal>,
    attributes: Option<SessionAttributes>,
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

fn open(
    messaging: &Messaging,
    origins: &OriginPolicy,
    (headers, uri): (&HeaderMap, &Uri),
    known: Known,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !origins.allows(headers, uri) {
        tracing::warn!(
            origin = ?headers.get("origin"),
            host = ?headers.get("host"),
            "a handshake from another origin was refused; `.allowed_origins([..])` allows it"
        );
        return (
            StatusCode::FORBIDDEN,
            "origin-denied: this page may not connect here",
        )
            .into_response();
    }
    let admission = match messaging.admit() {
        Ok(admission) => admission
            .for_principal(known.principal)
            .with_attributes(&known.attributes.unwrap_or_default()),
        Err(code) => {
            tracing::warn!(%code, "a handshake was refused");
            return (
                StatusCode::SERVICE_UNAVAILABLE,
                format!("{code}: {}", code.message()),
            )
                .into_response();
        }
    };
    // Several STOMP frames may share a message, and none has to fit into one.
    let max_message = messaging.limits().frame.max_frame.saturating_mul(2);
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
