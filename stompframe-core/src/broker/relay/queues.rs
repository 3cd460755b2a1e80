//! Queues: this process is one consumer of the broker's, and gives what it gets to one of its clients.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use bytestring::ByteString;

use super::connections::Connections;
use super::delivery::Deliveries;
use super::headers;
use super::translation::Kind;
use crate::channel::Recipient;
use crate::client::{Consumer, Incoming, Received, Subscribed};
use crate::error::{ErrorCode, MessagingError};
use crate::message::{AckMode, SubscriptionId};
use crate::session::{OnRoom, SessionId};

/// The queues that somebody consumes here.
pub(super) struct RelayedQueues {
    connections: Arc<Connections>,
    deliveries: Arc<Deliveries>,
    limit: usize,
    queues: Mutex<HashMap<ByteString, Arc<RelayedQueue>>>,
}

struct RelayedQueue {
    hub: Arc<Hub>,
    /// The subscription at the broker, as for topics.
    upstream: tokio::sync::Mutex<Option<Arc<Subscribed>>>,
}

/// Who consumes a queue here, and what waits until one of them has room. The broker takes a message for
/// received when it is in a client's outbound queue.
struct Hub {
    destination: ByteString,
    deliveries: Arc<Deliveries>,
    /// Whether what waits is to be refused as the last one leaves.
    refuses: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    consumers: VecDeque<QueueConsumer>,
    waiting: VecDeque<Received>,
    retired: bool,
}

struct QueueConsumer {
    recipient: Recipient,
    /// Told when its outbound queue has room again.
    waiter: Arc<Waiter>,
}

#[derive(Debug)]
struct Waiter {
    hub: Weak<Hub>,
    is_waiting: AtomicBool,
}

impl RelayedQueues {
    pub(super) fn new(
        connections: Arc<Connections>,
        deliveries: Arc<Deliveries>,
        limit: usize,
    ) -> Self {
        Self {
            connections,
            deliveries,
            limit,
            queues: Mutex::default(),
        }
    }

    /// Subscribes; when it returns, the broker knows that the queue is consumed here.
    pub(super) async fn subscribe(
        &self,
        destination: ByteString,
        recipient: Recipient,
    ) -> Result<(), MessagingError> {
        let queue = loop {
            let queue = self.get_or_insert(&destination)?;
            if queue.hub.insert(recipient.clone()) {
                break queue;
            }
        };
        let live = self.make_live(&queue).await;
        if live.is_err() {
            let Recipient {
                session,
                subscription,
            } = recipient;
            self.unsubscribe(&destination, session.id(), &subscription);
        }
        live
    }

    async fn make_live(&self, queue: &RelayedQueue) -> Result<(), MessagingError> {
        let hub = &queue.hub;
        let (client, translation) = self.connections.to_consume().await?;
        let mut upstream = queue.upstream.lock().await;
        // As for topics.
        while let Some(made) = upstream.clone() {
            drop(upstream);
            if self.connections.live(&made).await? {
                return Ok(());
            }
            upstream = queue.upstream.lock().await;
            upstream.take_if(|one| Arc::ptr_eq(one, &made));
        }
        let theirs = translation.to_broker(&hub.destination, Kind::Queue)?;
        let refuses = translation.dialect.refuses_before_leaving();
        hub.refuses.store(refuses, Ordering::Relaxed);
        let consumer = Arc::clone(hub) as Arc<dyn Consumer>;
        let subscribing = headers::subscribe(client, theirs, Kind::Queue, translation.dialect, []);
        let subscribing = subscribing.ack(AckMode::ClientIndividual);
        let subscribed = subscribing.with_consumer(consumer).await;
        let subscribed = subscribed.map_err(|error| self.connections.failed(error))?;
        *upstream = Some(Arc::new(subscribed));
        Ok(())
    }

    pub(super) fn unsubscribe(
        &self,
        destination: &str,
        session: &SessionId,
        subscription: &SubscriptionId,
    ) {
        let mut queues = self.queues();
        let is_over = queues
            .get(destination)
            .is_some_and(|queue| queue.hub.remove(session, subscription));
        if is_over {
            queues.remove(destination);
        }
    }

