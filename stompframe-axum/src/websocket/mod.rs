//! The WebSocket transport.

mod handshake;
mod sink;
mod source;

pub(crate) use self::handshake::{READ_BUFFER, WRITE_BUFFER, handshake, max_message, mount};
pub(crate) use self::source::what_went_wrong;
