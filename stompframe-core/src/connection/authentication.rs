use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::Semaphore;

use crate::error::{BoxError, ErrorCode, MessagingError};
use crate::session::{Principal, Session};
use crate::stomp::Headers;

/// What a client says of itself as it connects: the headers of its CONNECT frame, and what the
/// handshake found out before. Or what it says to renew its credentials, later.
///
/// Its debug output names the headers but shows none of their values.
#[derive(Clone)]
pub struct Connect {
    headers: Headers,
    session: Arc<Session>,
    principal: Option<Principal>,
    is_renewal: bool,
}

impl Connect {
    pub(super) fn new(headers: Headers, session: Arc<Session>) -> Self {
        let principal = session.principal();
        Self {
            headers,
            session,
            principal,
            is_renewal: false,
        }
    }

    /// As if the client that is connected did so once more.
    pub(super) fn again(headers: Headers, session: Arc<Session>) -> Self {
        Self {
            is_renewal: true,
            ..Self::new(headers, session)
        }
    }

    /// A header of the frame, in whatever case its name is written: what HTTP calls `Authorization`
    /// may come under that name, too.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// All headers of the frame, as they were written.
    #[must_use]
    pub const fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The headers `login` and `passcode` (STOMP 1.2, CONNECT). Neither is empty: a store of users
    /// that takes an empty password for none at all must not be asked.
    #[must_use]
    pub fn login_passcode(&self) -> Option<(&str, &str)> {
        let filled = |name| self.header(name).filter(|value| !value.is_empty());
        Some((filled("login")?, filled("passcode")?))
    }

    /// The token of a header `Authorization` that says `Bearer` (RFC 6750, 2.1), such as a JWT.
    #[must_use]
    pub fn bearer_token(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        let token = token.trim();
        (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
    }

    /// Whether the client is connected already, and presents new credentials: they come as the headers
    /// of a SEND to `/user/credentials`.
    #[must_use]
    pub const fn is_renewal(&self) -> bool {
        self.is_renewal
    }

    /// Whom the handshake took the client for, if it did; for a renewal, who the client is.
    #[must_use]
    pub const fn principal(&self) -> Option<&Principal> {
        self.principal.as_ref()
    }

    /// The session: about to begin, unless this is a renewal.
    #[must_use]
    pub const fn session(&self) -> &Arc<Session> {
        &self.session
    }
}

impl fmt::Debug for Connect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Connect")
            .field("session", self.session.id())
            .field("headers", &names)
            .finish()
    }
}

/// A client may not connect. Any error turns into one with `?`.
///
/// The client is told `auth-failed` and nothing else; why is for the log, so it must not hold what
/// the client gave as its credentials.
///
/// It does not implement [`Error`](StdError) itself, so that every type that does can be converted.
#[derive(Debug)]
pub struct Denied(MessagingError);

impl Denied {
    /// Says why, **for the log**.
    #[must_use]
    pub fn new(reason: impl Into<BoxError>) -> Self {
        Self(MessagingError::new(ErrorCode::AuthFailed).with_source(reason))
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Denied {
    fn from(error: E) -> Self {
        Self::new(error)
    }
}

/// Finds out who connects, with the application's own function.
#[derive(Clone)]
pub(crate) struct Authenticator {
    authenticate: Arc<Authenticate>,
    /// How many may be found out side by side.
    permits: Arc<Semaphore>,
}

type Authenticate =
    dyn Fn(Connect) -> BoxFuture<'static, Result<Option<Principal>, Denied>> + Send + Sync;

impl Authenticator {
    pub(crate) fn new<F, Fut, P>(authenticate: F) -> Self
    where
        F: Fn(Connect) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<P, Denied>> + Send + 'static,
        P: Into<Option<Principal>>,
    {
        Self {
            authenticate: Arc::new(move |connect| {
                let deciding = authenticate(connect);
                Box::pin(async move { deciding.await.map(Into::into) })
            }),
            permits: Arc::new(Semaphore::new(0)),
        }
    }

    /// Says how many may be found out side by side. Before that, none is.
    pub(crate) fn allow(&self, at_once: usize) {
        self.permits
            .add_permits(at_once.min(Semaphore::MAX_PERMITS));
    }

    pub(super) async fn decide(
        &self,
        connect: Connect,
    ) -> Result<Option<Principal>, MessagingError> {
        // Fair: who came first is next. Nobody closes it.
        let _permit = self.permits.acquire().await;
        let decided = (self.authenticate)(connect).await;
        decided.map_err(|Denied(error)| error)
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authenticator")
    }
}
