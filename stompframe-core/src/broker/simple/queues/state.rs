use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::consumer::Consumer;
use super::queue::Bounds;
use super::shared::Shared;
use super::stored::{Dead, Reason, Stored};
use crate::message::Message;

/// What waits in a queue, and who consumes from it.
#[derive(Debug, Default)]
pub(super) struct State {
    /// In the order of their places.
    waiting: VecDeque<Stored>,
    bytes: usize,
    next_place: u64,
    consumers: Vec<Entry>,
    /// Whose turn it is.
    turn: usize,
    retired: bool,
}

#[derive(Debug)]
struct Entry {
    consumer: Arc<Consumer>,
    /// Nothing of what waits is for it. Only then may it be given what arrives, past what waits.
    fed: bool,
}

/// Something that a queue has to do.
#[derive(Debug)]
pub(super) enum Work {
    /// A message arrives.
    Send(Arc<Message>),
    /// Messages come back that were not received.
    Return(Vec<Stored>),
    /// A consumer goes; what it has not acknowledged comes back.
    Leave(Arc<Consumer>),
    /// A consumer can take more.
    Feed(Arc<Consumer>),
    /// Any consumer may be able to take more.
    FeedAll,
}

/// Why a queue did not do it.
#[derive(Debug)]
pub(super) enum Refused {
    Full,
    Retired(Work),
}

/// One piece of work on the state, under its lock.
pub(super) struct Round<'a> {
    pub(super) state: &'a mut State,
    pub(super) bounds: Bounds,
    pub(super) shared: &'a Arc<Shared>,
    /// How many messages one consumer may be given.
    pub(super) budget: usize,
    pub(super) deliver: &'a mut dyn FnMut(&Arc<Consumer>, Stored),
    pub(super) dead: &'a mut Vec<Dead>,
}

impl Round<'_> {
    pub(super) fn perform(&mut self, work: Work) -> Result<(), Refused> {
        if self.state.retired {
            return Err(Refused::Retired(work));
        }
        let now = Instant::now();
        self.state.expire(now, self.bounds.age, self.dead);
        match work {
            Work::Send(message) => return self.send(message, now),
            Work::Return(messages) => {
                for stored in messages {
                    self.take_back(stored);
                }
            }
            Work::Leave(consumer) => {
                self.state.leave(&consumer);
                for stored in consumer.settle_all() {
                    self.take_back(stored);
                }
            }
            Work::Feed(consumer) => {
                // It may have left meanwhile.
                if let Some(at) = self.state.position(&consumer) {
                    self.feed(at);
                }
            }
            Work::FeedAll => {
                for at in 0..self.state.consumers.len() {
                    if !self.state.consumers[at].fed {
                        self.feed(at);
                    }
                }
            }
        }
        Ok(())
    }

    fn send(&mut self, message: Arc<Message>, now: Instant) -> Result<(), Refused> {
        let place = self.state.next_place;
        self.state.next_place += 1;
        let stored = Stored::new(message, place, now, self.shared).ok_or(Refused::Full)?;
        let Err(stored) = self.give(stored) else {
            return Ok(());
        };
        let state = &mut *self.state;
        if !state.fits(stored.len(), self.bounds) {
            return Err(Refused::Full);
        }
        state.bytes += stored.len();
        state.waiting.push_back(stored.stay());
        Ok(())
    }

    fn take_back(&mut self, stored: Stored) {
        if stored.deliveries >= self.bounds.deliveries {
            self.dead.push(Dead {
                message: stored.message,
                deliveries: stored.deliveries,
                reason: Reason::Undeliverable,
            });
            return;
        }
        let Err(stored) = self.give(stored) else {
            return;
        };
        let state = &mut *self.state;
        // It has been accepted before: the bounds are for those who arrive.
        state.bytes += stored.len();
        let at = state
            .waiting
            .partition_point(|other| other.place < stored.place);
        state.waiting.insert(at, stored.stay());
    }

    /// Gives a message to whoever is next and can take it, or gives it back.
    fn give(&mut self, stored: Stored) -> Result<(), Stored> {
        let count = self.state.consumers.len();
        for step in 0..count {
            let at = (self.state.turn + step) % count;
            if !self.state.consumers[at].takes(&stored.message) {
                continue;
            }
            if !self.state.consumers[at].fed {
                self.feed(at);
            }
            let entry = &mut self.state.consumers[at];
            if !entry.fed || !entry.consumer.is_ready(stored.len()) {
                entry.fed = false;
                continue;
            }
            if self.budget < usize::MAX {
                // It is given no more in this round.
                entry.fed = false;
            }
            self.state.turn = (at + 1) % count;
            (self.deliver)(&self.state.consumers[at].consumer, stored);
            return Ok(());
        }
        Err(stored)
    }

    /// Gives a consumer what waits for it, as far as it can take it.
    fn feed(&mut self, at: usize) {
        let mut from = 0;
        let mut left = self.budget;
        loop {
            let state = &mut *self.state;
            let entry = &mut state.consumers[at];
            let found = (from..state.waiting.len())
                .find(|position| entry.takes(&state.waiting[*position].message));
            let Some(position) = found else {
                entry.fed = true;
                return;
            };
            entry.fed = false;
            let length = state.waiting[position].len();
            if left == 0 || !entry.consumer.is_ready(length) {
                return;
            }
            left -= 1;
            let Some(stored) = state.waiting.remove(position) else {
                return;
            };
            state.bytes -= length;
            (self.deliver)(&entry.consumer, stored);
            from = position;
        }
    }
}

