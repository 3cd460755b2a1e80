use std::time::Duration;

use crate::broker::BrokerLimits;
use crate::destination;
use crate::session::{OutboxLimits, RateLimits};
use crate::stomp::FrameLimits;

/// Everything that grows with what clients do, and how far it may, whichever transport they use.
///
/// ```
/// use stompframe_core::{Limits, Messaging};
///
/// let mut limits = Limits::default();
/// limits.max_sessions = 500;
/// limits.frame.max_frame = 256 * 1024;
/// println!("{limits}");
/// let messaging = Messaging::builder().limits(limits).build()?;
/// # Ok::<(), stompframe_core::BuildError>(())
/// ```
///
/// Displayed, it is a report: each limit with its unit, and how much memory clients can make the
/// server hold at most. `build()` writes it to the log.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// What one frame of a client may be. Beyond: ERROR `frame-too-large`, `too-many-headers` or
    /// `header-too-long`.
    pub frame: FrameLimits,
    /// What may wait to be written to one client. Beyond: the session ends with `slow-consumer`.
    pub outbox: OutboxLimits,
    /// How many bytes may wait to be written to all clients together; 512 MiB unless told otherwise.
    /// Frames that several clients are to receive count once, and 64 short ones of each client not at all.
    /// Beyond: those sessions end for which the most waits, with `overloaded`.
    pub max_backlog: usize,
    /// How much clients may send in a while. Who sends more is read more slowly.
    pub rates: RateLimits,
    /// What the broker in memory keeps.
    pub broker: BrokerLimits,
    /// What a session's transactions may hold. Beyond: ERROR `transaction-limit`.
    pub transactions: TransactionLimits,
    /// How many bytes a connection may send until its CONNECT is complete, and how large that frame
    /// may be; 16 KiB unless told otherwise. Strangers get less than sessions do. Beyond: ERROR
    /// `frame-too-large`.
    pub max_before_connect: usize,
    /// How many connections there may be at once, those before their CONNECT included; 10,000
    /// unless told otherwise. Beyond: HTTP 503, or ERROR over TCP (`overloaded`).
    pub max_sessions: usize,
    /// How many of these may be without CONNECT at a time; 1,000 unless told otherwise. So those who
    /// open connections and say nothing leave places to those who do. Beyond: as for
    /// [`max_sessions`](Self::max_sessions).
    pub max_connecting: usize,
    /// How many connections there may be from one address, where it is known; any number unless told
    /// otherwise. Behind a proxy that the endpoint does not trust, all clients have the proxy's. Of
    /// IPv6, a network of 64 bits counts as one address. Beyond: as for
    /// [`max_sessions`](Self::max_sessions).
    pub max_sessions_per_address: Option<usize>,
    /// How many of these may be without CONNECT at a time; 64 unless told otherwise. Addresses of the
    /// machine itself and of private networks are not held to it, since a proxy may be there. Beyond:
    /// as for [`max_sessions`](Self::max_sessions).
    pub max_connecting_per_address: usize,
    /// How many clients are authenticated side by side, since what compares passcodes takes its time on
    /// purpose; 128 unless told otherwise. The others wait for their turn, within
    /// [`connect_timeout`](Self::connect_timeout). Beyond: ERROR `connect-timeout`.
    pub max_authenticating: usize,
    /// How many sessions one user may have; 64 unless told otherwise. Those who are anonymous are
    /// not counted. Beyond: ERROR `overloaded`.
    pub max_sessions_per_user: usize,
    /// How many subscriptions one session may hold; 128 unless told otherwise. Beyond: ERROR
    /// `too-many-subscriptions`.
    pub max_subscriptions: usize,
    /// How many replies of one session may go on at a time, as [`Stream`](crate::handler::Stream);
    /// 16 unless told otherwise. Beyond: the message has failed with `too-many-streams`.
    pub max_streams: usize,
    /// How long a connection may take until its CONNECT is complete and the client authenticated; 10
    /// seconds unless told otherwise. Beyond: ERROR `connect-timeout`.
    pub connect_timeout: Duration,
    /// How long one frame may take to arrive, from its first piece to its last; 30 seconds unless
    /// told otherwise. Beyond: ERROR `frame-timeout`. Who allows frames of many megabytes gives slow
    /// lines more.
    pub frame_timeout: Duration,
    /// How long a client that agreed on no heart-beats may be silent until its transport asks it
    /// for a sign of life, where it can; 30 seconds unless told otherwise. A WebSocket is pinged;
    /// TCP has the kernel's keepalive, at fixed intervals, instead.
    pub ping_interval: Duration,
    /// How long it then has; 10 seconds unless told otherwise. Beyond: the connection is dropped
    /// (`pong-timeout`), as nobody seems to be there who could be told.
    pub pong_timeout: Duration,
    /// How long before a user's credentials expire the client is warned; a minute unless told otherwise,
    /// and half of the time that they are good for where that is less. Beyond the expiry: ERROR
    /// `session-expired`.
    pub expiry_warning: Duration,
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
    /// Over how long the ends of more than 100 sessions are spread when the application goes down, so
    /// that their clients do not come back to the next server all at once; 5 seconds unless told
    /// otherwise, and never more than half of the time that
    /// [`shut_down`](crate::Messaging::shut_down) has. A session goes on until it is its turn.
    pub shutdown_spread: Duration,
}

impl Limits {
    /// How long a destination may be, in bytes. Beyond: ERROR `bad-destination`, as for control
    /// characters in it.
    pub const MAX_DESTINATION: usize = destination::MAX_LENGTH;
    /// How many segments a destination may have. Beyond: ERROR `bad-destination`.
    pub const MAX_SEGMENTS: usize = destination::MAX_SEGMENTS;
    /// How long the id of a subscription may be, in bytes. Beyond: ERROR `header-too-long`.
    pub const MAX_ID: usize = 128;
    /// How long the id of a receipt may be, in bytes. Beyond: ERROR `header-too-long`.
    pub const MAX_RECEIPT: usize = 256;

    /// What a frame may be before CONNECT.
    pub(super) fn frame_before_connect(&self) -> FrameLimits {
        let max_frame = self.frame.max_frame.min(self.max_before_connect);
        self.frame.with_max_frame(max_frame)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame: FrameLimits::default(),
            outbox: OutboxLimits::default(),
            max_backlog: 512 * 1024 * 1024,
            rates: RateLimits::default(),
            broker: BrokerLimits::default(),
            transactions: TransactionLimits::default(),
            max_before_connect: 16 * 1024,
            max_sessions: 10_000,
            max_connecting: 1_000,
            max_sessions_per_address: None,
            max_connecting_per_address: 64,
            max_authenticating: 128,
            max_sessions_per_user: 64,
            max_subscriptions: 128,
            max_streams: 16,
            connect_timeout: Duration::from_secs(10),
            frame_timeout: Duration::from_secs(30),
            ping_interval: Duration::from_secs(30),
            pong_timeout: Duration::from_secs(10),
            expiry_warning: Duration::from_secs(60),
            handler_timeout: Duration::from_secs(30),
            send_timeout: Duration::from_secs(10),
            close_timeout: Duration::from_secs(2),
            shutdown_spread: Duration::from_secs(5),
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
    /// How many bytes all of them may hold, about 1 KiB for each frame included; 1 MiB unless told
    /// otherwise.
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
