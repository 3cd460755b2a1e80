use std::fmt;
use std::future::Future;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::predicate::{Plain, Predicate, WithVariables};
use super::{Access, Decision};
use crate::message::Principal;

/// Who may do what a line of the [rules](super::rules) is about. Cloning is cheap.
#[derive(Clone)]
pub struct Rule(pub(super) Kind);

#[derive(Clone)]
pub(super) enum Kind {
    Permit,
    Deny,
    Authenticated,
    Anonymous,
    AnyRole(Arc<[String]>),
    Predicate(Arc<dyn Predicate>),
}

/// Everybody may (Spring's `permitAll`).
#[must_use]
pub const fn permit() -> Rule {
    Rule(Kind::Permit)
}

/// Nobody may (Spring's `denyAll`).
#[must_use]
pub const fn deny() -> Rule {
    Rule(Kind::Deny)
}

/// Whoever is a user may, with whatever roles.
#[must_use]
pub const fn authenticated() -> Rule {
    Rule(Kind::Authenticated)
}

/// Whoever is no user may, and nobody else.
#[must_use]
pub const fn anonymous() -> Rule {
    Rule(Kind::Anonymous)
}

/// Users with this [role](Principal::with_role) may.
#[must_use]
pub fn has_role(role: impl Into<String>) -> Rule {
    has_any_role([role])
}

/// Users with one of these [roles](Principal::with_role) may; with none, nobody.
#[must_use]
pub fn has_any_role<I: IntoIterator<Item: Into<String>>>(roles: I) -> Rule {
    Rule(Kind::AnyRole(roles.into_iter().map(Into::into).collect()))
}

impl Rule {
    /// What it says about this user, if that depends on nothing else.
    pub(super) fn at_once(&self, principal: Option<&Principal>) -> Option<bool> {
        match &self.0 {
            Kind::Permit => Some(true),
            Kind::Deny => Some(false),
            Kind::Authenticated => Some(principal.is_some()),
            Kind::Anonymous => Some(principal.is_none()),
            Kind::AnyRole(roles) => {
                Some(principal.is_some_and(|user| roles.iter().any(|role| user.has_role(role))))
            }
            Kind::Predicate(_) => None,
        }
    }

    /// What keeps it from ever taking variables of these names.
    pub(crate) fn mismatch(&self, names: &[String]) -> Option<String> {
        match &self.0 {
            Kind::Predicate(predicate) => predicate.mismatch(names),
            _ => None,
        }
    }

    /// Whether somebody anonymous could help it by being a user.
    pub(super) const fn needs_user(&self) -> bool {
        matches!(self.0, Kind::Authenticated | Kind::AnyRole(_))
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Permit => f.write_str("permit()"),
            Kind::Deny => f.write_str("deny()"),
            Kind::Authenticated => f.write_str("authenticated()"),
            Kind::Anonymous => f.write_str("anonymous()"),
            Kind::AnyRole(roles) => write!(f, "has_any_role({roles:?})"),
            Kind::Predicate(_) => f.write_str("a predicate"),
        }
    }
}

/// What can stand in a line of the [rules](super::rules): a [`Rule`], or a predicate, which is an
/// asynchronous function of an [`Access`], or of an `Access` and the variables of the destination. It
/// says `bool`, or a `Result` of it.
///
/// The variables come as [`Variables<T>`](crate::handler::extract::Variables) reads them: the value
/// of the only one, a tuple in the order of the pattern, or a struct with their names. What does not
/// parse is refused with `bad-destination`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no rule",
    label = "not a rule",
    note = "a rule is `permit()`, `has_role(\"ADMIN\")` and so on, or a predicate such as `async |access: Access| true` \
            or `|access: Access, room: u64| async move {{ true }}`, whose future is `Send`"
)]
pub trait IntoRule<Args> {
    /// Makes it a rule.
    fn into_rule(self) -> Rule;
}

impl IntoRule<()> for Rule {
    fn into_rule(self) -> Rule {
        self
    }
}

impl<F, Fut> IntoRule<(Access,)> for F
where
    F: Fn(Access) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: Decision> + Send + 'static,
{
    fn into_rule(self) -> Rule {
        Rule(Kind::Predicate(Arc::new(Plain(self))))
    }
}

impl<F, Fut, T> IntoRule<(Access, T)> for F
where
    F: Fn(Access, T) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: Decision> + Send + 'static,
    T: DeserializeOwned + 'static,
{
    fn into_rule(self) -> Rule {
        Rule(Kind::Predicate(Arc::new(WithVariables::new(self))))
    }
}
