use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use bytestring::ByteString;

use super::{Session, SessionId};

/// The sessions that are connected now.
#[derive(Debug, Default)]
pub struct SessionRegistry {
    sessions: papaya::HashMap<SessionId, Arc<Session>>,
    /// The sessions of each user, in the order in which they connected.
    users: RwLock<HashMap<ByteString, Vec<Arc<Session>>>>,
    places: AtomicUsize,
}

impl SessionRegistry {
    /// The session of this id, while it is connected.
    #[must_use]
    pub fn get(&self, id: &SessionId) -> Option<Arc<Session>> {
        self.find(id.as_str())
    }

    /// The session whose id reads like this, while it is connected.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<Arc<Session>> {
        self.sessions.pin().get(id).cloned()
    }

    /// The sessions of the user whom messages reach under this name, in the order in which they connected.
    #[must_use]
    pub fn of_user(&self, name: &str) -> Vec<Arc<Session>> {
        let users = self.users.read().unwrap_or_else(PoisonError::into_inner);
        users.get(name).cloned().unwrap_or_default()
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
        if let Some(principal) = session.principal() {
            let mut users = self.users.write().unwrap_or_else(PoisonError::into_inner);
            users
                .entry(principal.shared_destination_name().clone())
                .or_default()
                .push(Arc::clone(session));
        }
    }

    pub(crate) fn remove(&self, session: &Session) {
        self.sessions.pin().remove(session.id());
        if let Some(principal) = session.principal() {
            let mut users = self.users.write().unwrap_or_else(PoisonError::into_inner);
            if let Some(sessions) = users.get_mut(principal.destination_name()) {
                sessions.retain(|other| other.id() != session.id());
                if sessions.is_empty() {
                    users.remove(principal.destination_name());
                }
            }
        }
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
