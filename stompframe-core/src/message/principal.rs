use std::any::Any;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytestring::ByteString;
use tokio::time::Instant;

/// Who a session belongs to. A user may have several sessions: one for each tab and device. Cloning
/// is cheap.
///
/// What is known of the user goes with it: roles, which [rules](crate::security::rules) ask for, and
/// the application's own claims, such as those of a token.
///
/// ```
/// use stompframe_core::Principal;
///
/// struct Claims { tenant: u32 }
///
/// let ann = Principal::new("ann").with_role("ADMIN").with_claims(Claims { tenant: 7 });
/// assert!(ann.has_role("ADMIN"));
/// assert_eq!(ann.claims::<Claims>().map(|claims| claims.tenant), Some(7));
/// ```
///
/// Two of them are equal if names and roles are; claims and expiry are not compared.
#[derive(Clone)]
pub struct Principal(Arc<User>);

#[derive(Clone)]
struct User {
    name: ByteString,
    destination_name: Option<ByteString>,
    /// In order, each once.
    roles: Vec<ByteString>,
    claims: Option<Arc<dyn Any + Send + Sync>>,
    expires: Option<Instant>,
}

impl Principal {
    /// The user of this name, whatever characters it has.
    #[must_use]
    pub fn new(name: impl Into<ByteString>) -> Self {
        Self(Arc::new(User {
            name: name.into(),
            destination_name: None,
            roles: Vec::new(),
            claims: None,
            expires: None,
        }))
    }

    /// Says under which name messages reach the user (Spring's `DestinationUserNameProvider`), where
    /// that is not the user's own, because that one is not unique or not meant for others.
    #[must_use]
    pub fn with_destination_name(mut self, name: impl Into<ByteString>) -> Self {
        self.user().destination_name = Some(name.into());
        self
    }

    /// Gives the user a role. It is any text, compared as it is: where Spring tells the role `ADMIN`
    /// from the authority `ROLE_ADMIN`, there is one kind of name here.
    #[must_use]
    pub fn with_role(mut self, role: impl Into<ByteString>) -> Self {
        let role = role.into();
        let roles = &mut self.user().roles;
        if let Err(place) = roles.binary_search(&role) {
            roles.insert(place, role);
        }
        self
    }

    /// Gives the user several [roles](Self::with_role).
    #[must_use]
    pub fn with_roles<I: IntoIterator<Item: Into<ByteString>>>(self, roles: I) -> Self {
        roles.into_iter().fold(self, Self::with_role)
    }

    /// Keeps a value of the application's own with the user, in place of the one before. It never
    /// stands in debug output.
    #[must_use]
    pub fn with_claims<T: Send + Sync + 'static>(mut self, claims: T) -> Self {
        self.user().claims = Some(Arc::new(claims));
        self
    }

    /// Says until when the credentials are good, such as a token's `exp`. The session of somebody whose
    /// credentials have expired ends with `session-expired`, unless new ones come before: see
    /// [`authenticate`](crate::MessagingBuilder::authenticate).
    ///
    /// What is left is counted from now on by a clock that nobody sets: changes of the time of day
    /// neither prolong nor shorten it.
    #[must_use]
    pub fn with_expiry(self, expires: SystemTime) -> Self {
        let left = expires.duration_since(SystemTime::now());
        self.with_lifetime(left.unwrap_or_default())
    }

    /// As [`with_expiry`](Self::with_expiry), so long from now.
    #[must_use]
    pub fn with_lifetime(mut self, lifetime: Duration) -> Self {
        // What is too far to be counted never comes.
        self.user().expires = Instant::now().checked_add(lifetime);
        self
    }

    fn user(&mut self) -> &mut User {
        Arc::make_mut(&mut self.0)
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The name under which messages reach the user; the user's own unless
    /// [told otherwise](Self::with_destination_name).
    #[must_use]
    pub fn destination_name(&self) -> &str {
        self.shared_destination_name()
    }

    /// Whether the user has this role.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.roles().any(|own| own == role)
    }

    /// The user's roles, in alphabetical order.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.0.roles.iter().map(|role| &**role)
    }

    /// The application's own claims, if they are of this type.
    #[must_use]
    pub fn claims<T: 'static>(&self) -> Option<&T> {
        self.0.claims.as_ref()?.downcast_ref()
    }

    /// How long the credentials are still good: zero once they have expired, none if they do not.
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        let expires = self.expires()?;
        Some(expires.saturating_duration_since(Instant::now()))
    }

    pub(crate) fn expires(&self) -> Option<Instant> {
        self.0.expires
    }

    pub(crate) fn has_expired(&self) -> bool {
        self.time_left() == Some(Duration::ZERO)
    }

    pub(crate) fn shared_name(&self) -> &ByteString {
        &self.0.name
    }

    pub(crate) fn shared_destination_name(&self) -> &ByteString {
        self.0.destination_name.as_ref().unwrap_or(&self.0.name)
    }
}

impl PartialEq for Principal {
    fn eq(&self, other: &Self) -> bool {
        let User {
            name,
            destination_name,
            roles,
            claims: _,
            expires: _,
        } = &*self.0;
        let compared = (name, destination_name, roles);
        compared == (&other.0.name, &other.0.destination_name, &other.0.roles)
    }
}

impl Eq for Principal {}

impl Hash for Principal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.name.hash(state);
    }
}

impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Principal({:?})", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_for_those_who_know_their_type_and_never_printed() {
        #[derive(Debug)]
        struct Claims(&'static str);
        let ann = Principal::new("ann").with_claims(Claims("canary"));
        assert_eq!(
            ann.claims::<Claims>().map(|claims| claims.0),
            Some("canary")
        );
        assert!(ann.claims::<String>().is_none());
        assert!(!format!("{ann:?}").contains("canary"));
        assert_eq!(ann, Principal::new("ann"));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_past_or_endless_is_no_trouble() {
        let ann = Principal::new("ann");
        assert!(!ann.has_expired() && ann.time_left().is_none());
        let past = ann.clone().with_expiry(SystemTime::UNIX_EPOCH);
        assert!(past.has_expired());
        let ever = ann.clone().with_lifetime(Duration::MAX);
        assert!(!ever.has_expired());
        let hour = Duration::from_secs(3_600);
        let soon = ann.with_expiry(SystemTime::now() + hour);
        let left = soon.time_left().unwrap();
        assert!(left <= hour && left > hour / 2, "{left:?}");
    }

    #[test]
    fn roles_are_compared_as_they_are() {
        let ann = Principal::new("ann").with_roles(["USER", "ADMIN", "USER"]);
        assert!(ann.roles().eq(["ADMIN", "USER"]));
        for role in ["admin", "ROLE_ADMIN", "", "ADMIN "] {
            assert!(!ann.has_role(role), "{role:?}");
        }
        assert_ne!(ann, Principal::new("ann"));
        // A copy that is changed leaves the other alone.
        assert!(!ann.clone().with_role("X").eq(&ann) && !ann.has_role("X"));
    }
}
