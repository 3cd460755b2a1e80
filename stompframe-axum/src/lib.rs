//! Endpoints: where clients connect with WebSockets, SockJS or TCP, and the router to mount in axum.
//!
//! Applications use the `stompframe` crate, which shows what is here.
//!
//! An [`Endpoint`] is given to the builder, [`router`](MessagingRouter::router) makes routes of all
//! of them, and [`serve`] runs an application until Ctrl-C and drains it. The router is an ordinary
//! [`axum::Router`]: merge it, nest it, put layers on it. An [`Endpoint::tcp`] has an address of its
//! own, which `serve` listens on too.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod endpoint;
mod handshake;
mod long_lived;
mod origin;
mod router;
mod serve;
mod sockjs;
mod tcp;
mod websocket;

pub use self::endpoint::Endpoint;
pub use self::handshake::{Handshake, HandshakeResult, TrustedProxies};
pub use self::router::MessagingRouter;
pub use self::serve::{Error, serve, serve_on};
pub use self::sockjs::{SockJs, SockJsConnection, SockJsTransport};
pub use self::tcp::{MessagingTcp, TcpEndpoint, TcpServer};
#[cfg(feature = "websocket-client")]
#[cfg_attr(docsrs, doc(cfg(feature = "websocket-client")))]
pub use self::websocket::WebSocket;
