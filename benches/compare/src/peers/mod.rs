//! The servers that are written here. All but the floor run on tokio, as applications do.

pub mod broker;
pub mod floor;
pub mod websocket;
