use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::error::MessagingError;
use crate::message::SubscriptionId;

/// What others want of a session. Its own connection carries it out, in step with what the client
/// itself does to its subscriptions.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    given: Mutex<Given>,
    /// Rung with each order. One bell for all, since there is one in every idle session.
    bell: Notify,
}

#[derive(Debug, Default)]
struct Given {
    /// The first decides.
    end: Option<MessagingError>,
    /// Each subscription once, so that there are no more than a session may have.
    revoke: Vec<(SubscriptionId, MessagingError)>,
    renewed: bool,
}

/// What somebody wants of a session.
#[derive(Debug)]
pub(crate) enum Order {
    /// To end it, because of this.
    End(MessagingError),
    /// To take a subscription from it, because of this.
    Revoke(SubscriptionId, MessagingError),
    /// To see once more how long the credentials of its user last.
    Renewed,
}

impl Orders {
    pub(super) fn end(&self, error: MessagingError) {
        self.given().end.get_or_insert(error);
        self.bell.notify_one();
    }

    pub(super) fn revoke(&self, id: SubscriptionId, error: MessagingError) {
        let mut given = self.given();
        if given.revoke.iter().all(|(other, _)| *other != id) {
            given.revoke.push((id, error));
            self.bell.notify_one();
        }
    }

    /// Waits for the next order. For one alone; cancel-safe.
    pub(crate) async fn next(&self) -> Order {
        loop {
            if let Some(order) = self.given().next() {
                return order;
            }
            self.bell.notified().await;
        }
    }

    /// Waits until the session is to end, and leaves other orders where they are. For one alone;
    /// cancel-safe.
    pub(crate) async fn next_end(&self) -> MessagingError {
        loop {
            if let Some(error) = self.given().end.take() {
                return error;
            }
            self.bell.notified().await;
        }
    }

    pub(super) fn renewed(&self) {
        self.given().renewed = true;
        self.bell.notify_one();
    }

    /// Has whoever waits look once more.
    pub(crate) fn ring(&self) {
        self.bell.notify_one();
    }

    fn given(&self) -> MutexGuard<'_, Given> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Given {
    fn next(&mut self) -> Option<Order> {
        if let Some(error) = self.end.take() {
            return Some(Order::End(error));
        }
        if let Some((id, error)) = self.revoke.pop() {
            return Some(Order::Revoke(id, error));
        }
        std::mem::take(&mut self.renewed).then_some(Order::Renewed)
    }
}
