//! The WebSocket transport (RFC 6455), as the server's side of it: no extensions.
//!
//! What is read are slices of the stack, and what is written goes straight to the socket.

mod connection;
#[cfg(feature = "websocket-client")]
mod connector;
mod control;
#[cfg(test)]
mod echo;
mod frame;
mod handshake;
mod reader;
mod sink;
mod socket;
mod source;
#[cfg(test)]
mod tests;
mod upgrade;
mod utf8;

pub(crate) use self::connection::Serve;
#[cfg(feature = "websocket-client")]
pub use self::connector::WebSocket;
pub(crate) use self::handshake::{handshake, max_message, mount};
pub(crate) use self::sink::WebSocketSink;
pub(crate) use self::socket::WritingHalf;
pub(crate) use self::source::{Received, WebSocketSource};
pub(crate) use self::upgrade::{NoHandshake, Upgrade};
