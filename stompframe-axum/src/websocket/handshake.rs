use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::any;
use futures_util::future::BoxFuture;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto::upgrade::{Parts, downcast};
use stompframe_core::connection::{Admission, EndpointConfig as _};
use stompframe_core::{Limits, Messaging};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::control::Control;
use super::sink::WebSocketSink;
use super::source::WebSocketSource;
use super::upgrade::Upgrade;
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
        Err(response) => return response,
    };
    match gate.admit(parts).await {
        Ok(admission) => open(admission, upgrade, max_message),
        Err(response) => response,
    }
}

fn open(admission: Admission, upgrade: Upgrade, max_message: usize) -> Response {
    let response = upgrade.response();
    let connection = upgrade.connection;
    tokio::spawn(async move {
        match connection.await {
            Ok(connection) => serve(admission, connection, max_message).await,
            Err(error) => tracing::warn!(%error, "a connection was lost during its handshake"),
        }
    });
    response
}

/// Serves a session on the connection that the handshake leaves behind.
fn serve(admission: Admission, connection: Upgraded, max_message: usize) -> BoxFuture<'static, ()> {
    match downcast::<TokioIo<TcpStream>>(connection) {
        // Straight on the socket, past what HTTP had around it.
        Ok(Parts { io, read_buf, .. }) => {
            let (reading, writing) = io.into_inner().into_split();
            run(admission, reading, writing, &read_buf, max_message)
        }
        // TLS, for example.
        Err(connection) => {
            let (reading, writing) = tokio::io::split(TokioIo::new(connection));
            run(admission, reading, writing, &[], max_message)
        }
    }
}

fn run(
    admission: Admission,
    reading: impl AsyncRead + Send + Unpin + 'static,
    writing: impl AsyncWrite + Send + Unpin + 'static,
    read: &[u8],
    max_message: usize,
) -> BoxFuture<'static, ()> {
    let control = Arc::new(Control::default());
    let source = WebSocketSource::new(reading, read, max_message, Arc::clone(&control));
    let sink = WebSocketSink::new(writing, control);
    Box::pin(admission.serve(source, sink))
}
