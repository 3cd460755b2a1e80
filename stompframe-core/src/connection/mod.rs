//! From a socket to the channels and back: the driver that every transport shares, and the rules of
//! a STOMP session.

mod answer;
mod connections;
mod driver;
mod endpoint;
mod limits;
mod linger;
mod protocol;
mod reader;
mod refusal;
mod report;
mod shared;
mod silence;
mod transport;
mod writer;

pub use self::connections::Admission;
pub(crate) use self::connections::Connections;
pub use self::endpoint::EndpointConfig;
pub use self::limits::{Limits, TransactionLimits};
pub(crate) use self::refusal::refuse;
pub(crate) use self::shared::Shared;
pub use self::transport::{TransportError, TransportSink, TransportSource};
