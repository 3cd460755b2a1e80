use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::timeout;

use super::authorization::{Ruling, denied_by};
use super::guard::Guards;
use super::predicate::Deciding;
use super::rule::Kind;
use super::{Access, Authorization, Rule};
use crate::channel::{Step, Verdict};
use crate::destination::Captured;
use crate::error::{ErrorCode, MessagingError};
use crate::message::Message;
use crate::session::Session;
use crate::states::States;

/// Judges by the rules that hold now, and by those that stand beside mappings.
pub(crate) struct Authorizer {
    /// None where the application has no rules.
    rules: RwLock<Option<Arc<Authorization>>>,
    guards: Arc<dyn Guards>,
    separator: char,
    states: Arc<States>,
    /// How long a predicate may take.
    time: Duration,
}

impl Authorizer {
    pub(crate) fn new(
        rules: Option<Authorization>,
        guards: Arc<dyn Guards>,
        separator: char,
        states: Arc<States>,
        time: Duration,
    ) -> Self {
        Self {
            rules: RwLock::new(rules.map(Arc::new)),
            guards,
            separator,
            states,
            time,
        }
    }

    /// Whether there is anything to judge by.
    pub(crate) fn has_rules(&self) -> bool {
        self.rules().is_some() || !self.guards.is_empty()
    }

    pub(super) const fn separator(&self) -> char {
        self.separator
    }

    /// Judges by other rules from now on.
    pub(super) fn replace(&self, rules: Authorization) {
        let mut current = self.rules.write().unwrap_or_else(PoisonError::into_inner);
        *current = Some(Arc::new(rules));
    }

    fn rules(&self) -> std::sync::RwLockReadGuard<'_, Option<Arc<Authorization>>> {
        self.rules.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is to become of a message. The rules come first, and then the one of its mapping: both have
    /// to allow it.
    pub(super) fn judge(&self, message: &Message, session: Option<&Arc<Session>>) -> Step<'static> {
        let by_rules = match &*self.rules() {
            Some(rules) => self.judge_by_rules(rules, message, session),
            None => Step::CONTINUE,
        };
        let by_guard = match by_rules {
            Step::Ready(Verdict::Continue) | Step::Pending(_) => {
                self.judge_by_guard(message, session)
            }
            stopped @ Step::Ready(_) => return stopped,
        };
        match (by_rules, by_guard) {
            (Step::Pending(rules), Step::Pending(guard)) => Step::Pending(Box::pin(async {
                match rules.await {
                    Verdict::Continue => guard.await,
                    stopped => stopped,
                }
            })),
            (rules @ Step::Pending(_), Step::Ready(Verdict::Continue)) => rules,
            (_, guard) => guard,
        }
    }

    fn judge_by_rules(
        &self,
        rules: &Authorization,
        message: &Message,
        session: Option<&Arc<Session>>,
    ) -> Step<'static> {
        let (entry, captures) = match rules.rule(message) {
            Ruling::Allowed => return Step::CONTINUE,
            Ruling::Denied(error) => return Verdict::Fail(error).into(),
            Ruling::Ask(entry, captures) => (entry, captures),
        };
        let variables = Captured {
            names: entry.variables(),
            path: message.destination(),
            captures: &captures,
        };
        self.ask((&entry.rule, entry.place()), variables, message, session)
    }

    fn judge_by_guard(&self, message: &Message, session: Option<&Arc<Session>>) -> Step<'static> {
        let Some(guard) = self.guards.find(message) else {
            return Step::CONTINUE;
        };
        match guard.rule.at_once(message.principal()) {
            Some(true) => Step::CONTINUE,
            Some(false) => Verdict::Fail(denied_by(
                guard.rule,
                Some(guard.place()),
                message.principal(),
            ))
            .into(),
            None => {
                let variables = Captured {
                    names: guard.names,
                    path: guard.path,
                    captures: &guard.captures,
                };
                self.ask((guard.rule, guard.place()), variables, message, session)
            }
        }
    }

    /// Asks the predicate of a rule.
    fn ask(
        &self,
        (rule, place): (&Rule, String),
        variables: Captured<'_>,
        message: &Message,
        session: Option<&Arc<Session>>,
    ) -> Step<'static> {
        let denied = denied_by(rule, Some(place.clone()), message.principal());
        let (Kind::Predicate(predicate), Some(session)) = (&rule.0, session) else {
            return Verdict::Fail(denied).into();
        };
        let access = Access {
            message: Arc::new(message.clone()),
            session: Arc::clone(session),
            states: Arc::clone(&self.states),
        };
        // A predicate may panic before its future is made, too.
        let asked = match catch_unwind(AssertUnwindSafe(|| predicate.ask(access, variables))) {
            Ok(Ok(asked)) => asked,
            Ok(Err(error)) => return Verdict::Fail(error).into(),
            Err(_) => return Verdict::Fail(failed(&place, "panicked")).into(),
        };
        let time = self.time;
        Step::Pending(Box::pin(async move {
            match decided(asked, time, &place).await {
                Ok(true) => Verdict::Continue,
                Ok(false) => Verdict::Fail(denied),
                Err(error) => Verdict::Fail(error),
            }
        }))
    }
}

/// What a predicate says, if it says so in time and does not fail.
async fn decided(asked: Deciding, time: Duration, place: &str) -> Result<bool, MessagingError> {
    match timeout(time, AssertUnwindSafe(asked).catch_unwind()).await {
        Ok(Ok(Ok(allowed))) => Ok(allowed),
        Ok(Ok(Err(error))) => Err(MessagingError::new(ErrorCode::Internal).with_source(error)),
        Ok(Err(_)) => Err(failed(place, "panicked")),
        Err(_) => Err(failed(place, "took too long")),
    }
}

fn failed(place: &str, how: &str) -> MessagingError {
    MessagingError::new(ErrorCode::Internal).with_source(format!("{place} {how}"))
}

impl fmt::Debug for Authorizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorizer")
            .field("rules", &*self.rules())
            .finish_non_exhaustive()
    }
}
