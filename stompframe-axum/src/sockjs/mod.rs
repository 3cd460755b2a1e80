//! SockJS: a WebSocket for those who cannot have one.
//!
//! One more adapter of the connection's driver. Its messages travel in requests, which come and go
//! ([`transport`]); the [`session`] is what stays, and what the driver holds the ends of.

mod answer;
mod application;
mod callback;
mod carry;
mod cors;
mod frame;
mod iframe;
mod incoming;
mod options;
mod path;
mod plain;
mod service;
mod session;
mod transport;

use axum::Router;
use stompframe_core::Messaging;

use self::application::Stomp;
pub use self::options::{SockJs, SockJsTransport};
pub use self::plain::SockJsConnection;
pub(crate) use self::plain::router;
use self::service::Ceilings;
use crate::endpoint::Endpoint;

/// How many of the largest frames one request may bring. A client that had to wait sends all at once.
const FRAMES_AT_ONCE: usize = 8;

/// Adds the routes of an endpoint with STOMP on top.
pub(crate) fn mount<S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    endpoint: &Endpoint,
    options: &SockJs,
    messaging: &Messaging,
) -> Router<S> {
    let limits = messaging.limits();
    let ceilings = Ceilings {
        max_sessions: limits.max_sessions,
        max_post: limits.frame.max_frame.saturating_mul(FRAMES_AT_ONCE),
        post_timeout: limits.frame_timeout,
        close_timeout: limits.close_timeout,
    };
    let stomp = Stomp::new(endpoint, messaging);
    service::mount(router, endpoint, options, stomp, ceilings)
}
