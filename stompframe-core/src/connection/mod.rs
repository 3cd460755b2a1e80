//! From a socket to the channels and back: the driver that every transport shares, and the rules of
//! a STOMP session.

mod alarm;
mod answer;
mod authentication;
mod bell;
mod connections;
mod driver;
mod endpoint;
mod error_frame;
mod limits;
mod linger;
mod overseer;
mod pace;
mod protocol;
mod reader;
mod refusal;
mod report;
mod shared;
mod silence;
mod waves;
mod writer;

pub(crate) use self::authentication::Authenticator;
pub use self::authentication::{Connect, Denied};
pub use self::connections::Admission;
pub(crate) use self::connections::Connections;
pub use self::endpoint::EndpointConfig;
pub(crate) use self::error_frame::ErrorHandler;
pub use self::error_frame::{ErrorFrame, FailedFrame};
pub use self::limits::{Limits, TransactionLimits};
pub(crate) use self::refusal::refuse;
pub(crate) use self::shared::Shared;
use crate::transport;
pub use crate::transport::{TransportError, TransportSink, TransportSource};
