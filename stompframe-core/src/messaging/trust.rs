use super::MessagingBuilder;
use crate::connection::{Authenticator, Connect, Denied};
use crate::destination::Prefixes;
use crate::security::Rules;
use crate::session::{Principal, Rate};

/// Who clients are, and what they may do past the handlers.
impl MessagingBuilder {
    /// Finds out who connects, from the CONNECT frame: gives the user, none for somebody anonymous
    /// (`Ok(None)`), or refuses.
    ///
    /// Without it, a session belongs to whom the handshake says, if it says so; with it, this decides,
    /// and finds what the handshake knew in [`Connect::principal`]. Interceptors of clientInbound see
    /// the CONNECT afterwards and have the last word ([`Message::set_principal`]). Frames that the
    /// client sends meanwhile wait. Who is refused is told `auth-failed` (close code 4401) and not why;
    /// the reason goes to the log. Beyond
    /// [`connect_timeout`](crate::Limits::connect_timeout): ERROR `connect-timeout`.
    ///
    /// ```
    /// use stompframe_core::connection::{Connect, Denied};
    /// use stompframe_core::{Messaging, Principal};
    ///
    /// # async fn user_of(token: &str) -> Result<String, std::io::Error> { Ok(token.to_owned()) }
    /// let messaging = Messaging::builder()
    ///     .authenticate(|connect: Connect| async move {
    ///         let token = connect.bearer_token().ok_or_else(|| Denied::new("no token"))?;
    ///         let name = user_of(token).await?; // of a JWT, a database, ...
    ///         Ok(Principal::new(name))
    ///     })
    ///     .build()?;
    /// # Ok::<(), stompframe_core::BuildError>(())
    /// ```
    ///
    /// # Credentials that expire
    ///
    /// If the principal [says so](Principal::with_expiry), its session ends with `session-expired`. The
    /// client is warned on `/user/queue/credentials`, and may present new ones as the headers of a SEND to
    /// `/user/credentials`: the function is asked once more, with [`Connect::is_renewal`]. The user has to be
    /// the same one. If it is, roles, claims and expiry are those that it says now, and live subscriptions
    /// are judged once more; if not, `auth-failed`, and the session goes on with the old ones.
    ///
    /// [`Message::set_principal`]: crate::Message::set_principal
    pub fn authenticate<F, Fut, P>(mut self, authenticate: F) -> Self
    where
        F: Fn(Connect) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<P, Denied>> + Send + 'static,
        P: Into<Option<Principal>>,
    {
        let authenticator = Authenticator::new(authenticate);
        if self.authenticator.replace(authenticator).is_some() {
            self.problems
                .push("`.authenticate(..)` was said twice: remove one".to_owned());
        }
        self
    }

    /// Says that it is meant so that nobody is asked who connects: a session belongs to whom the
    /// handshake says, or to nobody known. It changes nothing but a warning at start-up, which asks for
    /// this or for [`authenticate`](Self::authenticate) where there are no rules either.
    ///
    /// ```
    /// use stompframe_core::Messaging;
    ///
    /// let messaging = Messaging::builder().simple_broker(["/topic"]).anonymous().build()?;
    /// # Ok::<(), stompframe_core::BuildError>(())
    /// ```
    pub const fn anonymous(mut self) -> Self {
        self.anonymous = true;
        self
    }

    /// Says who may SEND and SUBSCRIBE where, and what else: see [`rules`](crate::security::rules).
    /// Without it, everybody may use everything that is not closed by itself, and a warning at start-up
    /// lists what that is.
    ///
    /// Rules see a message as the interceptors of clientInbound left it. What they do not allow is
    /// answered with `denied`. What a transaction holds is looked at when the frame arrives, and again at
    /// COMMIT.
    ///
    /// Rules only narrow. What is closed by itself has to be opened where that is done, and is then
    /// allowed to whom the rules allow it: a SEND straight to the broker
    /// ([`accept_client_sends`](Self::accept_client_sends)) or to users
    /// ([`accept_user_sends`](Self::accept_user_sends)), and wildcards
    /// ([`wildcard_subscriptions`](crate::broker::SimpleBroker::wildcard_subscriptions)).
    ///
    /// A predicate that takes longer than [`handler_timeout`](crate::Limits::handler_timeout), panics or
    /// fails allows nothing; the client is told `internal`.
    pub fn authorize(mut self, rules: Rules) -> Self {
        if self.rules.replace(rules).is_some() {
            self.problems
                .push("`.authorize(..)` was said twice: put all rules into one".to_owned());
        }
        self
    }

    /// Lets clients SEND straight to the broker below these prefixes. Closed unless opened: whoever
    /// can publish to a topic can forge any message on it. Spring leaves all of it open.
    pub fn accept_client_sends<I: IntoIterator<Item: Into<String>>>(mut self, prefixes: I) -> Self {
        self.accepted_sends = Prefixes::new(prefixes);
        self
    }

    /// Lets clients SEND to these destinations of other users: with `["/queue/chat"]`, a SEND to
    /// `/user/ann/queue/chat` reaches all sessions of the user `ann` that are subscribed to
    /// `/user/queue/chat`, and those below it. `["/"]` opens all, as Spring does.
    ///
    /// Closed unless opened: whoever can write to `/queue/replies` of another can forge what handlers
    /// reply there, and errors at `/queue/errors`. In a name, `%2F` stands for a slash and `%25` for a
    /// percent sign. A client's own name, or the id of its session, means its session alone. Whether
    /// the user is there, the sender does not learn.
    pub fn accept_user_sends<I: IntoIterator<Item: Into<String>>>(
        mut self,
        destinations: I,
    ) -> Self {
        self.accepted_user_sends = Prefixes::new(destinations);
        self
    }

    /// Says how often a user may SEND to destinations of this pattern, which is written as those of
    /// handlers, for the whole destination: all sessions of the user together, and somebody anonymous with
    /// one session. What comes beyond it is not processed, and answered with `rate-exceeded` and the time to
    /// wait. Can be said several times; every pattern that matches counts.
    ///
    /// [`Limits::rates`](crate::Limits::rates) bounds how much clients send at all.
    ///
    /// ```
    /// use stompframe_core::Messaging;
    /// use stompframe_core::session::Rate;
    ///
    /// let messaging = Messaging::builder()
    ///     .application_prefix("/app")
    ///     .rate_limit("/app/rooms/{room}/say", Rate::per_second(1).with_burst(5))
    ///     .build()?;
    /// # Ok::<(), stompframe_core::BuildError>(())
    /// ```
    pub fn rate_limit(mut self, pattern: impl Into<String>, rate: Rate) -> Self {
        self.rates.push((pattern.into(), rate));
        self
    }
}
