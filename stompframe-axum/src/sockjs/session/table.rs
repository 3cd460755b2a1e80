use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::response::Response;

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

/// Why a receiver gets none.
#[derive(Debug)]
pub(in crate::sockjs) enum Refused {
    /// It is somebody else's, which nobody is told.
    NotFound,
    /// The request does not say what it has to.
    Misses(&'static str),
    /// It may not open one.
    Answered(Box<Response>),
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

    /// The session of this id, for who receives, if there is one.
    pub(in crate::sockjs) fn find_as(
        &self,
        id: &str,
        owner: &Owner,
        kind: Kind,
    ) -> Result<Option<Arc<Session>>, Refused> {
        match self.sessions().get(id) {
            None => Ok(None),
            Some(known) if known.owner == *owner && known.kind == kind => {
                Ok(Some(Arc::clone(&known.session)))
            }
            Some(_) => Err(Refused::NotFound),
        }
    }

    /// Opens a session of this id, unless somebody has done so meanwhile, or there are as many as there
    /// may be.
    pub(in crate::sockjs) fn open(
        &self,
        id: &str,
        owner: Owner,
        kind: Kind,
    ) -> Option<Arc<Session>> {
        let mut sessions = self.sessions();
        if sessions.len() >= self.max || sessions.contains_key(id) {
            return None;
        }
        let session = Session::new();
        let known = Known {
            session: Arc::clone(&session),
            owner,
            kind,
        };
        sessions.insert(id.into(), known);
        Some(session)
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
