use std::time::Duration;

/// What the broker in memory keeps for clients.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct BrokerLimits {
    /// How many of a session's subscriptions may be patterns, where those are allowed at all; 8
    /// unless told otherwise. Beyond: ERROR `too-many-subscriptions`.
    pub max_wildcard_subscriptions: usize,
    /// How many messages one subscription may have received and not acknowledged; 1,000 unless told
    /// otherwise. Beyond: it gets no more until it acknowledges some.
    pub max_unacknowledged: usize,
    /// How many queues there may be that hold messages or have consumers; 10,000 unless told
    /// otherwise. Beyond: the message or subscription has failed with `overloaded`.
    pub max_queues: usize,
    /// How many messages may wait in one queue; 10,000 unless told otherwise. Beyond: the message
    /// has failed with `queue-full`.
    pub max_queue_messages: usize,
    /// How many bytes may wait in one queue, about 1 KiB for each message included; 16 MiB unless
    /// told otherwise. Beyond: as above.
    pub max_queue_bytes: usize,
    /// How many bytes may wait in all queues together, what is delivered and not acknowledged
    /// included; 256 MiB unless told otherwise. Beyond: as above.
    pub max_queued_bytes: usize,
    /// How long a message may wait in a queue; one hour unless told otherwise. Beyond: it is a dead
    /// letter.
    pub max_queue_age: Duration,
    /// How often a message is delivered, to whomever, before it is a dead letter; 10 unless told
    /// otherwise. Both a refusal and the end of a consumer that had not acknowledged it make it come
    /// again.
    pub max_deliveries: u32,
}

impl Default for BrokerLimits {
    fn default() -> Self {
        const MIB: usize = 1024 * 1024;
        Self {
            max_wildcard_subscriptions: 8,
            max_unacknowledged: 1_000,
            max_queues: 10_000,
            max_queue_messages: 10_000,
            max_queue_bytes: 16 * MIB,
            max_queued_bytes: 256 * MIB,
            max_queue_age: Duration::from_secs(60 * 60),
            max_deliveries: 10,
        }
    }
}
