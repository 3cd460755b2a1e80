use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Weak};

use bytestring::ByteString;

use super::Queues;
use super::queue::handle_soon;
use super::stored::Dead;
use crate::channel::ClientOutboundChannel;
use crate::error::Untrusted;
use crate::message::Message;

/// What all queues have in common.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) outbound: Arc<ClientOutboundChannel>,
    /// Where dead letters go, if they are kept.
    pub(super) dead_letters: Option<ByteString>,
    pub(super) queues: Weak<Queues>,
    /// How many bytes all queues hold, unacknowledged ones included, and how many they may.
    pub(super) queued: AtomicUsize,
    pub(super) max_queued: usize,
}

impl Shared {
    /// Sends dead letters to their destination, with what became of them as headers. What dies
    /// there is gone.
    pub(super) fn bury(&self, dead: Vec<Dead>) {
        for letter in dead {
            let destination = letter.message.destination();
            let reason = letter.reason.as_str();
            tracing::warn!(
                destination = %Untrusted(destination),
                reason,
                deliveries = letter.deliveries,
                "a message of a queue is a dead letter"
            );
            let Some(to) = self.dead_letters.as_ref().filter(|to| *to != destination) else {
                continue;
            };
            let Some(queues) = self.queues.upgrade() else {
                return;
            };
            let mut message = Message::clone(&letter.message);
            let from = letter.message.shared_destination().clone();
            message.set_destination(to.clone());
            let headers = message.headers_mut();
            headers.set("original-destination", from);
            headers.set("dead-letter-reason", reason);
            handle_soon(queues.send(&Arc::new(message)));
        }
    }
}
