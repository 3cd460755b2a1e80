//! Endpoints for axum: where clients connect, and the router to mount.
//!
//! Applications use the `stompframe` crate, which shows what is here.
//!
//! An [`Endpoint`] is given to the builder, [`router`](MessagingRouter::router) makes routes of all
//! of them, and [`serve`] runs an application until Ctrl-C and drains it. The router is an ordinary
//! [`axum::Router`]: merge it, nest it, put layers on it.

mod endpoint;
mod origin;
mod router;
mod serve;
mod websocket;

pub use self::endpoint::Endpoint;
pub use self::router::MessagingRouter;
pub use self::serve::{Error, serve, serve_on};
