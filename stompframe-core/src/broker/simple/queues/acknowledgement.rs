use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::state::Work;
use super::{Consumer, Queues, handle_soon};
use crate::channel::Handling;
use crate::message::{Message, MessageType, SubscriptionId};
use crate::session::{Session, SessionId};

/// The consumers of one session.
#[derive(Debug, Default)]
pub(super) struct Consumers(Mutex<Vec<Arc<Consumer>>>);

impl Queues {
    /// ACK and NACK. What is refused goes to whoever is next, and is a dead letter once that has
    /// happened too often.
    pub(in crate::broker::simple) fn acknowledge(
        &self,
        message: &Message,
        session: &Session,
    ) -> Handling {
        let found = self
            .holder(message, session)
            .and_then(|(consumer, number)| {
                let settled = consumer.settle(number)?;
                Some((consumer, settled))
            });
        let Some((consumer, settled)) = found else {
            // Another broker may have delivered it. If none has, the client is told so.
            return Handling::Ignored;
        };
        let queue = &consumer.queue;
        if message.message_type() == MessageType::Nack {
            // Which feeds the others; the consumer itself has room again, too.
            handle_soon(queue.handle(Work::Return(settled)));
        }
        queue.handle(Work::Feed(Arc::clone(&consumer)))
    }

    /// Whether the session holds what an ACK or NACK is about.
    pub(in crate::broker::simple) fn awaits_acknowledgement(
        &self,
        message: &Message,
        session: &Session,
    ) -> bool {
        self.holder(message, session).is_some()
    }

    /// The consumer that holds the delivery which an ACK or NACK is about, and its number.
    fn holder(&self, message: &Message, session: &Session) -> Option<(Arc<Consumer>, u64)> {
        let number = self
            .shared
            .outbound
            .delivery_number(message.acknowledged()?)?;
        let consumers = Arc::clone(self.consumers.pin().get(session.id())?);
        let is_meant = |consumer: &&Arc<Consumer>| {
            let id = &consumer.subscription.recipient.subscription;
            message.subscription().is_none_or(|meant| meant == id) && consumer.holds(number)
        };
        let holder = consumers.all().iter().find(is_meant).cloned();
        Some((holder?, number))
    }

    /// Gives a subscription what waits for it, if it is one to a queue.
    pub(in crate::broker::simple) fn feed(
        &self,
        session: &SessionId,
        id: &SubscriptionId,
    ) -> Handling {
        let consumers = self.consumers.pin();
        let consumer = consumers.get(session).and_then(|consumers| {
            let all = consumers.all();
            all.iter().find(|one| one.is(id)).cloned()
        });
        match consumer {
            Some(consumer) => {
                let queue = Arc::clone(&consumer.queue);
                queue.handle(Work::Feed(consumer))
            }
            None => Handling::Ignored,
        }
    }

    pub(super) fn remember(&self, consumer: Arc<Consumer>) {
        let session = consumer.subscription.recipient.session.id().clone();
        let consumers = self.consumers.pin();
        let consumers = consumers.get_or_insert_with(session, Arc::default);
        consumers.all().push(consumer);
    }

    /// Ends a subscription to a queue: what it has not acknowledged goes to others.
    pub(in crate::broker::simple) fn unsubscribe(
        self: &Arc<Self>,
        destination: &str,
        session: &SessionId,
        id: &SubscriptionId,
    ) -> Handling {
        let Some(consumer) = self.forget(session, id) else {
            return Handling::DONE;
        };
        let left = consumer.queue.handle(Work::Leave(Arc::clone(&consumer)));
        let Handling::Pending(leaving) = left else {
            self.retire(destination);
            return left;
        };
        let (queues, destination) = (Arc::clone(self), destination.to_owned());
        Handling::Pending(Box::pin(async move {
            leaving.await?;
            queues.retire(&destination);
            Ok(())
        }))
    }

    /// Ends a subscription to a topic that has acknowledged: what it has not is of no use to others,
    /// who have had it.
    pub(in crate::broker::simple) fn unsubscribe_alone(
        &self,
        session: &SessionId,
        id: &SubscriptionId,
    ) {
        if let Some(consumer) = self.forget(session, id) {
            consumer.queue.end();
        }
    }

    fn forget(&self, session: &SessionId, id: &SubscriptionId) -> Option<Arc<Consumer>> {
        let sessions = self.consumers.pin();
        let consumers = sessions.get(session)?;
        let mut all = consumers.all();
        let at = all.iter().position(|consumer| consumer.is(id));
        let consumer = at.map(|at| all.swap_remove(at));
        if all.is_empty() {
            // A session's frames are handled one after the other, so none comes meanwhile.
            sessions.remove(session);
        }
        consumer
    }
}

impl Consumers {
    fn all(&self) -> MutexGuard<'_, Vec<Arc<Consumer>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
