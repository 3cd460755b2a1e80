use std::future::Future;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::Extensions;
use axum::response::Response;
use stompframe_core::connection::Admission;
use stompframe_core::session::{Principal, SessionAttributes};
use stompframe_core::{ErrorCode, Messaging};

use super::session::{PingingSink, Session, Sink, Source};
use crate::origin::OriginPolicy;
use crate::websocket;

/// What an endpoint's sessions are for.
pub(super) trait Application: Send + Sync + 'static {
    /// A place for one session.
    type Place: Send + 'static;

    /// Takes a place for a session that begins with this request.
    fn admit(&self, request: &Extensions) -> Result<Self::Place, ErrorCode>;

    /// Is the whole life of a session. `pings` says whether its receiver can ask for a sign of life.
    fn serve(
        place: Self::Place,
        session: Arc<Session>,
        source: Source,
        sink: Sink,
        pings: bool,
    ) -> impl Future<Output = ()> + Send;

    /// Answers the handshake of a WebSocket without the frames of SockJS.
    fn web_socket(
        &self,
        origins: &OriginPolicy,
        request: Request,
    ) -> impl Future<Output = Response> + Send;
}

/// STOMP, through the same driver as every other transport.
impl Application for Messaging {
    type Place = Admission;

    fn admit(&self, request: &Extensions) -> Result<Admission, ErrorCode> {
        let attributes = request.get::<SessionAttributes>().cloned();
        Ok(Self::admit(self)?
            .for_principal(request.get::<Principal>().cloned())
            .with_attributes(&attributes.unwrap_or_default()))
    }

    async fn serve(
        place: Admission,
        session: Arc<Session>,
        source: Source,
        sink: Sink,
        pings: bool,
    ) {
        let carry = move |stomp: &_| session.carries(stomp);
        // In boxes, which go when the session ends: its address is kept for a while.
        if pings {
            Box::pin(place.serve_telling(carry, source, PingingSink(sink))).await;
        } else {
            Box::pin(place.serve_telling(carry, source, sink)).await;
        }
    }

    async fn web_socket(&self, origins: &OriginPolicy, request: Request) -> Response {
        websocket::handshake(self, origins, request).await
    }
}
