//! From a socket to the channels and back: the driver that every transport shares, and the rules of
//! a STOMP session.

mod answer;
mod driver;
mod endpoint;
mod limits;
mod protocol;
mod reader;
mod transport;
mod writer;

pub use self::driver::{Admission, Connections};
pub use self::endpoint::EndpointConfig;
pub use self::limits::Limits;
pub use self::transport::{TransportError, TransportSink, TransportSource};
