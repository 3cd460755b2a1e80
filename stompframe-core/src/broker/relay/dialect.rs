use std::fmt;

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
    /// Any other: destinations go there as they are, and there are no wildcards.
    Other,
}

impl Dialect {
    /// The dialect of the broker that calls itself this in the header `server` of CONNECTED.
    pub(super) fn of_server(server: Option<&str>) -> Self {
        match server {
            Some(server) if server.starts_with("RabbitMQ/") => Self::RabbitMq,
            // "ActiveMQ-Artemis/2.x" is another one.
            Some(server) if server.starts_with("ActiveMQ/") => Self::ActiveMq,
            _ => Self::Other,
        }
    }

    pub(super) const fn has_wildcards(self) -> bool {
        matches!(self, Self::RabbitMq | Self::ActiveMq)
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
            Self::Other => "this broker",
        })
    }
}
