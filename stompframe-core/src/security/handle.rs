use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
#[cfg(feature = "test-util")]
use std::time::Duration;

use super::authorizer::Authorizer;
use super::{Authorization, Rules};
use crate::session::SessionRegistry;
#[cfg(feature = "test-util")]
use crate::states::States;

/// The rules of a running application: to replace them, and to look once more at what they have
/// allowed. Handlers take it as an argument; everybody else has it from
/// [`Messaging::rules`](crate::Messaging::rules). Cloning it is cheap.
///
/// ```
/// use stompframe_core::security::{RulesHandle, deny, has_role, rules};
/// use stompframe_core::{Messaging, message_mapping};
///
/// # #[derive(Clone)] struct Members;
/// # impl Members { async fn remove(&self, user: &str) {} }
/// /// Who leaves hears nothing more: predicates are asked again.
/// #[message_mapping("/leave/{user}")]
/// async fn leave(user: String, members: stompframe_core::handler::extract::State<Members>, rules: RulesHandle) {
///     members.0.remove(&user).await;
///     rules.recheck_user(&user).await;
/// }
///
/// # async fn example(messaging: Messaging) -> Result<(), stompframe_core::security::RulesError> {
/// // For the night:
/// let revoked = messaging
///     .rules()
///     .replace(rules().destination("/**", has_role("NIGHT")).anything_else(deny()))
///     .await?;
/// println!("{revoked} subscriptions were revoked");
/// # Ok(())
/// # }
/// ```
///
/// # What a new judgement means
///
/// A frame is judged by the rules that hold when it arrives, and one that a transaction holds again at
/// COMMIT; what was allowed and is being handled goes on. A live subscription is judged as if its
/// SUBSCRIBE came now, without headers, to the destination that the client named, by the user that the
/// session has now. What is not allowed any more, what a predicate says nothing about in time or fails
/// over, is [revoked](crate::Session::revoke): the client hears `subscription-revoked`.
///
/// Predicates are asked for 32 sessions side by side.
#[derive(Clone)]
pub struct RulesHandle {
    authorizer: Arc<Authorizer>,
    sessions: Arc<SessionRegistry>,
}

impl RulesHandle {
    pub(crate) const fn new(authorizer: Arc<Authorizer>, sessions: Arc<SessionRegistry>) -> Self {
        Self {
            authorizer,
            sessions,
        }
    }

    /// Where nobody keeps any.
    #[cfg(feature = "test-util")]
    pub(crate) fn without_rules(states: Arc<States>, sessions: Arc<SessionRegistry>) -> Self {
        let authorizer = Authorizer::new(None, Arc::new(()), '/', states, Duration::MAX);
        Self::new(Arc::new(authorizer), sessions)
    }

    /// Puts other rules in the place of all that were given to
    /// [`authorize`](crate::MessagingBuilder::authorize); those beside mappings stay. They hold for
    /// every frame that arrives from now on. Then all live subscriptions are judged by them. Says how
    /// many were revoked; the sessions carry that out at once, or behind the SUBSCRIBE that they are
    /// busy with.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the rules, as `build()` says it; the old ones stay in force. Or
    /// that the application was started without rules: then nobody keeps any.
    pub async fn replace(&self, rules: Rules) -> Result<usize, RulesError> {
        let mut problems = Vec::new();
        if !self.authorizer.has_rules() {
            problems.push(
                "the application was started without rules: give it some that allow what they \
                 may, `.authorize(rules().anything_else(permit()))`"
                    .to_owned(),
            );
        }
        let compiled = Authorization::new(rules, self.authorizer.separator(), &mut problems);
        match compiled {
            Some(rules) if problems.is_empty() => self.authorizer.replace(rules),
            _ => return Err(RulesError { problems }),
        }
        tracing::info!("the rules were replaced");
        Ok(self.recheck().await)
    }

    /// Judges all live subscriptions once more, because what predicates look at has changed. Says how
    /// many were revoked.
    pub async fn recheck(&self) -> usize {
        self.authorizer.recheck_all(self.sessions.all()).await
    }

    /// The same for the sessions of the user whom messages reach under this name.
    pub async fn recheck_user(&self, name: &str) -> usize {
        let sessions = self.sessions.of_user(name);
        self.authorizer.recheck_all(sessions).await
    }
}

impl fmt::Debug for RulesHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RulesHandle").finish_non_exhaustive()
    }
}

/// What is wrong with rules that were to replace others.
#[derive(Debug)]
pub struct RulesError {
    problems: Vec<String>,
}

impl RulesError {
    /// The problems, each a sentence that names the place and says the fix.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for RulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the rules cannot be replaced: ")?;
        f.write_str(&self.problems.join("; "))
    }
}

impl StdError for RulesError {}