impl Entry {
    fn takes(&self, message: &Message) -> bool {
        self.consumer.subscription.takes(message)
    }
}

impl State {
    pub(super) fn expire(&mut self, now: Instant, age: Duration, dead: &mut Vec<Dead>) {
        // Who came first expires first, also of those that came back.
        while let Some(first) = self.waiting.front()
            && now.saturating_duration_since(first.arrived) >= age
        {
            let Some(stored) = self.waiting.pop_front() else {
                return;
            };
            self.bytes -= stored.len();
            dead.push(Dead {
                message: stored.message,
                deliveries: stored.deliveries,
                reason: Reason::Expired,
            });
        }
    }

    pub(super) fn join(&mut self, consumer: Arc<Consumer>) -> bool {
        if !self.retired {
            self.consumers.push(Entry {
                consumer,
                fed: false,
            });
        }
        !self.retired
    }

    /// Whether a message can be given to somebody, or wait.
    pub(super) fn has_place(&self, message: &Message, bounds: Bounds) -> bool {
        let bytes = message.footprint();
        let is_free = |entry: &Entry| entry.takes(message) && entry.consumer.is_ready(bytes);
        self.fits(bytes, bounds) || self.consumers.iter().any(is_free)
    }

    fn fits(&self, bytes: usize, bounds: Bounds) -> bool {
        self.waiting.len() < bounds.messages && self.bytes + bytes <= bounds.bytes
    }

    fn leave(&mut self, consumer: &Arc<Consumer>) {
        if let Some(at) = self.position(consumer) {
            self.consumers.remove(at);
            if at < self.turn {
                self.turn -= 1;
            }
        }
    }

    pub(super) fn retire_if_idle(&mut self) -> bool {
        let retires = !self.retired && self.waiting.is_empty() && self.consumers.is_empty();
        self.retired |= retires;
        retires
    }

    pub(super) fn end(&mut self) {
        self.retired = true;
        self.consumers.clear();
        self.waiting.clear();
        self.bytes = 0;
    }

    fn position(&self, consumer: &Arc<Consumer>) -> Option<usize> {
        self.consumers
            .iter()
            .position(|entry| Arc::ptr_eq(&entry.consumer, consumer))
    }
}
