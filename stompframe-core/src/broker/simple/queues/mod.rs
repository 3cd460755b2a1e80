//! Queues: each message goes to one of those who are subscribed, and waits while there is nobody.

mod acknowledgement;
mod consumer;
mod queue;
mod shared;
mod state;
mod stored;
mod sweeper;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use bytestring::ByteString;

pub(super) use self::consumer::Consumer;
use self::consumer::Window;
use self::queue::Bounds;
pub(super) use self::queue::Queue;
pub(super) use self::queue::handle_soon;
use self::shared::Shared;
use self::state::Work;
use super::subscription::Subscription;
use crate::broker::BrokerLimits;
use crate::channel::{ClientOutboundChannel, Handling};
use crate::error::{ErrorCode, MessagingError};
use crate::message::{AckMode, Message};
use crate::session::{OutboxLimits, SessionId};

/// All queues, by destination, and all who consume, by session.
#[derive(Debug)]
pub(super) struct Queues {
    queues: papaya::HashMap<ByteString, Arc<Queue>>,
    consumers: papaya::HashMap<SessionId, Arc<acknowledgement::Consumers>>,
    limits: BrokerLimits,
    /// What may wait for one subscription to a topic that acknowledges.
    outbox: OutboxLimits,
    shared: Arc<Shared>,
    is_swept: AtomicBool,
}

impl Queues {
    pub(super) fn new(
        limits: BrokerLimits,
        outbox: OutboxLimits,
        dead_letters: Option<ByteString>,
        outbound: Arc<ClientOutboundChannel>,
    ) -> Arc<Self> {
        Arc::new_cyclic(|queues| Self {
            queues: papaya::HashMap::new(),
            consumers: papaya::HashMap::new(),
            limits,
            outbox,
            shared: Arc::new(Shared {
                outbound,
                dead_letters,
                queues: queues.clone(),
                queued: 0.into(),
                max_queued: limits.max_queued_bytes,
            }),
            is_swept: AtomicBool::new(false),
        })
    }

    /// Takes a message for the queue of its destination.
    pub(super) fn send(self: &Arc<Self>, message: &Arc<Message>) -> Handling {
        self.sweep();
        self.at(
            message.shared_destination(),
            Work::Send(Arc::clone(message)),
        )
    }

    /// Whether a message would be taken now.
    pub(super) fn check(&self, message: &Message) -> Result<(), MessagingError> {
        match self.queues.pin().get(message.destination()) {
            Some(queue) => queue.check(message),
            None => self.check_count(),
        }
    }

    /// Makes a subscription one of those that a queue gives messages to. What waits comes when it is
    /// [fed](Self::feed), behind the RECEIPT: clients expect that first. `window` is how many it wants to hold
    /// unacknowledged at most.
    pub(super) fn subscribe(
        self: &Arc<Self>,
        destination: &ByteString,
        subscription: &Subscription,
        mode: AckMode,
        window: Option<usize>,
    ) -> Result<(), MessagingError> {
        // A consumer belongs to its queue, so one that has just retired takes it along.
        loop {
            let queue = self.queue(destination)?;
            let window = self.window(window);
            let consumer = Consumer::new(Arc::clone(&queue), subscription.clone(), mode, window);
            let consumer = Arc::new(consumer);
            if queue.join(Arc::clone(&consumer)) {
                self.remember(consumer);
                return Ok(());
            }
        }
    }

    /// Makes a queue for one subscription to a topic that acknowledges what it receives.
    pub(super) fn subscribe_alone(
        self: &Arc<Self>,
        subscription: Subscription,
        mode: AckMode,
        window: Option<usize>,
    ) -> Arc<Queue> {
        let queue = Arc::new(Queue::new(
            Arc::clone(&self.shared),
            Bounds {
                messages: self.outbox.max_frames,
                bytes: self.outbox.max_bytes,
                ..self.bounds()
            },
        ));
        let consumer = Consumer::new(Arc::clone(&queue), subscription, mode, self.window(window));
        let consumer = Arc::new(consumer);
        queue.join(Arc::clone(&consumer));
        self.remember(consumer);
        queue
    }

    /// Does work at the queue of a destination, which is made if there is none.
    fn at(self: &Arc<Self>, destination: &ByteString, mut work: Work) -> Handling {
        if self.shared.outbound.is_plain() {
            loop {
                let performed = self.queue(destination).map(|queue| queue.perform(work));
                match performed {
                    Ok(Ok(performed)) => return Handling::Done(performed),
                    // It has just retired: there will be another.
                    Ok(Err(back)) => work = back,
                    Err(error) => return Handling::Done(Err(error)),
                }
            }
        }
        let (queues, destination) = (Arc::clone(self), destination.clone());
        Handling::Pending(Box::pin(async move {
            loop {
                match queues.queue(&destination)?.perform_slowly(work).await {
                    Ok(performed) => return performed,
                    Err(back) => work = back,
                }
            }
        }))
    }

    fn queue(&self, destination: &ByteString) -> Result<Arc<Queue>, MessagingError> {
        let queues = self.queues.pin();
        if let Some(queue) = queues.get(destination) {
            return Ok(Arc::clone(queue));
        }
        self.check_count()?;
        let new = || Arc::new(Queue::new(Arc::clone(&self.shared), self.bounds()));
        Ok(Arc::clone(
            queues.get_or_insert_with(destination.clone(), new),
        ))
    }

    fn check_count(&self) -> Result<(), MessagingError> {
        if self.queues.len() < self.limits.max_queues {
            return Ok(());
        }
        Err(MessagingError::new(ErrorCode::Overloaded).with_detail("there are too many queues"))
    }

    /// Takes a queue out with all that waits in it, as nobody is to have it any more.
    pub(super) fn remove(&self, destination: &str) {
        let queues = self.queues.pin();
        if let Some(queue) = queues.get(destination) {
            queue.end();
            queues.remove(destination);
        }
    }

    /// Takes a queue out that nobody needs any more.
    fn retire(&self, destination: &str) {
        let queues = self.queues.pin();
        if queues
            .get(destination)
            .is_some_and(|queue| queue.retire_if_idle())
        {
            // Nobody else can have replaced it: a queue leaves the map only here, and retires once.
            queues.remove(destination);
        }
    }

    const fn bounds(&self) -> Bounds {
        Bounds {
            messages: self.limits.max_queue_messages,
            bytes: self.limits.max_queue_bytes,
            age: self.limits.max_queue_age,
            deliveries: self.limits.max_deliveries,
        }
    }

    fn window(&self, wanted: Option<usize>) -> Window {
        let most = self.limits.max_unacknowledged.max(1);
        Window {
            messages: wanted.map_or(most, |wanted| wanted.clamp(1, most)),
            bytes: self.limits.max_queue_bytes,
        }
    }
}
