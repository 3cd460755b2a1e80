//! The WebSocket transport: tungstenite reads, and what is written goes straight to the socket.

#[cfg(feature = "websocket-client")]
mod connector;
mod control;
mod handshake;
mod sink;
mod source;
mod upgrade;

#[cfg(feature = "websocket-client")]
pub use self::connector::WebSocket;
pub(crate) use self::handshake::{handshake, max_message, mount};
pub(crate) use self::source::what_went_wrong;
