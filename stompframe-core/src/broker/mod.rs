//! Brokers: who is subscribed to what, and the delivery of what is published.
//!
//! A broker is a [`MessageHandler`](crate::channel::MessageHandler) that listens on the
//! clientInbound channel (for SUBSCRIBE and its like) and on the broker channel (for what is
//! published).

mod client_sends;
mod limits;
mod relay;
mod selector;
mod simple;

pub(crate) use self::client_sends::ClientSends;
pub use self::limits::BrokerLimits;
pub use self::relay::{BrokerRelay, BrokerStatistics, BrokerStatus, Dialect, RelayLimits};
pub(crate) use self::relay::{RelayHandler, SystemTopic, Tell};
pub use self::selector::{Selector, SelectorError, SelectorErrorKind};
pub use self::simple::SimpleBroker;
pub(crate) use self::simple::{SimpleBrokerHandler, TEMPORARY_QUEUES};
