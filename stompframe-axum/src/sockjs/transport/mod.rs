//! How requests carry a session.

mod polling;
mod sending;
mod streaming;
mod websocket;

pub(super) use self::polling::poll;
pub(super) use self::sending::{Bounds, Sending, send};
pub(super) use self::streaming::stream;
pub(super) use self::websocket::{Framing, Terms, upgrade};
