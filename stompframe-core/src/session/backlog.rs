//! What all outbound queues hold together, and its bound.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use super::SessionRegistry;

/// What a queued frame costs besides its bytes: its place in the session's queue, in the writer's batch
/// and in the transport's, and the head of its allocation.
pub(crate) const PLACE: usize = 160;

/// How many bytes a session takes at a time, the first for nothing: 64 places, or what a frame for it
/// alone has. So most sessions, whose queues are short, never touch what all share.
pub(crate) const STEP: usize = 64 * PLACE;

/// The memory of all outbound queues: the bytes of encoded frames, each counted once however many queues
/// it is in, and the places in the queues.
#[derive(Debug)]
pub(crate) struct Backlog {
    limit: usize,
    used: AtomicUsize,
    /// Somebody is making room.
    shedding: AtomicBool,
    /// Where to find the largest queues.
    sessions: OnceLock<Weak<SessionRegistry>>,
}

impl Backlog {
    pub(crate) const fn new(limit: usize) -> Self {
        Self {
            limit,
            used: AtomicUsize::new(0),
            shedding: AtomicBool::new(false),
            sessions: OnceLock::new(),
        }
    }

    /// Says where the largest queues are found.
    pub(crate) fn of(&self, sessions: &Arc<SessionRegistry>) {
        let _ = self.sessions.set(Arc::downgrade(sessions));
    }

    pub(super) fn take(&self, bytes: usize) {
        self.used.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn give_back(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }

    fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// Ends the sessions with the largest queues, if all together hold more than they may: until an
    /// eighth is free, so that it is not the next frame's turn again.
    pub(super) fn make_room(&self) {
        if self.used() <= self.limit || self.shedding.swap(true, Ordering::AcqRel) {
            return;
        }
        let sessions = self.sessions.get().and_then(Weak::upgrade);
        let sessions = sessions.map(|sessions| sessions.all()).unwrap_or_default();
        let mut queues: Vec<_> = sessions
            .iter()
            .map(|session| (session.outbox().queued_bytes(), session))
            .collect();
        queues.sort_unstable_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
        for (bytes, session) in queues {
            if self.used() <= self.limit / 8 * 7 {
                break;
            }
            tracing::warn!(session = %session.id(), bytes, "outbound queues hold too much, and this one the most");
            session.outbox().give_way();
        }
        self.shedding.store(false, Ordering::Release);
    }
}
