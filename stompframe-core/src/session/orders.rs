use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::error::MessagingError;
use crate::message::SubscriptionId;

/// What others want of a session. Its own connection carries it out, in step with what the client
/// itself does to its subscriptions.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    given: Mutex<Given>,
    to_end: Notify,
    to_revoke: Notify,
    renewed: Notify,
}

#[derive(Debug, Default)]
struct Given {
    /// The first decides.
    end: Option<MessagingError>,
    /// Each subscription once, so that there are no more than a session may have.
    revoke: Vec<(SubscriptionId, MessagingError)>,
}

impl Orders {
    pub(super) fn end(&self, error: MessagingError) {
        self.given().end.get_or_insert(error);
        self.to_end.notify_one();
    }

    pub(super) fn revoke(&self, id: SubscriptionId, error: MessagingError) {
        let mut given = self.given();
        if given.revoke.iter().all(|(other, _)| *other != id) {
            given.revoke.push((id, error));
            self.to_revoke.notify_one();
        }
    }

    /// Waits until somebody wants the session to end. For one alone; cancel-safe.
    pub(crate) async fn next_end(&self) -> MessagingError {
        loop {
            if let Some(error) = self.given().end.take() {
                return error;
            }
            self.to_end.notified().await;
        }
    }

    /// Waits until somebody wants a subscription to be revoked. For one alone; cancel-safe.
    pub(crate) async fn next_revoked(&self) -> (SubscriptionId, MessagingError) {
        loop {
            if let Some(revoked) = self.given().revoke.pop() {
                return revoked;
            }
            self.to_revoke.notified().await;
        }
    }

    pub(super) fn renewed(&self) {
        self.renewed.notify_one();
    }

    /// Waits until it was decided anew who the session belongs to. For one alone; cancel-safe.
    pub(crate) async fn until_renewed(&self) {
        self.renewed.notified().await;
    }

    fn given(&self) -> MutexGuard<'_, Given> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
