use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::EXPIRY;
use super::wire::SessionHere;
use crate::session::SessionRegistry;

/// How many sessions of other nodes are remembered. Beyond, they are not: messages for their users go to
/// all nodes all the same.
const MOST: usize = 1_000_000;

/// A user who is connected to another node.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RemoteUser {
    /// The name by which messages reach the user.
    pub name: String,
    /// The id of the node.
    pub node: String,
    /// The ids of the sessions there.
    pub sessions: Vec<String>,
    /// What these are subscribed to, each destination once.
    pub subscriptions: Vec<String>,
}

/// What the other nodes have told.
#[derive(Debug, Default)]
pub(super) struct Remote(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    sessions: HashMap<String, RemoteSession>,
    /// How many sessions each user has elsewhere.
    users: HashMap<String, usize>,
}

#[derive(Debug)]
struct RemoteSession {
    node: String,
    here: SessionHere,
    until: Instant,
}

impl Remote {
    pub(super) fn heard(&self, node: &str, sessions: Vec<SessionHere>, now: Instant) {
        let mut state = self.state();
        for here in sessions {
            state.remove(&here.id);
            if state.sessions.len() < MOST {
                *state.users.entry(here.user.clone()).or_default() += 1;
                let session = RemoteSession {
                    node: node.to_owned(),
                    here,
                    until: now + EXPIRY,
                };
                state.sessions.insert(session.here.id.clone(), session);
            }
        }
    }

    pub(super) fn gone(&self, sessions: &[String]) {
        let mut state = self.state();
        for id in sessions {
            state.remove(id);
        }
    }

    /// Forgets what was not told again in time.
    pub(super) fn forget(&self, now: Instant) {
        let mut state = self.state();
        let over = state.sessions.iter().filter(|(_, one)| one.until <= now);
        let over: Vec<_> = over.map(|(id, _)| id.clone()).collect();
        for id in over {
            state.remove(&id);
        }
    }

    pub(super) fn has(&self, user: &str) -> bool {
        self.state().users.contains_key(user)
    }

    pub(super) fn users(&self, now: Instant) -> Vec<RemoteUser> {
        let state = self.state();
        let mut users: HashMap<(&str, &str), RemoteUser> = HashMap::new();
        for session in state.sessions.values().filter(|one| one.until > now) {
            let key = (&*session.here.user, &*session.node);
            let user = users.entry(key).or_insert_with(|| RemoteUser {
                name: session.here.user.clone(),
                node: session.node.clone(),
                sessions: Vec::new(),
                subscriptions: Vec::new(),
            });
            user.sessions.push(session.here.id.clone());
            for destination in &session.here.subscriptions {
                if !user.subscriptions.contains(destination) {
                    user.subscriptions.push(destination.clone());
                }
            }
        }
        users.into_values().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn remove(&mut self, id: &str) {
        let Some(session) = self.sessions.remove(id) else {
            return;
        };
        let user = session.here.user;
        if let Some(count) = self.users.get_mut(&user) {
            *count -= 1;
            if *count == 0 {
                self.users.remove(&user);
            }
        }
    }
}

/// What the others know of this node.
#[derive(Default)]
pub(super) struct Known(HashMap<String, usize>);

impl Known {
    /// The sessions to be told of: all of them, or those that are new or have other subscriptions; and
    /// the ids of those that have ended.
    pub(super) fn update(
        &mut self,
        sessions: &SessionRegistry,
        all: bool,
    ) -> (Vec<SessionHere>, Vec<String>) {
        let (mut here, mut present) = (Vec::new(), HashSet::new());
        for session in sessions.by_user().into_iter().flatten() {
            let Some(user) = session.principal() else {
                continue;
            };
            let id = session.id().to_string();
            let count = session.subscription_count();
            if self.0.insert(id.clone(), count) != Some(count) || all {
                let subscriptions = session.subscriptions().into_iter();
                let mut subscriptions: Vec<_> =
                    subscriptions.map(|(_, to)| to.to_string()).collect();
                subscriptions.sort_unstable();
                subscriptions.dedup();
                here.push(SessionHere {
                    user: user.destination_name().to_owned(),
                    id: id.clone(),
                    subscriptions,
                });
            }
            present.insert(id);
        }
        let gone = self.0.keys().filter(|id| !present.contains(*id));
        let gone: Vec<_> = gone.cloned().collect();
        self.0.retain(|id, _| present.contains(id));
        (here, gone)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn here(user: &str, id: &str) -> SessionHere {
        SessionHere {
            user: user.to_owned(),
            id: id.to_owned(),
            subscriptions: vec!["/topic/a".to_owned()],
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_told_again_is_forgotten() {
        let (remote, now) = (Remote::default(), Instant::now());
        let sessions = vec![here("ann", "1"), here("ann", "2"), here("bob", "3")];
        remote.heard("n", sessions, now);
        let later = now + Duration::from_secs(15);
        remote.heard("n", vec![here("ann", "2")], later);
        remote.gone(&["3".to_owned()]);
        assert!(!remote.has("bob"));
        let end = now + Duration::from_secs(20);
        remote.forget(end);
        let users = remote.users(end);
        assert_eq!(
            (users.len(), &*users[0].sessions),
            (1, &["2".to_owned()][..])
        );
        remote.forget(later + EXPIRY);
        assert!(!remote.has("ann"));
        let state = remote.state();
        assert!(state.sessions.is_empty() && state.users.is_empty());
    }
}
