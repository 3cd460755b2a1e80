use std::future::Future;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::request::Parts;
use axum::response::Response;
use futures_util::future::BoxFuture;
use stompframe_core::Messaging;
use stompframe_core::connection::Admission;

use super::session::{PingingSink, Session, Sink, Source};
use crate::endpoint::Endpoint;
use crate::handshake::Gate;
use crate::websocket;

/// What an endpoint's sessions are for.
pub(super) trait Application: Send + Sync + 'static {
    /// A place for one session.
    type Place: Send + 'static;

    /// Takes a place for a session that begins with this request, or gives the answer to one that may
    /// not begin any.
    fn admit(&self, request: Parts) -> impl Future<Output = Result<Self::Place, Response>> + Send;

    /// Is the whole life of a session. `pings` says whether its receiver can ask for a sign of life.
    fn serve(
        place: Self::Place,
        session: Arc<Session>,
        source: Source,
        sink: Sink,
        pings: bool,
    ) -> BoxFuture<'static, ()>;

    /// Answers the handshake of a WebSocket without the frames of SockJS.
    fn web_socket(&self, request: Request) -> impl Future<Output = Response> + Send;
}

/// STOMP, through the same gate and the same driver as every other transport.
pub(super) struct Stomp {
    gate: Gate,
    max_message: usize,
}

impl Stomp {
    pub(super) fn new(endpoint: &Endpoint, messaging: &Messaging) -> Self {
        Self {
            gate: Gate::new(endpoint, messaging),
            max_message: websocket::max_message(messaging.limits()),
        }
    }
}

impl Application for Stomp {
    type Place = Admission;

    async fn admit(&self, request: Parts) -> Result<Admission, Response> {
        self.gate.admit(request).await
    }

    fn serve(
        place: Admission,
        session: Arc<Session>,
        source: Source,
        sink: Sink,
        pings: bool,
    ) -> BoxFuture<'static, ()> {
        let carry = move |stomp: &_| session.carries(stomp);
        if pings {
            Box::pin(place.serve_telling(carry, source, PingingSink(sink)))
        } else {
            Box::pin(place.serve_telling(carry, source, sink))
        }
    }

    async fn web_socket(&self, request: Request) -> Response {
        websocket::handshake(&self.gate, self.max_message, request).await
    }
}
