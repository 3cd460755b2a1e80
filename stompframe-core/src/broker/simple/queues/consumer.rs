use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::queue::{Queue, handle_soon};
use super::state::Work;
use super::stored::Stored;
use crate::broker::simple::subscription::Subscription;
use crate::message::{AckMode, SubscriptionId};
use crate::session::OnRoom;

/// One subscription that a queue gives messages to, and what it has not acknowledged.
#[derive(Debug)]
pub(in crate::broker::simple) struct Consumer {
    pub(super) queue: Arc<Queue>,
    pub(super) subscription: Subscription,
    mode: AckMode,
    window: Window,
    unsettled: Mutex<Unsettled>,
    /// Whether it is told already when its session's queue has room again.
    is_waiting: AtomicBool,
}

/// How much a consumer may hold without acknowledging it. One message always fits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) messages: usize,
    pub(super) bytes: usize,
}

#[derive(Debug, Default)]
struct Unsettled {
    /// By the number of the delivery, so in the order in which they were delivered.
    messages: BTreeMap<u64, Stored>,
    bytes: usize,
}

impl Consumer {
    pub(super) fn new(
        queue: Arc<Queue>,
        subscription: Subscription,
        mode: AckMode,
        window: Window,
    ) -> Self {
        Self {
            queue,
            subscription,
            mode,
            window,
            unsettled: Mutex::default(),
            is_waiting: AtomicBool::new(false),
        }
    }

    /// Whether it is the subscription of this id.
    pub(super) fn is(&self, id: &SubscriptionId) -> bool {
        self.subscription.recipient.subscription == *id
    }

    pub(super) fn acknowledges(&self) -> bool {
        self.mode != AckMode::Auto
    }

    /// Whether it may be given a message of this length now. If it is its session that has no room,
    /// the queue is told when that changes.
    pub(super) fn is_ready(self: &Arc<Self>, bytes: usize) -> bool {
        if self.acknowledges() {
            let unsettled = self.unsettled();
            let count = unsettled.messages.len();
            if count >= self.window.messages
                || (count > 0 && unsettled.bytes + bytes > self.window.bytes)
            {
                return false;
            }
        }
        if self.is_waiting.load(Ordering::Acquire) {
            return false;
        }
        let outbox = self.subscription.recipient.session.outbox();
        outbox.has_room(bytes, || {
            self.is_waiting.store(true, Ordering::Release);
            Arc::clone(self) as Arc<dyn OnRoom>
        })
    }

    /// Remembers what is delivered now.
    pub(super) fn hold(&self, number: u64, stored: Stored) {
        let mut unsettled = self.unsettled();
        unsettled.bytes += stored.len();
        unsettled.messages.insert(number, stored);
    }

    /// Whether this delivery was to it, and is not acknowledged.
    pub(super) fn holds(&self, number: u64) -> bool {
        self.unsettled().messages.contains_key(&number)
    }

    /// Takes out what an ACK or NACK of this delivery is about: in the mode `client` all up to it
    /// (STOMP 1.2, ACK). None if it does not hold it.
    pub(super) fn settle(&self, number: u64) -> Option<Vec<Stored>> {
        let mut unsettled = self.unsettled();
        let unsettled = &mut *unsettled;
        let one = unsettled.messages.remove(&number)?;
        let mut settled = Vec::new();
        if self.mode == AckMode::Client {
            let later = unsettled.messages.split_off(&number);
            let earlier = std::mem::replace(&mut unsettled.messages, later);
            settled.extend(earlier.into_values());
        }
        settled.push(one);
        unsettled.bytes -= settled.iter().map(Stored::len).sum::<usize>();
        Some(settled)
    }

    /// Takes out this delivery alone, which nobody is to have received.
    pub(super) fn settle_one(&self, number: u64) {
        let mut unsettled = self.unsettled();
        if let Some(stored) = unsettled.messages.remove(&number) {
            unsettled.bytes -= stored.len();
        }
    }

    /// Takes out all, as it leaves.
    pub(super) fn settle_all(&self) -> Vec<Stored> {
        let unsettled = std::mem::take(&mut *self.unsettled());
        unsettled.messages.into_values().collect()
    }

    fn unsettled(&self) -> MutexGuard<'_, Unsettled> {
        self.unsettled
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl OnRoom for Consumer {
    fn on_room(self: Arc<Self>) {
        self.is_waiting.store(false, Ordering::Release);
        let queue = Arc::clone(&self.queue);
        handle_soon(queue.handle(Work::Feed(self)));
    }
}
