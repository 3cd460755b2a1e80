use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use hdrhistogram::Histogram;

use crate::plan::{Kind, Plan};
use crate::publisher::Publisher;
use crate::wire::Stamp;

/// What arrives, held against what was sent.
#[derive(Debug)]
pub(crate) struct Score {
    pub(crate) publishers: Vec<Publisher>,
    /// How many subscribers a topic's message is to reach.
    pub(crate) listeners: Vec<u32>,
    audience: Vec<Audience>,
    size: usize,
    /// Subscriptions that no message has come to yet.
    pub(crate) unheard: usize,
    /// Latencies are kept only meanwhile.
    pub(crate) measuring: bool,
    /// In nanoseconds.
    pub(crate) latencies: Histogram<u64>,
    pub(crate) delivered: u64,
    pub(crate) duplicated: u64,
    pub(crate) reordered: u64,
    /// What came to a subscription that it was not for, was not sent at all, or was damaged.
    pub(crate) misdirected: u64,
}

/// What one connection is to receive.
#[derive(Debug)]
struct Audience {
    topics: Range<u32>,
    /// The only publisher it may hear, if it is a client with requests.
    only: Option<u16>,
    /// By topic.
    slots: Vec<Slot>,
}

#[derive(Debug)]
struct Slot {
    id: Box<[u8]>,
    heard: bool,
    /// By publisher.
    orders: Vec<Order>,
}

/// What came of one publisher's messages to one subscription.
#[derive(Clone, Debug, Default)]
struct Order {
    next: u32,
    /// What was overtaken, or is lost.
    late: BTreeSet<u32>,
}

#[derive(Debug, PartialEq, Eq)]
enum Arrival {
    InOrder,
    Late,
    Again,
}

impl Order {
    fn take(&mut self, place: u32) -> Arrival {
        if place == self.next {
            self.next += 1;
            Arrival::InOrder
        } else if place > self.next {
            self.late.extend(self.next..place);
            self.next = place + 1;
            Arrival::InOrder
        } else if self.late.remove(&place) {
            Arrival::Late
        } else {
            Arrival::Again
        }
    }
}

impl Score {
    pub(crate) fn new(plan: &Plan) -> Self {
        let requests = plan.kind == Kind::Request;
        let mut listeners = vec![u32::from(requests); plan.topics as usize];
        let mut audience = Vec::new();
        for subscriber in 0..plan.connections() {
            let publisher = subscriber.checked_sub(plan.subscribers);
            let topics = match publisher {
                None => plan.topics_of(subscriber),
                Some(_) if requests => 0..1,
                Some(_) => 0..0,
            };
            if subscriber < plan.reading() {
                for topic in topics.clone() {
                    listeners[topic as usize] += 1;
                }
            }
            let heard_publishers = if requests { 1 } else { plan.publishers };
            let slot = |slot: u32| Slot {
                id: plan.subscription_id(subscriber, slot).into_bytes().into(),
                heard: false,
                orders: vec![Order::default(); heard_publishers],
            };
            audience.push(Audience {
                slots: (0..topics.end - topics.start).map(slot).collect(),
                topics,
                only: publisher.and_then(|publisher| u16::try_from(publisher).ok()),
            });
        }
        let publisher = |publisher: usize| {
            // Spread, so that not all begin with the same topic.
            let first = publisher * plan.topics as usize / plan.publishers;
            let first = u32::try_from(first).unwrap_or(0);
            Publisher::new(plan.subscribers + publisher, first, plan.topics)
        };
        Self {
            publishers: (0..plan.publishers).map(publisher).collect(),
            listeners,
            unheard: audience.iter().map(|one| one.slots.len()).sum(),
            audience,
            size: plan.size,
            measuring: false,
            latencies: histogram(),
            delivered: 0,
            duplicated: 0,
            reordered: 0,
            misdirected: 0,
        }
    }

    /// A message came to this connection.
    pub(crate) fn received(&mut self, to: usize, subscription: &[u8], body: &[u8], now: Duration) {
        if self.count(to, subscription, body, now).is_none() {
            self.misdirected += 1;
        }
    }

    fn count(&mut self, to: usize, id: &[u8], body: &[u8], now: Duration) -> Option<()> {
        let stamp = Stamp::read(body).filter(|_| body.len() == self.size)?;
        let audience = &mut self.audience[to];
        if stamp.publisher == Stamp::PROBE {
            let slot = audience.slot(stamp.number, id)?;
            if !slot.heard {
                slot.heard = true;
                self.unheard -= 1;
            }
            return Some(());
        }
        let publisher = self.publishers.get_mut(usize::from(stamp.publisher))?;
        if !publisher.has_sent(stamp.number) {
            return None;
        }
        let place = match audience.only {
            None => usize::from(stamp.publisher),
            Some(only) if only == stamp.publisher => 0,
            Some(_) => return None,
        };
        let slot = audience.slot(publisher.topic(stamp.number), id)?;
        match slot.orders[place].take(publisher.place(stamp.number)) {
            Arrival::InOrder => {}
            Arrival::Late => self.reordered += 1,
            Arrival::Again => {
                self.duplicated += 1;
                return Some(());
            }
        }
        let sent = publisher.received(stamp.number);
        self.delivered += 1;
        if self.measuring {
            self.latencies
                .saturating_record(nanoseconds(now.saturating_sub(sent)));
        }
        Some(())
    }

    /// Whether a connection has subscriptions that nothing came to yet.
    pub(crate) fn waits(&self, connection: usize) -> bool {
        self.audience[connection].slots.iter().any(|it| !it.heard)
    }

    /// How many deliveries have not arrived.
    pub(crate) fn missing(&self) -> u64 {
        self.publishers.iter().map(Publisher::missing).sum()
    }
}

impl Audience {
    fn slot(&mut self, topic: u32, id: &[u8]) -> Option<&mut Slot> {
        let slot = topic.checked_sub(self.topics.start)? as usize;
        self.slots.get_mut(slot).filter(|slot| *slot.id == *id)
    }
}

fn histogram() -> Histogram<u64> {
    // Up to a minute, three digits.
    Histogram::new_with_bounds(1, 60_000_000_000, 3).expect("the bounds are sensible")
}

fn nanoseconds(length: Duration) -> u64 {
    u64::try_from(length.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_overtaken_is_late_and_what_comes_twice_is_told() {
        let mut order = Order::default();
        assert_eq!(order.take(0), Arrival::InOrder);
        assert_eq!(order.take(3), Arrival::InOrder);
        assert_eq!(order.take(1), Arrival::Late);
        assert_eq!(order.take(1), Arrival::Again);
        assert_eq!(order.take(3), Arrival::Again);
        assert_eq!(order.take(4), Arrival::InOrder);
        assert_eq!(order.late.len(), 1, "2 is still missing");
    }
}
