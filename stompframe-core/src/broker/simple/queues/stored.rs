use std::sync::Arc;

use tokio::time::Instant;

use crate::message::Message;

/// A message that a queue is responsible for, until it is received or dead.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) message: Arc<Message>,
    /// Its place among the messages of its queue, which it keeps when it comes back.
    pub(super) place: u64,
    pub(super) arrived: Instant,
    /// How often it has been delivered.
    pub(super) deliveries: u32,
}

impl Stored {
    pub(super) fn len(&self) -> usize {
        message_len(&self.message)
    }
}

/// About how many bytes a message holds.
pub(super) fn message_len(message: &Message) -> usize {
    /// What a message takes beside its texts.
    const OVERHEAD: usize = 256;
    let headers = message.headers().iter();
    let headers: usize = headers.map(|(name, value)| name.len() + value.len()).sum();
    OVERHEAD + message.destination().len() + headers + message.payload().len()
}

/// A message that nobody is to get any more, and why.
#[derive(Debug)]
pub(super) struct Dead {
    pub(super) message: Arc<Message>,
    pub(super) deliveries: u32,
    pub(super) reason: Reason,
}

/// Why a message is a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// It was delivered as often as it may be, and nobody acknowledged it.
    Undeliverable,
    /// It waited too long.
    Expired,
}

impl Reason {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Undeliverable => "undeliverable",
            Self::Expired => "expired",
        }
    }
}
