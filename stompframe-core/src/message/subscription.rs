use std::fmt;

use bytestring::ByteString;

/// Names one subscription within a session.
///
/// STOMP 1.1 and 1.2 demand an `id` of every SUBSCRIBE. STOMP 1.0 does not: there, a subscription
/// made without one is known by its destination, and what is delivered to it carries no
/// `subscription` header.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SubscriptionId {
    /// The client's own `id`.
    Named(ByteString),
    /// STOMP 1.0 without an `id`: the destination stands in for it.
    Destination(ByteString),
}

impl SubscriptionId {
    /// What goes into the `subscription` header of a MESSAGE.
    #[must_use]
    pub fn header(&self) -> Option<&str> {
        match self {
            Self::Named(id) => Some(id),
            Self::Destination(_) => None,
        }
    }
}

impl fmt::Display for SubscriptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(id) => f.write_str(id),
            Self::Destination(destination) => f.write_str(destination),
        }
    }
}
