use std::any::Any;

use axum::Router;
use stompframe_core::Messaging;

use crate::endpoint::Endpoint;
use crate::{sockjs, websocket};

/// Makes routes of an application's endpoints.
pub trait MessagingRouter {
    /// A router with every [`Endpoint`] that the builder was given, to be merged into the
    /// application's own.
    ///
    /// It fits any state, and layers on it (authentication, tracing) see the handshake.
    ///
    /// Whoever serves the application with [`axum::serve()`] should switch `TCP_NODELAY` on, with
    /// [`ListenerExt::tap_io`](axum::serve::ListenerExt::tap_io): messages are small, and without
    /// it the second of two can wait 40 ms for the client's acknowledgement of the first.
    /// [`serve`](crate::serve) does, and with it a session over a response that goes on (SockJS without
    /// a WebSocket) takes a quarter of the memory.
    fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S>;
}

impl MessagingRouter for Messaging {
    fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let endpoints = self
            .endpoints()
            .iter()
            .filter_map(|any| (&**any as &dyn Any).downcast_ref::<Endpoint>());
        endpoints.fold(Router::new(), |router, endpoint| match &endpoint.sockjs {
            None => websocket::mount(router, endpoint, self),
            Some(options) => sockjs::mount(router, endpoint, options, self),
        })
    }
}
