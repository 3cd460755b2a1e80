use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use bytestring::ByteString;

use crate::destination::Pattern;
use crate::error::{ErrorCode, MessagingError};
use crate::handler::{FromMessage, HandlerError, MessageContext};
use crate::message::SubscriptionId;
use crate::session::{Principal, Session, SessionId, SessionRegistry};

/// The users who are connected now, with their sessions and subscriptions (Spring's
/// `SimpUserRegistry`), and the sessions of nobody known. Handlers take it as an argument; everybody
/// else has it from [`Messaging::users`](crate::Messaging::users). Cloning it is cheap.
///
/// ```
/// use stompframe_core::user::UserRegistry;
/// use stompframe_core::{MessagingError, Payload, message_mapping, subscribe_mapping};
///
/// /// Who listens in a room.
/// #[subscribe_mapping("/rooms/{room}/listeners")]
/// async fn listeners(room: u64, users: UserRegistry) -> Payload<Vec<String>> {
///     let topic = format!("/topic/rooms/{room}");
///     let found = users.find_subscriptions(|subscription| subscription.destination() == topic);
///     let users = found.iter().filter_map(|found| found.user());
///     Payload(users.map(|user| user.name().to_owned()).collect())
/// }
///
/// /// Nobody listens anywhere in this house any more.
/// #[message_mapping("/houses/{house}/close")]
/// async fn close(house: String, users: UserRegistry) -> Result<(), MessagingError> {
///     for subscription in users.subscriptions_matching(&format!("/topic/{house}/**"))? {
///         subscription.revoke("the house is closed");
///     }
///     Ok(())
/// }
/// ```
///
/// What is given is how it was at one moment of the question; meanwhile sessions come and go.
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

    /// The session of this id, whosever it is, while it is connected.
    #[must_use]
    pub fn session(&self, id: &SessionId) -> Option<Arc<Session>> {
        self.sessions.get(id)
    }

    /// Every session, those of nobody known among them, in no order.
    #[must_use]
    pub fn sessions(&self) -> Vec<Arc<Session>> {
        self.sessions.all()
    }

    /// The sessions of nobody known, in no order.
    #[must_use]
    pub fn anonymous_sessions(&self) -> Vec<Arc<Session>> {
        let mut sessions = self.sessions();
        sessions.retain(|session| session.principal().is_none());
        sessions
    }

    /// The subscriptions of all sessions that match, those of nobody known among them. It looks at
    /// every one of them, outside of any lock, so `matches` may take its time.
    pub fn find_subscriptions(&self, matches: impl Fn(&Subscription) -> bool) -> Vec<Subscription> {
        let mut found = Vec::new();
        for session in self.sessions() {
            found.extend(Subscription::all_of(&session).into_iter().filter(&matches));
        }
        found
    }

    /// The subscriptions to destinations of this pattern, written as those of handlers are:
    /// `/topic/rooms/{room}`, `/topic/**`. It is held against what the clients wrote, so
    /// `/user/queue/replies` is how to find that one.
    ///
    /// # Errors
    ///
    /// `bad-destination` for a pattern that cannot be read.
    pub fn subscriptions_matching(
        &self,
        pattern: &str,
    ) -> Result<Vec<Subscription>, MessagingError> {
        let pattern = Pattern::parse(pattern, self.sessions.separator()).map_err(|error| {
            MessagingError::new(ErrorCode::BadDestination).with_detail(error.to_string())
        })?;
        let matches = |found: &Subscription| pattern.matches(found.destination()).is_some();
        Ok(self.find_subscriptions(matches))
    }

    /// Ends all sessions of the user whom messages reach under this name: each is told ERROR
    /// `session-ended` with this reason. Says how many there were. It never waits, and keeps nobody
    /// from coming back: that is for [`authenticate`](crate::MessagingBuilder::authenticate).
    pub fn kick(&self, name: &str, reason: impl Into<Cow<'static, str>>) -> usize {
        self.user(name).map_or(0, |user| user.kick(reason))
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
        let principal = sessions.first()?.principal()?;
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
        self.sessions
            .iter()
            .flat_map(Subscription::all_of)
            .collect()
    }

    /// Ends these sessions: each is told ERROR `session-ended` with this reason. Says how many there
    /// are. It never waits.
    pub fn kick(&self, reason: impl Into<Cow<'static, str>>) -> usize {
        let reason = reason.into();
        for session in &self.sessions {
            let error = MessagingError::new(ErrorCode::SessionEnded);
            session.end(error.with_detail(reason.clone()));
        }
        self.sessions.len()
    }
}

/// One subscription of a session (Spring's `SimpSubscription`).
#[derive(Clone, Debug)]
pub struct Subscription {
    user: Option<Principal>,
    session: Arc<Session>,
    id: SubscriptionId,
    destination: ByteString,
}

impl Subscription {
    pub(crate) fn all_of(session: &Arc<Session>) -> Vec<Self> {
        let user = session.principal();
        let subscription = |(id, destination)| Self {
            user: user.clone(),
            session: Arc::clone(session),
            id,
            destination,
        };
        let all = session.subscriptions().into_iter();
        all.map(subscription).collect()
    }

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

    /// The user whose session that is; none if it is anonymous.
    #[must_use]
    pub const fn user(&self) -> Option<&Principal> {
        self.user.as_ref()
    }

    /// Takes it from the session, and tells the client why: see [`Session::revoke`].
    pub fn revoke(&self, reason: impl Into<Cow<'static, str>>) -> bool {
        self.session.revoke(&self.id, reason)
    }
}
