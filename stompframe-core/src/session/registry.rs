use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Session, SessionId};

/// The sessions that are connected now.
#[derive(Debug, Default)]
pub struct SessionRegistry {
    sessions: papaya::HashMap<SessionId, Arc<Session>>,
    places: AtomicUsize,
}

impl SessionRegistry {
    /// The session of this id, while it is connected.
    #[must_use]
    pub fn get(&self, id: &SessionId) -> Option<Arc<Session>> {
        self.sessions.pin().get(id).cloned()
    }

    /// The session whose id reads like this, while it is connected.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<Arc<Session>> {
        self.sessions.pin().get(id).cloned()
    }

    /// How many sessions have connected and not ended.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sessions.len()
    }

    /// Whether nobody is connected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }

    /// Every session that is connected now, in no order.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Session>> {
        self.sessions.pin().values().cloned().collect()
    }

    pub(crate) fn insert(&self, session: &Arc<Session>) {
        self.sessions
            .pin()
            .insert(session.id().clone(), Arc::clone(session));
    }

    pub(crate) fn remove(&self, id: &SessionId) {
        self.sessions.pin().remove(id);
    }

    /// Takes a place for one more connection, unless all are taken. Connections that have not sent
    /// their CONNECT yet count too: they cost as much.
    pub(crate) fn take_place(self: &Arc<Self>, limit: usize) -> Option<Place> {
        self.places
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |taken| {
                (taken < limit).then_some(taken + 1)
            })
            .ok()
            .map(|_| Place {
                registry: Arc::clone(self),
            })
    }
}

/// One connection's place among those that the limit allows; given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    registry: Arc<SessionRegistry>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.registry.places.fetch_sub(1, Ordering::AcqRel);
    }
}