    fn get_or_insert(&self, destination: &ByteString) -> Result<Arc<RelayedQueue>, MessagingError> {
        let mut queues = self.queues();
        if let Some(queue) = queues.get(destination) {
            return Ok(Arc::clone(queue));
        }
        if queues.len() >= self.limit {
            return Err(MessagingError::new(ErrorCode::Overloaded)
                .with_detail("there are subscriptions to as many destinations as there may be"));
        }
        let hub = Hub {
            destination: destination.clone(),
            deliveries: Arc::clone(&self.deliveries),
            refuses: AtomicBool::new(false),
            state: Mutex::default(),
        };
        let queue = Arc::new(RelayedQueue {
            hub: Arc::new(hub),
            upstream: tokio::sync::Mutex::default(),
        });
        queues.insert(destination.clone(), Arc::clone(&queue));
        Ok(queue)
    }

    fn queues(&self) -> MutexGuard<'_, HashMap<ByteString, Arc<RelayedQueue>>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hub {
    /// Adds a consumer, unless the last one has just left; says whether it did.
    fn insert(self: &Arc<Self>, recipient: Recipient) -> bool {
        let mut state = self.state();
        if state.retired {
            return false;
        }
        let waiter = Arc::new(Waiter {
            hub: Arc::downgrade(self),
            is_waiting: AtomicBool::new(false),
        });
        state
            .consumers
            .push_back(QueueConsumer { recipient, waiter });
        self.distribute(&mut state);
        true
    }

    /// Takes a consumer out; says whether it was the last. Then what waits goes back to the broker.
    fn remove(&self, session: &SessionId, subscription: &SubscriptionId) -> bool {
        let mut state = self.state();
        state.consumers.retain(|consumer| {
            let Recipient {
                session: other,
                subscription: id,
            } = &consumer.recipient;
            other.id() != session || id != subscription
        });
        if !state.consumers.is_empty() || state.retired {
            return false;
        }
        state.retired = true;
        self.give_back(&mut state);
        true
    }

    /// Lets somebody else have what waits: all of it by name, or by the end of the subscription.
    fn give_back(&self, state: &mut State) {
        for received in state.waiting.drain(..) {
            if self.refuses.load(Ordering::Relaxed) {
                received.nack_now();
            }
        }
    }

    /// Gives what waits to those who have room, each in turn.
    fn distribute(&self, state: &mut State) {
        while let Some(received) = state.waiting.front() {
            let size = received.body().len() + 1024;
            let has_room = |consumer: &QueueConsumer| consumer.has_room(size);
            let Some(position) = state.consumers.iter().position(has_room) else {
                return;
            };
            let (Some(received), Some(consumer)) =
                (state.waiting.pop_front(), state.consumers.remove(position))
            else {
                return;
            };
            let message = headers::from_broker(received.frame(), self.destination.clone());
            self.deliveries
                .to_one(message, received, &consumer.recipient);
            state.consumers.push_back(consumer);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl QueueConsumer {
    fn has_room(&self, bytes: usize) -> bool {
        let Waiter { is_waiting, .. } = &*self.waiter;
        if is_waiting.load(Ordering::Acquire) {
            return false;
        }
        let outbox = self.recipient.session.outbox();
        outbox.has_room(bytes, || {
            is_waiting.store(true, Ordering::Release);
            Arc::clone(&self.waiter) as _
        })
    }
}

impl OnRoom for Waiter {
    fn on_room(self: Arc<Self>) {
        self.is_waiting.store(false, Ordering::Release);
        if let Some(hub) = self.hub.upgrade() {
            hub.distribute(&mut hub.state());
        }
    }
}

impl Consumer for Hub {
    fn take(&self, incoming: Incoming) {
        let mut state = self.state();
        match incoming {
            Incoming::Message(received) => {
                state.waiting.push_back(received);
                if state.retired {
                    self.give_back(&mut state);
                } else {
                    self.distribute(&mut state);
                }
            }
            // The broker gives all of it to somebody again, perhaps to us.
            Incoming::Gap => state.waiting.clear(),
            Incoming::Ended(because) => {
                tracing::error!(
                    destination = %self.destination, error = %because,
                    "the broker ended a subscription; it is made anew when somebody subscribes again"
                );
                state.waiting.clear();
                let recipients = state.consumers.iter();
                let recipients = recipients.map(|one| one.recipient.clone()).collect();
                let code = ErrorCode::BrokerUnavailable;
                self.deliveries
                    .tell_each(code, &self.destination, recipients);
            }
        }
    }
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub")
            .field("destination", &self.destination)
            .finish_non_exhaustive()
    }
}
