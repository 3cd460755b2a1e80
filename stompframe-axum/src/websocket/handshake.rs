use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::SEC_WEBSOCKET_PROTOCOL;
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use stompframe_core::connection::EndpointConfig as _;
use stompframe_core::{Limits, Messaging};

use super::upgrade::{Upgrade, sub_protocol};
use crate::endpoint::Endpoint;
use crate::handshake::Gate;

/// Adds the endpoint's route.
pub(crate) fn mount<S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    endpoint: &Endpoint,
    messaging: &Messaging,
) -> Router<S> {
    let gate = Arc::new(Gate::new(endpoint, messaging));
    let max_message = max_message(messaging.limits());
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
    let upgrade = match Upgrade::of(&mut parts) {
        Ok(upgrade) => upgrade,
        Err(refused) => return refused.into_response(),
    };
    let protocol = sub_protocol(&parts.headers);
    let admission = match gate.admit(parts).await {
        Ok(admission) => admission,
        Err(response) => return response,
    };
    let mut response = upgrade.open(max_message, admission);
    if let Some(protocol) = protocol {
        let protocol = HeaderValue::from_static(protocol);
        response
            .headers_mut()
            .insert(SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    response
}
