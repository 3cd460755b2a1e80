use std::sync::Arc;

use bytestring::ByteString;

use super::ClientError;
use super::link::Link;
use crate::stomp::{Headers, Version};

/// The connection that a client has now.
#[derive(Clone, Debug)]
pub(super) enum Current {
    /// None yet, or none any more, because of this.
    None(ClientError),
    Link(Arc<Link>),
    /// There will be no more.
    Over(ClientError),
}

/// How things stand between a client and its server.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ClientState {
    /// It is connected.
    Connected(Connected),
    /// There is no connection, because of this; it tries to have one.
    Disconnected(ClientError),
    /// It has ended, because of this.
    Ended(ClientError),
}

impl ClientState {
    /// Whether there is a connection.
    #[must_use]
    pub const fn is_connected(&self) -> bool {
        matches!(self, Self::Connected(_))
    }
}

/// What the server said when it let the client in.
#[derive(Clone, Debug)]
pub struct Connected(Arc<Link>);

impl Connected {
    /// The version that is spoken.
    #[must_use]
    pub fn version(&self) -> Version {
        self.0.version
    }

    /// The server's name and version, such as `RabbitMQ/3.10.8`, if it says so.
    #[must_use]
    pub fn server(&self) -> Option<&str> {
        self.0.connected.get("server")
    }

    /// The server's id of the session, if it says so.
    #[must_use]
    pub fn session(&self) -> Option<&ByteString> {
        self.0.connected.get_bytestring("session")
    }

    /// All headers of CONNECTED.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.0.connected
    }
}

impl From<&Current> for ClientState {
    fn from(current: &Current) -> Self {
        match current {
            Current::None(because) => Self::Disconnected(because.clone()),
            Current::Over(because) => Self::Ended(because.clone()),
            Current::Link(link) => Self::Connected(Connected(Arc::clone(link))),
        }
    }
}
