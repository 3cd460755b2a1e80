use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::consumer::Consumer;
use super::shared::Shared;
use super::state::{Refused, Round, State, Work};
use super::stored::{Dead, Stored};
use crate::channel::{Delivery, Handling, Outcome};
use crate::error::{Chain, ErrorCode, MessagingError};
use crate::message::Message;

/// Messages that each go to one of those who are subscribed, in turn, and wait while nobody can
/// take them.
///
/// A lock guards what waits and who consumes, and is never held across an await. Where interceptors
/// stand on the outbound channel, which may wait, deliveries are decided under the lock and made
/// behind it, and `turn` keeps their order.
#[derive(Debug)]
pub(in crate::broker::simple) struct Queue {
    shared: Arc<Shared>,
    bounds: Bounds,
    state: Mutex<State>,
    turn: tokio::sync::Mutex<()>,
}

/// What may wait in a queue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) messages: usize,
    pub(super) bytes: usize,
    pub(super) age: Duration,
    pub(super) deliveries: u32,
}

/// A delivery that has been decided on.
struct Decided(Arc<Consumer>, Arc<Message>, Delivery);

impl Queue {
    pub(super) fn new(shared: Arc<Shared>, bounds: Bounds) -> Self {
        Self {
            shared,
            bounds,
            state: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// Does this work, and all that follows from it.
    ///
    /// `Err` gives the work back because the queue has retired: there will be another.
    pub(super) fn perform(self: &Arc<Self>, work: Work) -> Result<Performed, Work> {
        let mut dead = Vec::new();
        let refused = self.round(
            work,
            usize::MAX,
            &mut dead,
            |Decided(to, message, delivery)| {
                let recipient = &to.subscription.recipient;
                self.shared.outbound.push(&message, recipient, delivery);
            },
        );
        self.shared.bury(dead);
        performed(refused)
    }

    /// As [`perform`](Self::perform), where interceptors may wait: one delivery to each consumer at a
    /// time, since whether there is room for the next shows when this one has been made.
    pub(super) async fn perform_slowly(self: Arc<Self>, work: Work) -> Result<Performed, Work> {
        let _turn = self.turn.lock().await;
        let mut next = Some(work);
        while let Some(work) = next.take() {
            let (mut dead, mut decided) = (Vec::new(), Vec::new());
            let refused = self.round(work, 1, &mut dead, |one| decided.push(one));
            self.shared.bury(dead);
            let Ok(()) = performed(refused)? else {
                return Ok(Err(full()));
            };
            if !decided.is_empty() {
                next = Some(Work::FeedAll);
            }
            for one in decided {
                self.deliver(one).await;
            }
        }
        Ok(Ok(()))
    }

    async fn deliver(&self, Decided(to, message, delivery): Decided) {
        let recipient = &to.subscription.recipient;
        let delivered = self
            .shared
            .outbound
            .deliver_as(&message, recipient, delivery)
            .await;
        match delivered {
            Ok(Outcome::Handled) => return,
            Ok(Outcome::Dropped | Outcome::Ignored) => {}
            Err(error) => tracing::warn!(
                session = %recipient.session.id(),
                error = %Chain(&error),
                "an interceptor of clientOutbound failed a delivery of a queue"
            ),
        }
        // What an interceptor took out of the flow, nobody is going to acknowledge.
        to.settle_one(delivery.number());
    }

    /// Whether a message would be taken now.
    pub(super) fn check(&self, message: &Message) -> Result<(), MessagingError> {
        self.expire(Instant::now());
        if self.state().has_place(message, self.bounds) {
            return Ok(());
        }
        Err(full())
    }

    /// Takes a message, at once.
    pub(in crate::broker::simple) fn send(self: &Arc<Self>, message: &Arc<Message>) -> Performed {
        self.perform(Work::Send(Arc::clone(message)))
            .unwrap_or(Ok(()))
    }

    /// Takes a message where interceptors may wait.
    pub(in crate::broker::simple) async fn send_slowly(
        self: Arc<Self>,
        message: &Arc<Message>,
    ) -> Performed {
        self.perform_slowly(Work::Send(Arc::clone(message)))
            .await
            .unwrap_or(Ok(()))
    }

    /// Does work that only matters while the queue is there.
    pub(super) fn handle(self: &Arc<Self>, work: Work) -> Handling {
        if self.shared.outbound.is_plain() {
            return Handling::Done(self.perform(work).unwrap_or(Ok(())));
        }
        let performing = Arc::clone(self).perform_slowly(work);
        Handling::Pending(Box::pin(async move { performing.await.unwrap_or(Ok(())) }))
    }

    fn round(
        self: &Arc<Self>,
        work: Work,
        budget: usize,
        dead: &mut Vec<Dead>,
        mut deliver: impl FnMut(Decided),
    ) -> Result<(), Refused> {
        let mut decide = |consumer: &Arc<Consumer>, mut stored: Stored| {
            let mut delivery = self.shared.outbound.next_delivery();
            delivery.acknowledge = consumer.acknowledges();
            delivery.redelivered = stored.deliveries;
            stored.deliveries = stored.deliveries.saturating_add(1);
            let message = Arc::clone(&stored.message);
            if consumer.acknowledges() {
                consumer.hold(delivery.number(), stored.stay());
            }
            deliver(Decided(Arc::clone(consumer), message, delivery));
        };
        let mut state = self.state();
        let mut round = Round {
            state: &mut state,
            bounds: self.bounds,
            shared: &self.shared,
            budget,
            deliver: &mut decide,
            dead,
        };
        round.perform(work)
    }

    /// Adds a consumer, unless the queue has retired; says whether it did. Nothing is given to it
    /// before it is fed.
    pub(super) fn join(&self, consumer: Arc<Consumer>) -> bool {
        self.state().join(consumer)
    }

    /// Retires, if there is nothing left that anybody could want; says whether it has.
    pub(super) fn retire_if_idle(&self) -> bool {
        self.state().retire_if_idle()
    }

    /// Takes out what has waited too long.
    pub(super) fn expire(&self, now: Instant) {
        let mut dead = Vec::new();
        self.state().expire(now, self.bounds.age, &mut dead);
        self.shared.bury(dead);
    }

    /// Ends it, with all that waits in it.
    pub(super) fn end(&self) {
        self.state().end();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets go on by itself what nobody waits for.
pub(in crate::broker::simple) fn handle_soon(handling: Handling) {
    match handling {
        Handling::Ignored | Handling::Done(Ok(())) => {}
        Handling::Done(Err(error)) => {
            tracing::warn!(error = %Chain(&error), "a queue could not go on");
        }
        Handling::Pending(work) => {
            tokio::spawn(async move {
                if let Err(error) = work.await {
                    tracing::warn!(error = %Chain(&error), "a queue could not go on");
                }
            });
        }
    }
}

/// What became of work: done, or refused.
pub(in crate::broker::simple) type Performed = Result<(), MessagingError>;

fn performed(result: Result<(), Refused>) -> Result<Performed, Work> {
    match result {
        Ok(()) => Ok(Ok(())),
        Err(Refused::Full) => Ok(Err(full())),
        Err(Refused::Retired(work)) => Err(work),
    }
}

fn full() -> MessagingError {
    MessagingError::new(ErrorCode::QueueFull)
        .with_detail("the queue holds as much as it may: try again when it has been worked off")
}
