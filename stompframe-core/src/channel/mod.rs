//! The three channels that every message passes, as in Spring: `clientInbound`, `broker`,
//! `clientOutbound`.
//!
//! A channel runs its [interceptors](ChannelInterceptor) and hands the message to whoever listens:
//!
//! * [`ClientInboundChannel`]: each frame of a client, offered to the annotated handlers, the user
//!   destinations and the broker, each of which knows what is its own;
//! * [`BrokerChannel`]: what handlers reply and the application publishes, for the broker;
//! * [`ClientOutboundChannel`]: what the broker delivers, into the sessions' outbound queues.

mod broker;
mod committing;
mod encoding;
mod inbound;
mod interceptor;
mod interceptors;
mod listener;
mod message_id;
mod outbound;

pub use self::broker::BrokerChannel;
pub use self::inbound::ClientInboundChannel;
pub(crate) use self::inbound::Held;
pub use self::interceptor::{
    ChannelContext, ChannelInterceptor, ChannelName, Outcome, Step, Verdict, intercept,
};
pub use self::interceptors::Interceptors;
pub use self::listener::{Commit, Handling, MessageHandler, Preparing};
pub use self::outbound::{ClientOutboundChannel, Delivery, FanOut, Recipient};
