use std::fmt;

use super::translation::Kind;
use crate::stomp::Headers;

/// What a broker is like, as far as STOMP leaves that to it: how it writes destinations, and which
/// wildcards it has.
///
/// Unless told otherwise, a relay finds it out from the header `server` of CONNECTED.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dialect {
    /// `RabbitMQ` with its STOMP plugin: `/topic/rooms/7` is `/topic/rooms.7` there, with the wildcards
    /// `*` and `#`.
    RabbitMq,
    /// `ActiveMQ` Classic: `/topic/rooms/7` is `/topic/rooms.7` there, with the wildcards `*` and `>`.
    ActiveMq,
    /// `ActiveMQ` Artemis: `/topic/rooms/7` is the address `topic.rooms.7` there, of the routing
    /// type `MULTICAST`, and `/queue/jobs` is `queue.jobs`, `ANYCAST`; with the wildcards `*` and `#`. Nothing has to be
    /// configured for that at its acceptor. It has no NACK, and transactions hold no acknowledgements.
    Artemis,
    /// Any other: destinations go there as they are, and there are no wildcards.
    Other,
}

impl Dialect {
    /// The dialect of the broker that calls itself this in the header `server` of CONNECTED.
    pub(super) fn of_server(server: Option<&str>) -> Self {
        match server {
            Some(server) if server.starts_with("RabbitMQ/") => Self::RabbitMq,
            Some(server) if server.starts_with("ActiveMQ/") => Self::ActiveMq,
            Some(server) if server.starts_with("ActiveMQ-Artemis/") => Self::Artemis,
            _ => Self::Other,
        }
    }

    pub(super) const fn has_wildcards(self) -> bool {
        !matches!(self, Self::Other)
    }

    /// What a destination of this kind begins with there.
    pub(super) const fn prefix(self, kind: Kind) -> &'static str {
        match (self, kind) {
            // A topic and a queue of one address get in each other's way when they are made anew.
            (Self::Artemis, Kind::Topic) => "topic.",
            (Self::Artemis, Kind::Queue) => "queue.",
            (_, Kind::Topic) => "/topic/",
            (_, Kind::Queue) => "/queue/",
        }
    }

    /// What has to be said besides, of a destination of this kind: in `destination-type` where something
    /// is published, in `subscription-type` where it is heard.
    pub(super) const fn routing(self, kind: Kind) -> Option<&'static str> {
        match (self, kind) {
            (Self::Artemis, Kind::Topic) => Some("MULTICAST"),
            (Self::Artemis, Kind::Queue) => Some("ANYCAST"),
            _ => None,
        }
    }

    /// Whether this is the name of something that the broker tells about itself, which is not for
    /// clients.
    pub(super) fn is_about_itself(self, name: &str) -> bool {
        matches!(self, Self::ActiveMq) && name.starts_with("ActiveMQ.")
    }

    /// Whether an UNSUBSCRIBE with these headers is about what is kept under a name, and comes behind the
    /// one that ends the subscription. Others end and forget with one.
    pub(super) fn forgets_by_name(self, headers: &Headers) -> bool {
        self == Self::ActiveMq && headers.contains("activemq.subscriptionName")
    }

    /// Whether it knows NACK, and takes acknowledgements into a transaction.
    pub(super) const fn has_all_acknowledgements(self) -> bool {
        !matches!(self, Self::Artemis)
    }

    /// Whether what a subscription holds is to be refused before it ends, or is not given to anybody
    /// else. `ActiveMQ` gives it to others by itself, and takes what is refused for dead.
    pub(super) const fn refuses_before_leaving(self) -> bool {
        matches!(self, Self::RabbitMq)
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RabbitMq => "RabbitMQ",
            Self::ActiveMq => "ActiveMQ",
            Self::Artemis => "ActiveMQ Artemis",
            Self::Other => "this broker",
        })
    }
}
