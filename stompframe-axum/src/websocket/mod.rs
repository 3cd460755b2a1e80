//! The WebSocket transport.

mod handshake;
mod sink;
mod source;

pub(crate) use self::handshake::mount;
