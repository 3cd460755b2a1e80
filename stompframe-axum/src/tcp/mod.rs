//! The TCP transport: STOMP as it is, for clients that need no WebSocket.

mod endpoint;
mod listening;
mod server;

pub use self::endpoint::TcpEndpoint;
pub(crate) use self::listening::{Listening, listen};
pub use self::server::{MessagingTcp, TcpServer};
