//! The TCP transport: STOMP as it is, for clients that need no WebSocket.

mod endpoint;
mod server;

pub use self::endpoint::TcpEndpoint;
pub(crate) use self::server::prepare;
pub use self::server::{MessagingTcp, TcpServer};
