use std::time::Duration;

use crate::broker::BrokerLimits;
use crate::session::OutboxLimits;
use crate::stomp::FrameLimits;

/// Everything that grows with what clients do, and how far it may.
///
/// ```
/// use stompframe_core::Limits;
///
/// let mut limits = Limits::default();
/// limits.max_sessions = 500;
/// limits.frame.max_frame = 256 * 1024;
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// What one frame of a client may be. Beyond: ERROR `frame-too-large`, `too-many-headers` or
    /// `header-too-long`.
    pub frame: FrameLimits,
    /// What may wait to be written to one client. Beyond: the session ends with `slow-consumer`.
    pub outbox: OutboxLimits,
    /// What the broker in memory keeps.
    pub broker: BrokerLimits,
    /// What a session's transactions may hold. Beyond: ERROR `transaction-limit`.
    pub transactions: TransactionLimits,
    /// How many connections there may be at once, those before their CONNECT included; 10,000
    /// unless told otherwise. Beyond: HTTP 503 (`overloaded`).
    pub max_sessions: usize,
    /// How many subscriptions one session may hold; 128 unless told otherwise. Beyond: ERROR
    /// `too-many-subscriptions`.
    pub max_subscriptions: usize,
    /// How many replies of one session may go on at a time, as [`Stream`](crate::handler::Stream);
    /// 16 unless told otherwise. Beyond: the message has failed with `too-many-streams`.
    pub max_streams: usize,
    /// How long a connection may take until its CONNECT is complete and the client authenticated; 10
    /// seconds unless told otherwise. Beyond: ERROR `connect-timeout`.
    pub connect_timeout: Duration,
    /// How long a handler may take; 30 seconds unless told otherwise. Beyond: it is stopped at its
    /// next `.await`, and its message has failed with `handler-timeout`.
    pub handler_timeout: Duration,
    /// How long writing what is ready may take; 10 seconds unless told otherwise, as Spring's send
    /// time limit. Beyond: the connection is dropped, since a peer that does not read cannot be
    /// told.
    pub send_timeout: Duration,
    /// How long the last frames and the close may take, and how long the peer is given to close its
    /// side; 2 seconds unless told otherwise.
    pub close_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame: FrameLimits::default(),
            outbox: OutboxLimits::default(),
            broker: BrokerLimits::default(),
            transactions: TransactionLimits::default(),
            max_sessions: 10_000,
            max_subscriptions: 128,
            max_streams: 16,
            connect_timeout: Duration::from_secs(10),
            handler_timeout: Duration::from_secs(30),
            send_timeout: Duration::from_secs(10),
            close_timeout: Duration::from_secs(2),
        }
    }
}

/// What a session's transactions may hold until they are committed.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct TransactionLimits {
    /// How many may be open at a time; 16 unless told otherwise.
    pub max_open: usize,
    /// How many frames one may hold; 1,024 unless told otherwise.
    pub max_frames: usize,
    /// How many bytes all of them may hold; 1 MiB unless told otherwise.
    pub max_bytes: usize,
}

impl Default for TransactionLimits {
    fn default() -> Self {
        Self {
            max_open: 16,
            max_frames: 1024,
            max_bytes: 1024 * 1024,
        }
    }
}
