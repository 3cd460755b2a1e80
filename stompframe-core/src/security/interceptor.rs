use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::timeout;

use super::authorization::{Ruling, denied_by};
use super::predicate::Deciding;
use super::rule::Kind;
use super::{Access, Authorization};
use crate::channel::{ChannelContext, ChannelInterceptor, Step, Verdict};
use crate::destination::Captured;
use crate::error::{ErrorCode, MessagingError};
use crate::message::Message;
use crate::states::States;

/// Keeps the rules (Spring's `AuthorizationChannelInterceptor`): the last interceptor of the
/// clientInbound channel, so that it judges what the others have made of a message, and nobody changes
/// it afterwards.
pub(crate) struct AuthorizationInterceptor {
    authorization: Authorization,
    states: Arc<States>,
    /// How long a predicate may take.
    time: Duration,
}

impl AuthorizationInterceptor {
    pub(crate) const fn new(
        authorization: Authorization,
        states: Arc<States>,
        time: Duration,
    ) -> Self {
        Self {
            authorization,
            states,
            time,
        }
    }

    fn judge<'a>(&'a self, message: &Message, context: ChannelContext<'a>) -> Step<'a> {
        let (entry, captures) = match self.authorization.rule(message) {
            Ruling::Allowed => return Step::CONTINUE,
            Ruling::Denied(error) => return Verdict::Fail(error).into(),
            Ruling::Ask(entry, captures) => (entry, captures),
        };
        let denied = denied_by(entry, message.principal());
        let (Kind::Predicate(predicate), Some(session)) = (&entry.rule.0, context.session) else {
            return Verdict::Fail(denied).into();
        };
        let access = Access {
            message: Arc::new(message.clone()),
            session: Arc::clone(session),
            states: Arc::clone(&self.states),
        };
        let variables = Captured {
            names: entry.variables(),
            path: message.destination(),
            captures: &captures,
        };
        // A predicate may panic before its future is made, too.
        let asked = std::panic::catch_unwind(AssertUnwindSafe(|| predicate.ask(access, variables)));
        let asked = match asked {
            Ok(Ok(asked)) => asked,
            Ok(Err(error)) => return Verdict::Fail(error).into(),
            Err(_) => return Verdict::Fail(failed(&entry.place(), "panicked")).into(),
        };
        Step::Pending(Box::pin(async move {
            match self.decided(asked, &|| entry.place()).await {
                Ok(true) => Verdict::Continue,
                Ok(false) => Verdict::Fail(denied),
                Err(error) => Verdict::Fail(error),
            }
        }))
    }

    /// What a predicate says, if it says so in time and does not fail.
    async fn decided(
        &self,
        asked: Deciding,
        place: &(dyn Fn() -> String + Send + Sync),
    ) -> Result<bool, MessagingError> {
        match timeout(self.time, AssertUnwindSafe(asked).catch_unwind()).await {
            Ok(Ok(Ok(allowed))) => Ok(allowed),
            Ok(Ok(Err(error))) => Err(MessagingError::new(ErrorCode::Internal).with_source(error)),
            Ok(Err(_)) => Err(failed(&place(), "panicked")),
            Err(_) => Err(failed(&place(), "took too long")),
        }
    }
}

fn failed(place: &str, how: &str) -> MessagingError {
    MessagingError::new(ErrorCode::Internal).with_source(format!("{place} {how}"))
}

impl ChannelInterceptor for AuthorizationInterceptor {
    fn pre_send<'a>(&'a self, message: &'a mut Message, context: ChannelContext<'a>) -> Step<'a> {
        self.judge(message, context)
    }

    fn pre_commit<'a>(&'a self, message: &'a Message, context: ChannelContext<'a>) -> Step<'a> {
        self.judge(message, context)
    }
}
