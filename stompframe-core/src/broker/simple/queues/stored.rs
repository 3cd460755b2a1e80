use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::time::Instant;

use super::shared::Shared;
use crate::message::Message;

/// A message that a queue is responsible for, until it is received or dead.
#[derive(Debug)]
pub(super) struct Stored {
    /// As it arrived, or on its own once it has to stay.
    pub(super) message: Arc<Message>,
    /// Its place among the messages of its queue, which it keeps when it comes back.
    pub(super) place: u64,
    pub(super) arrived: Instant,
    /// How often it has been delivered.
    pub(super) deliveries: u32,
    stays: bool,
    charge: Charge,
}

impl Stored {
    /// None if there is no room for it in all queues together.
    pub(super) fn new(
        message: Arc<Message>,
        place: u64,
        arrived: Instant,
        shared: &Arc<Shared>,
    ) -> Option<Self> {
        let charge = Charge::new(message.footprint(), shared)?;
        Some(Self {
            message,
            place,
            arrived,
            deliveries: 0,
            stays: false,
            charge,
        })
    }

    /// It is not only passed on, but stays for a while: then without what it shares memory with.
    pub(super) fn stay(mut self) -> Self {
        if !self.stays {
            self.message = Arc::new(self.message.on_its_own());
            self.stays = true;
        }
        self
    }

    pub(super) const fn len(&self) -> usize {
        self.charge.bytes
    }
}

/// The room that a message takes among all that queues hold; given back when dropped.
#[derive(Debug)]
struct Charge {
    bytes: usize,
    shared: Arc<Shared>,
}

impl Charge {
    fn new(bytes: usize, shared: &Arc<Shared>) -> Option<Self> {
        let more = |queued: usize| {
            let more = queued + bytes;
            (more <= shared.max_queued).then_some(more)
        };
        shared
            .queued
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, more)
            .ok()?;
        let shared = Arc::clone(shared);
        Some(Self { bytes, shared })
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.shared.queued.fetch_sub(self.bytes, Ordering::AcqRel);
    }
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
