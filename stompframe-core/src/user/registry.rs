use std::fmt;
use std::sync::Arc;

use bytestring::ByteString;

use crate::handler::{FromMessage, HandlerError, MessageContext};
use crate::message::SubscriptionId;
use crate::session::{Principal, Session, SessionId, SessionRegistry};

/// The users who are connected now, with their sessions and subscriptions (Spring's
/// `SimpUserRegistry`). Handlers take it as an argument; everybody else has it from
/// [`Messaging::users`](crate::Messaging::users). Cloning it is cheap.
///
/// ```
/// use stompframe_core::user::UserRegistry;
/// use stompframe_core::{Payload, subscribe_mapping};
///
/// /// Who listens in a room.
/// #[subscribe_mapping("/rooms/{room}/listeners")]
/// async fn listeners(room: u64, users: UserRegistry) -> Payload<Vec<String>> {
///     let topic = format!("/topic/rooms/{room}");
///     let found = users.find_subscriptions(|subscription| subscription.destination() == topic);
///     Payload(found.iter().map(|found| found.user().name().to_owned()).collect())
/// }
/// ```
///
/// Sessions of nobody known are in [`Messaging::sessions`](crate::Messaging::sessions) only. What
/// is given is how it was at one moment of the question; meanwhile sessions come and go.
#[derive(Clone)]
pub struct UserRegistry {
    sessions: Arc<SessionRegistry>,
}

impl UserRegistry {
    pub(crate) const fn new(sessions: Arc<SessionRegistry>) -> Self {
        Self { sessions }
    }

    /// The user whom messages reach under this name, while connected.
    #[must_use]
    pub fn user(&self, name: &str) -> Option<User> {
        User::of(self.sessions.of_user(name))
    }

    /// All users, in no order.
    #[must_use]
    pub fn users(&self) -> Vec<User> {
        let users = self.sessions.by_user().into_iter();
        users.filter_map(User::of).collect()
    }

    /// How many users there are, each counted once.
    #[must_use]
    pub fn user_count(&self) -> usize {
        self.sessions.user_count()
    }

    /// The subscriptions of all users that match. It looks at every one of them, outside of any
    /// lock, so `matches` may take its time.
    pub fn find_subscriptions(&self, matches: impl Fn(&Subscription) -> bool) -> Vec<Subscription> {
        let mut found = Vec::new();
        for user in self.users() {
            found.extend(user.subscriptions().into_iter().filter(&matches));
        }
        found
    }
}

impl fmt::Debug for UserRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserRegistry")
            .field("user_count", &self.user_count())
            .finish()
    }
}

/// The users who are connected now.
impl FromMessage for UserRegistry {
    fn from_message(context: &MessageContext) -> Result<Self, HandlerError> {
        Ok(Self::new(Arc::clone(context.sessions())))
    }
}

/// A user with at least one session (Spring's `SimpUser`).
#[derive(Clone, Debug)]
pub struct User {
    principal: Principal,
    sessions: Vec<Arc<Session>>,
}

impl User {
    /// None without a session, or where nobody knows whose it is.
    fn of(sessions: Vec<Arc<Session>>) -> Option<Self> {
        let principal = sessions.first()?.principal()?.clone();
        Some(Self {
            principal,
            sessions,
        })
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.principal.name()
    }

    /// Who it is, as the first of the sessions knows it.
    #[must_use]
    pub const fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The sessions, in the order in which they connected.
    #[must_use]
    pub fn sessions(&self) -> &[Arc<Session>] {
        &self.sessions
    }

    /// The session of this id, if it is one of this user's.
    #[must_use]
    pub fn session(&self, id: &SessionId) -> Option<&Arc<Session>> {
        self.sessions.iter().find(|session| session.id() == id)
    }

    /// The subscriptions of all sessions.
    #[must_use]
    pub fn subscriptions(&self) -> Vec<Subscription> {
        let of_session = |session: &Arc<Session>| {
            let subscription = |(id, destination)| Subscription {
                user: self.principal.clone(),
                session: Arc::clone(session),
                id,
                destination,
            };
            let all = session.subscriptions().into_iter();
            all.map(subscription).collect::<Vec<_>>()
        };
        self.sessions.iter().flat_map(of_session).collect()
    }
}

/// One subscription of a user (Spring's `SimpSubscription`).
#[derive(Clone, Debug)]
pub struct Subscription {
    user: Principal,
    session: Arc<Session>,
    id: SubscriptionId,
    destination: ByteString,
}

impl Subscription {
    /// The id that the client gave it.
    #[must_use]
    pub const fn id(&self) -> &SubscriptionId {
        &self.id
    }

    /// The destination as the client wrote it: `/user/queue/replies` for one of its own.
    #[must_use]
    pub fn destination(&self) -> &str {
        &self.destination
    }

    /// The session that has it.
    #[must_use]
    pub const fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// The user whose session that is.
    #[must_use]
    pub const fn user(&self) -> &Principal {
        &self.user
    }
}
