use crate::session::Close;

/// Why a session is over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DisconnectReason {
    /// The client said DISCONNECT.
    Disconnect,
    /// The client closed the connection, without a DISCONNECT: with this code, if it gave one and the
    /// transport has codes.
    Closed(Option<u16>),
    /// The connection broke.
    Lost,
    /// The server ended it like this; an ERROR, where one was sent, had the same code.
    Ended(Close),
}

impl DisconnectReason {
    /// The WebSocket close code that says so (RFC 6455, 7.4.1): that of the client or of the server,
    /// 1000 after DISCONNECT, 1005 for a close without a code, 1006 for none at all.
    #[must_use]
    pub const fn close_code(&self) -> u16 {
        match self {
            Self::Disconnect => 1000,
            Self::Closed(Some(code)) => *code,
            Self::Closed(None) => 1005,
            Self::Lost => 1006,
            Self::Ended(close) => close.code(),
        }
    }
}
