use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use stompframe_core::ErrorCode;

use super::{Owner, Session};

/// The sessions of an endpoint that requests carry, by the ids that their clients chose.
#[derive(Debug)]
pub(in crate::sockjs) struct Table {
    sessions: Mutex<HashMap<Box<str>, Known>>,
    max: usize,
}

#[derive(Debug)]
struct Known {
    session: Arc<Session>,
    owner: Owner,
    kind: Kind,
}

/// How a session receives. It stays as it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sockjs) enum Kind {
    Xhr,
    XhrStreaming,
    EventSource,
    HtmlFile,
    JsonP,
}

/// The session that a receiver asked for.
pub(in crate::sockjs) enum Found<P> {
    Known(Arc<Session>),
    /// There was none, and this is one with a place for it.
    New(Arc<Session>, P),
}

/// Why there is none.
#[derive(Debug)]
pub(in crate::sockjs) enum Refused {
    /// It is somebody else's, which nobody is told.
    NotFound,
    /// No more are taken.
    NoPlace(ErrorCode),
    /// The request does not say what it has to.
    Misses(&'static str),
}

impl Table {
    pub(in crate::sockjs) fn new(max: usize) -> Self {
        Self {
            sessions: Mutex::default(),
            max,
        }
    }

    /// The session of this id, for who sends.
    pub(in crate::sockjs) fn find(&self, id: &str, owner: &Owner) -> Option<Arc<Session>> {
        let sessions = self.sessions();
        let known = sessions.get(id).filter(|known| known.owner == *owner)?;
        Some(Arc::clone(&known.session))
    }

    /// The session of this id, for who receives; where there is none, a new one if there is a place
    /// for it.
    pub(in crate::sockjs) fn find_or_open<P>(
        &self,
        id: &str,
        owner: Owner,
        kind: Kind,
        place: impl FnOnce() -> Result<P, ErrorCode>,
    ) -> Result<Found<P>, Refused> {
        let mut sessions = self.sessions();
        let is_full = sessions.len() >= self.max;
        match sessions.entry(id.into()) {
            Entry::Occupied(known) => {
                let known = known.get();
                if known.owner != owner || known.kind != kind {
                    return Err(Refused::NotFound);
                }
                Ok(Found::Known(Arc::clone(&known.session)))
            }
            Entry::Vacant(_) if is_full => Err(Refused::NoPlace(ErrorCode::Overloaded)),
            Entry::Vacant(vacant) => {
                let place = place().map_err(Refused::NoPlace)?;
                let session = Session::new();
                vacant.insert(Known {
                    session: Arc::clone(&session),
                    owner,
                    kind,
                });
                Ok(Found::New(session, place))
            }
        }
    }

    pub(in crate::sockjs) fn remove(&self, id: &str) {
        let mut sessions = self.sessions();
        sessions.remove(id);
        // A crowd that has gone leaves no room behind.
        if sessions.capacity() > 64 && sessions.len() < sessions.capacity() / 8 {
            sessions.shrink_to_fit();
        }
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<Box<str>, Known>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
