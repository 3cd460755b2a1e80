//! The first line of a frame.

use std::fmt;

use super::Version;

/// The command of a frame.
///
/// The set is closed: it is the union of the commands of STOMP 1.0, 1.1 and 1.2. Names are
/// case-sensitive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// `CONNECT`: a client opens a session.
    Connect,
    /// `STOMP`: the same as `CONNECT`, under a name that cannot be mistaken for an HTTP method.
    Stomp,
    /// `CONNECTED`: the server accepts a session.
    Connected,
    /// `SEND`: a client sends a message to a destination.
    Send,
    /// `SUBSCRIBE`: a client asks for the messages of a destination.
    Subscribe,
    /// `UNSUBSCRIBE`: a client ends a subscription.
    Unsubscribe,
    /// `ACK`: a client confirms a message.
    Ack,
    /// `NACK`: a client refuses a message (since STOMP 1.1).
    Nack,
    /// `BEGIN`: a client starts a transaction.
    Begin,
    /// `COMMIT`: a client carries out a transaction.
    Commit,
    /// `ABORT`: a client drops a transaction.
    Abort,
    /// `DISCONNECT`: a client ends its session in order.
    Disconnect,
    /// `MESSAGE`: the server delivers a message to a subscription.
    Message,
    /// `RECEIPT`: the server confirms a frame that asked for it.
    Receipt,
    /// `ERROR`: the server reports a failure and then closes.
    Error,
}

impl Command {
    /// Returns the name as it stands on the wire, such as `"SEND"`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "CONNECT",
            Self::Stomp => "STOMP",
            Self::Connected => "CONNECTED",
            Self::Send => "SEND",
            Self::Subscribe => "SUBSCRIBE",
            Self::Unsubscribe => "UNSUBSCRIBE",
            Self::Ack => "ACK",
            Self::Nack => "NACK",
            Self::Begin => "BEGIN",
            Self::Commit => "COMMIT",
            Self::Abort => "ABORT",
            Self::Disconnect => "DISCONNECT",
            Self::Message => "MESSAGE",
            Self::Receipt => "RECEIPT",
            Self::Error => "ERROR",
        }
    }

    /// Reads a command line, given without its end of line. Case counts, and so does every space.
    #[must_use]
    pub fn from_bytes(line: &[u8]) -> Option<Self> {
        Some(match line {
            b"CONNECT" => Self::Connect,
            b"STOMP" => Self::Stomp,
            b"CONNECTED" => Self::Connected,
            b"SEND" => Self::Send,
            b"SUBSCRIBE" => Self::Subscribe,
            b"UNSUBSCRIBE" => Self::Unsubscribe,
            b"ACK" => Self::Ack,
            b"NACK" => Self::Nack,
            b"BEGIN" => Self::Begin,
            b"COMMIT" => Self::Commit,
            b"ABORT" => Self::Abort,
            b"DISCONNECT" => Self::Disconnect,
            b"MESSAGE" => Self::Message,
            b"RECEIPT" => Self::Receipt,
            b"ERROR" => Self::Error,
            _ => return None,
        })
    }

    /// Whether clients send this command. Every command belongs to one side only.
    #[must_use]
    pub const fn is_client(self) -> bool {
        !matches!(
            self,
            Self::Connected | Self::Message | Self::Receipt | Self::Error
        )
    }

    /// Whether this command opens a session: `CONNECT` or its synonym `STOMP`.
    #[must_use]
    pub const fn is_connect(self) -> bool {
        matches!(self, Self::Connect | Self::Stomp)
    }

    /// Whether a frame of this command may carry a body: `SEND`, `MESSAGE` and `ERROR` (STOMP 1.2,
    /// Body).
    #[must_use]
    pub const fn may_have_body(self) -> bool {
        matches!(self, Self::Send | Self::Message | Self::Error)
    }

    /// Whether the headers of this command are escaped in `version` (STOMP 1.2, Value Encoding).
    ///
    /// `CONNECT`, `STOMP` and `CONNECTED` never are, so that they stay readable to a STOMP 1.0
    /// peer, which knows no escapes at all.
    #[must_use]
    pub const fn is_escaped(self, version: Version) -> bool {
        let handshake = matches!(self, Self::Connect | Self::Stomp | Self::Connected);
        !handshake && !matches!(version, Version::V1_0)
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
