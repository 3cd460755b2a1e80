//! Who may do what: the rules of an application, and where they are kept.
//!
//! [`rules`] says who may SEND and SUBSCRIBE where;
//! [`authorize`](crate::MessagingBuilder::authorize) gives them to the application. [`CsrfToken`] tells a
//! page of the application's own from that of somebody else.

mod access;
mod authorization;
mod authorizer;
mod csrf;
mod entry;
mod guard;
mod handle;
mod interceptor;
mod predicate;
mod recheck;
mod rule;
mod rules;

pub use self::access::Access;
pub(crate) use self::authorization::Authorization;
pub(crate) use self::authorizer::Authorizer;
pub use self::csrf::CsrfToken;
pub(crate) use self::guard::{Guard, Guards};
pub use self::handle::{RulesError, RulesHandle};
pub(crate) use self::interceptor::AuthorizationInterceptor;
pub use self::predicate::Decision;
pub use self::rule::{
    IntoRule, Rule, anonymous, authenticated, deny, has_any_role, has_role, permit,
};
pub use self::rules::{Rules, rules};
