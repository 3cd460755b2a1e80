use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::answer::Answers;
use super::shared::Shared;
use crate::error::{Chain, ErrorCode, MessagingError};
use crate::event::SessionEventKind;
use crate::message::{Message, MessageType, SubscriptionId};
use crate::session::{Order, Session};

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
    pub(super) async fn run(&self, reading_ended: &Notify) {
        let mut expiring = self.expiring();
        loop {
            let order = tokio::select! {
                biased;
                () = reading_ended.notified() => return,
                order = self.session.orders().next() => order,
                () = &mut expiring => {
                    self.answers.fail(&ErrorCode::SessionExpired.into(), None);
                    expiring = Box::pin(pending());
                    continue;
                }
            };
            match order {
                Order::End(error) => self.answers.fail(&error, None),
                // Rarely done, and idle connections need not have room for it.
                Order::Revoke(id, error) => Box::pin(self.revoke_or_end(&id, &error)).await,
                Order::Renewed => expiring = self.expiring(),
            }
        }
    }

    /// Warns the client before its credentials expire, and comes when they do. Where they do not,
    /// it takes no timer, nor room for one.
    fn expiring(&self) -> BoxFuture<'_, ()> {
        let expires = self.session.principal().and_then(|user| user.expires());
        let Some(expires) = expires else {
            return Box::pin(pending());
        };
        Box::pin(async move {
            let left = expires.saturating_duration_since(Instant::now());
            // Half of it, where that is less: a warning with the first breath would be none.
            let warn = expires - self.shared.limits.expiry_warning.min(left / 2);
            sleep_until(warn).await;
            if !self.answers.credentials("expiring").await {
                tracing::debug!("the client does not listen for the expiry of its credentials");
            }
            sleep_until(expires).await;
        })
    }

    /// Revokes a subscription. If the session is to end, that does not wait for it.
    async fn revoke_or_end(&self, id: &SubscriptionId, error: &MessagingError) {
        let mut revoking = pin!(AssertUnwindSafe(self.revoke(id, error)).catch_unwind());
        let revoked = loop {
            tokio::select! {
                biased;
                error = self.session.orders().next_end() => self.answers.fail(&error, None),
                revoked = revoking.as_mut() => break revoked,
            }
        };
        if revoked.is_err() {
            self.answers.fail(&ErrorCode::Internal.into(), None);
        }
        // It may have been rung for others, meanwhile.
        self.session.orders().ring();
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
