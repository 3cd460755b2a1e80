use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::join3;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::answer::Answers;
use super::shared::Shared;
use crate::error::{Chain, ErrorCode, MessagingError};
use crate::event::SessionEventKind;
use crate::message::{Message, MessageType, SubscriptionId};
use crate::session::Session;

/// Carries out what others want of a session, while its own frames are handled.
pub(super) struct Overseer {
    shared: Arc<Shared>,
    session: Arc<Session>,
    answers: Answers,
}

impl Overseer {
    pub(super) fn new(shared: Arc<Shared>, session: Arc<Session>) -> Self {
        let answers = Answers::new(Arc::clone(&shared), Arc::clone(&session));
        Self {
            shared,
            session,
            answers,
        }
    }

    /// Carries out orders until reading has come to its end. What has begun by then is finished.
    pub(super) async fn run(&self, reading_ended: &CancellationToken) {
        let ending = reading_ended.run_until_cancelled(self.end_session());
        let revoking = async {
            let orders = self.session.orders();
            while let Some((id, error)) = reading_ended
                .run_until_cancelled(orders.next_revoked())
                .await
            {
                // Rarely done, and idle connections need not have room for it.
                let revoking = AssertUnwindSafe(Box::pin(self.revoke(&id, &error)));
                if revoking.catch_unwind().await.is_err() {
                    self.answers.fail(&ErrorCode::Internal.into(), None);
                }
            }
        };
        let expiring = reading_ended.run_until_cancelled(self.keep_time());
        join3(ending, revoking, expiring).await;
    }

    /// Warns the client before its credentials expire, and ends the session when they do.
    async fn keep_time(&self) {
        let renewed = || self.session.orders().until_renewed();
        loop {
            let expires = self.session.principal().and_then(|user| user.expires());
            let Some(expires) = expires else {
                renewed().await;
                continue;
            };
            let left = expires.saturating_duration_since(Instant::now());
            // Half of it, where that is less: a warning with the first breath would be none.
            let warn = expires - self.shared.limits.expiry_warning.min(left / 2);
            // Most sessions have no need for a timer, nor room for one.
            let expiring = Box::pin(async {
                sleep_until(warn).await;
                if !self.answers.credentials("expiring").await {
                    tracing::debug!("the client does not listen for the expiry of its credentials");
                }
                sleep_until(expires).await;
            });
            tokio::select! {
                biased;
                () = renewed() => {}
                () = expiring => {
                    self.answers.fail(&ErrorCode::SessionExpired.into(), None);
                    return;
                }
            }
        }
    }

    async fn end_session(&self) {
        let error = self.session.orders().next_end().await;
        self.answers.fail(&error, None);
    }

    /// As UNSUBSCRIBE, which the client did not say, so no interceptor of its frames is asked.
    async fn revoke(&self, id: &SubscriptionId, error: &MessagingError) {
        let _subscribing = self.session.subscribing().await;
        let Some(destination) = self.session.subscription(id) else {
            return; // The client was faster.
        };
        let mut message = Message::new(MessageType::Unsubscribe, destination.clone());
        message.set_principal(self.session.principal());
        message.set_subscription(id.clone());
        let noted = self.shared.events.note(&message);
        let inbound = &self.shared.inbound;
        if let Err(error) = inbound.send_past_interceptors(message, &self.session).await {
            tracing::warn!(error = %Chain(&error), "not everybody could let go of a subscription");
        }
        self.session.release(id);
        self.answers.revoked(error, id, &destination).await;
        let id = id.clone();
        let kind = || SessionEventKind::Unsubscribed { id, destination };
        self.shared.events.tell(&self.session, noted, kind).await;
    }
}
