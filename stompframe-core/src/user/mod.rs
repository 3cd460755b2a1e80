//! Users: who is connected, and their destinations, where `/user/queue/x` means the subscriber's own
//! `/queue/x`.
//!
//! What a session subscribes to below `/user` never enters the broker's namespace, so no client can
//! name, guess or match another's (in Spring it becomes `/queue/x-user<session>`, which anybody may
//! subscribe to).

mod client_sends;
mod destinations;
mod nodes;
mod registry;

pub(crate) use self::client_sends::ClientSendsToUsers;
pub(crate) use self::destinations::UserDestinations;
pub use self::nodes::{Nodes, RemoteUser};
pub use self::registry::{Subscription, User, UserRegistry};
