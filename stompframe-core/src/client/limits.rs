use std::time::Duration;

use crate::stomp::FrameLimits;

/// What a client holds at most, and how long it waits.
///
/// ```
/// use stompframe_core::client::{ClientLimits, StompClient};
///
/// let mut limits = ClientLimits::default();
/// limits.frame.max_frame = 16 * 1024 * 1024;
/// let client = StompClient::tcp("127.0.0.1:61613").limits(limits);
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ClientLimits {
    /// What one frame of the server may be: 1 MiB, with a head of 64 KiB and 256 headers, unless told
    /// otherwise. Beyond: the connection is given up.
    pub frame: FrameLimits,
    /// How many bytes may wait to be written; 1 MiB unless told otherwise. Beyond: who sends waits.
    pub max_unsent_bytes: usize,
    /// How many frames may wait to be written; 1,024 unless told otherwise. Beyond: who sends waits.
    pub max_unsent_frames: usize,
    /// How many receipts may be awaited; 1,000 unless told otherwise. Beyond: who sends waits.
    pub max_unconfirmed: usize,
    /// How many subscriptions there may be; 10,000 unless told otherwise.
    pub max_subscriptions: usize,
    /// How many messages may wait in one subscription; 1,000 unless told otherwise. Beyond: what comes
    /// is dropped, and an [`Incoming::Gap`](super::Incoming::Gap) stands in its place.
    pub max_waiting_messages: usize,
    /// How many bytes may wait in one subscription; 8 MiB unless told otherwise. Beyond: as above.
    pub max_waiting_bytes: usize,
    /// How long the server may take to answer CONNECT; 10 seconds unless told otherwise.
    pub connect_timeout: Duration,
    /// How long the server may take for a RECEIPT; 15 seconds unless told otherwise, as in Spring.
    /// Beyond: [`TimedOut`](super::ClientError::TimedOut).
    pub receipt_timeout: Duration,
    /// How long a server that sends no heart-beats may take to read what is written at once; 10 seconds
    /// unless told otherwise. Beyond: the connection is given up. One that sends them may take as long as
    /// it wants, as brokers do that have no room: who sends waits.
    pub send_timeout: Duration,
    /// How long DISCONNECT and the close may take; 2 seconds unless told otherwise.
    pub close_timeout: Duration,
}

impl Default for ClientLimits {
    fn default() -> Self {
        const KIB: usize = 1024;
        const MIB: usize = 1024 * KIB;
        Self {
            frame: FrameLimits::default()
                .with_max_frame(MIB)
                .with_max_head(64 * KIB)
                .with_max_header_line(32 * KIB)
                .with_max_headers(256),
            max_unsent_bytes: MIB,
            max_unsent_frames: 1_024,
            max_unconfirmed: 1_000,
            max_subscriptions: 10_000,
            max_waiting_messages: 1_000,
            max_waiting_bytes: 8 * MIB,
            connect_timeout: Duration::from_secs(10),
            receipt_timeout: Duration::from_secs(15),
            send_timeout: Duration::from_secs(10),
            close_timeout: Duration::from_secs(2),
        }
    }
}
