use std::time::Duration;

/// What a relay holds at most, and how long it waits.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RelayLimits {
    /// How many connections there are to publish, and as many to hear what was published; 2 each unless
    /// told otherwise. One more is there for queues. Destinations are spread over them.
    pub connections: usize,
    /// How many messages may be on their way to the broker over one connection, each until its RECEIPT;
    /// 1,000 unless told otherwise. Beyond: who publishes waits.
    pub max_in_flight: usize,
    /// How many transactions may be under way to the broker over one connection, each from its BEGIN to
    /// the RECEIPT of its COMMIT; 8 unless told otherwise. Beyond: who commits waits, up to
    /// [`patience`](Self::patience), and is `overloaded` then.
    pub max_transactions: usize,
    /// How many bytes may wait to be written to one connection; 1 MiB unless told otherwise. Beyond: as
    /// above.
    pub max_unsent_bytes: usize,
    /// How many messages of one queue this process may hold that no client has taken yet; 100 unless
    /// told otherwise. The broker gives others to other processes.
    pub max_held: usize,
    /// How many destinations clients may be subscribed to, over all; 100,000 unless told otherwise.
    /// Beyond: `overloaded`.
    pub max_destinations: usize,
    /// How large a message of the broker may be, with its headers; 1 MiB unless told otherwise. Beyond:
    /// the connection begins anew, and what is subscribed over it is told that messages were missed.
    pub max_message: usize,
    /// How long a frame waits for the broker while there is no connection; 5 seconds unless told
    /// otherwise. Beyond: `broker-unavailable`.
    pub patience: Duration,
    /// Over how long the connections that sessions have of their own come back when the broker was away;
    /// 20 seconds unless told otherwise. So no more than a twentieth of them come in a second; or five,
    /// if that is more. What a session asks for before its own is back fails after
    /// [`patience`](Self::patience).
    pub reconnect_spread: Duration,
    /// How long the broker may take for a RECEIPT; 15 seconds unless told otherwise. Beyond:
    /// `broker-unavailable`.
    pub receipt_timeout: Duration,
    /// How many messages may wait for the interceptors of clientOutbound, where there are any; 1,024
    /// unless told otherwise. Beyond: they are dropped, and who is subscribed is told that messages were
    /// missed.
    pub max_intercepted: usize,
}

impl Default for RelayLimits {
    fn default() -> Self {
        Self {
            connections: 2,
            max_in_flight: 1_000,
            max_transactions: 8,
            max_unsent_bytes: 1024 * 1024,
            max_held: 100,
            max_destinations: 100_000,
            max_message: 1024 * 1024,
            patience: Duration::from_secs(5),
            reconnect_spread: Duration::from_secs(20),
            receipt_timeout: Duration::from_secs(15),
            max_intercepted: 1_024,
        }
    }
}
