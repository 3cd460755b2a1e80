use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use bytestring::ByteString;

use super::{Session, SessionId, Used};

/// The sessions that are connected now.
#[derive(Debug)]
pub struct SessionRegistry {
    /// What stands between the segments of the destinations that they are subscribed to.
    separator: char,
    sessions: papaya::HashMap<SessionId, Arc<Session>>,
    /// The sessions of each user, in the order in which they connected.
    users: RwLock<HashMap<ByteString, User>>,
}

/// A user with at least one session.
#[derive(Debug, Default)]
struct User {
    sessions: Vec<Arc<Session>>,
    /// What the sessions have used of the limits together.
    used: Arc<Used>,
}

impl SessionRegistry {
    pub(crate) fn new(separator: char) -> Self {
        Self {
            separator,
            sessions: papaya::HashMap::default(),
            users: RwLock::default(),
        }
    }

    pub(crate) const fn separator(&self) -> char {
        self.separator
    }

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
        let user = users.get(name);
        user.map(|user| user.sessions.clone()).unwrap_or_default()
    }

    /// The sessions of each user, in no order of users.
    pub(crate) fn by_user(&self) -> Vec<Vec<Arc<Session>>> {
        let users = self.users.read().unwrap_or_else(PoisonError::into_inner);
        users.values().map(|user| user.sessions.clone()).collect()
    }

    /// How many users there are, whatever the number of their sessions.
    pub(crate) fn user_count(&self) -> usize {
        let users = self.users.read().unwrap_or_else(PoisonError::into_inner);
        users.len()
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

    /// Adds a session, unless its user has as many as may be. Says whether it did.
    pub(crate) fn insert(&self, session: &Arc<Session>, limit_of_user: usize) -> bool {
        if let Some(principal) = session.principal() {
            let mut users = self.users.write().unwrap_or_else(PoisonError::into_inner);
            let of_user = users.get(principal.destination_name());
            if of_user.map_or(0, |user| user.sessions.len()) >= limit_of_user {
                return false;
            }
            let name = principal.shared_destination_name().clone();
            let user = users.entry(name).or_default();
            user.sessions.push(Arc::clone(session));
            session.share_used(&user.used);
        }
        self.sessions
            .pin()
            .insert(session.id().clone(), Arc::clone(session));
        true
    }

    pub(crate) fn remove(&self, session: &Session) {
        self.sessions.pin().remove(session.id());
        if let Some(principal) = session.principal() {
            let mut users = self.users.write().unwrap_or_else(PoisonError::into_inner);
            if let Some(user) = users.get_mut(principal.destination_name()) {
                user.sessions.retain(|other| other.id() != session.id());
                if user.sessions.is_empty() {
                    users.remove(principal.destination_name());
                }
            }
        }
    }
}
