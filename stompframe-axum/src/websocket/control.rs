use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

/// What waits at most: a client that asks for many signs of life and reads none gets no more.
const MAX_WAITING: usize = 1024;

/// The frames with which the reading half answers the client's pings and its close. The writing half
/// sends them, between two messages.
#[derive(Debug, Default)]
pub(super) struct Control {
    waiting: Mutex<Vec<u8>>,
    /// The client has closed, and its close is answered.
    answered: AtomicBool,
    /// The server has closed, so that nothing is to follow.
    closed: AtomicBool,
    /// The client has broken the rules, so that its close is not heard any more.
    failed: AtomicBool,
}

impl Control {
    /// Takes bytes to be sent; says whether there was room.
    pub(super) fn push(&self, bytes: &[u8]) -> bool {
        if self.closed.load(Ordering::Acquire) {
            return true;
        }
        let mut waiting = self.waiting();
        let fits = waiting.len() + bytes.len() <= MAX_WAITING;
        if fits {
            waiting.extend_from_slice(bytes);
        }
        fits
    }

    /// What is to be sent now.
    pub(super) fn take(&self) -> Option<Bytes> {
        let mut waiting = self.waiting();
        (!waiting.is_empty()).then(|| std::mem::take(&mut *waiting).into())
    }

    /// The client has closed; the answer is among what waits.
    pub(super) fn answer(&self) {
        self.answered.store(true, Ordering::Release);
    }

    pub(super) fn is_answered(&self) -> bool {
        self.answered.load(Ordering::Acquire)
    }

    /// The server closes: what the reading half still wants to say has no place behind that.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// What the client sends makes no sense any more.
    pub(super) fn fail(&self) {
        self.failed.store(true, Ordering::Release);
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<u8>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
