//! Whether what was allowed once still is.

use std::sync::Arc;

use futures_util::{StreamExt as _, stream};

use super::authorizer::Authorizer;
use crate::channel::{Step, Verdict};
use crate::error::{ErrorCode, MessagingError};
use crate::message::{Message, MessageType};
use crate::session::Session;

/// How many sessions are looked at side by side: predicates may ask a database.
const AT_ONCE: usize = 32;

impl Authorizer {
    /// Judges the live subscriptions of these sessions once more, and revokes those that are not
    /// allowed any more. Says how many.
    pub(super) async fn recheck_all(&self, sessions: Vec<Arc<Session>>) -> usize {
        stream::iter(sessions)
            .map(|session| async move { self.recheck(&session).await })
            .buffer_unordered(AT_ONCE)
            .fold(0, async |sum, revoked| sum + revoked)
            .await
    }

    /// The same for one session.
    ///
    /// A SUBSCRIBE that is just being judged is among its subscriptions: they are reserved before.
    pub(crate) async fn recheck(&self, session: &Arc<Session>) -> usize {
        let mut revoked = 0;
        for (id, destination) in session.subscriptions() {
            let mut message = Message::new(MessageType::Subscribe, destination);
            message.set_principal(session.principal());
            message.set_subscription(id.clone());
            let verdict = match self.judge(&message, Some(session)) {
                Step::Ready(verdict) => verdict,
                Step::Pending(verdict) => verdict.await,
            };
            if let Verdict::Fail(error) = verdict {
                let error = MessagingError::new(ErrorCode::SubscriptionRevoked)
                    .with_detail("the rules do not allow it any more")
                    .with_source(error);
                revoked += usize::from(session.revoke_because(&id, error));
            }
        }
        revoked
    }
}
