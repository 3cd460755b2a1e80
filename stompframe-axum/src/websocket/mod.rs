//! The WebSocket transport.

#[cfg(feature = "websocket-client")]
mod connector;
mod handshake;
mod sink;
mod source;

#[cfg(feature = "websocket-client")]
pub use self::connector::WebSocket;
pub(crate) use self::handshake::mount;
