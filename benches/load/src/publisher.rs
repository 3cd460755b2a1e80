use std::time::Duration;

use crate::plan::Pace;

/// A publisher's messages: which is next, and who has not received the others.
#[derive(Debug)]
pub(crate) struct Publisher {
    /// Its place among the connections.
    pub(crate) connection: usize,
    /// The topic of its first message; the others go to the following ones in turn.
    first_topic: u32,
    topics: u32,
    sent: Vec<Sent>,
    /// The first message that not everybody has received.
    oldest: usize,
}

/// A message that was sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent {
    /// When it was, or should have been. In an open loop it is when it was due, so that what a server is late with
    /// makes no later message look fast.
    pub(crate) at: Duration,
    /// How many subscribers have not received it.
    pub(crate) missing: u32,
}

impl Publisher {
    pub(crate) const fn new(connection: usize, first_topic: u32, topics: u32) -> Self {
        Self {
            connection,
            first_topic,
            topics,
            sent: Vec::new(),
            oldest: 0,
        }
    }

    /// When the next message is due at this time, if it is.
    pub(crate) fn due(&self, pace: Pace, since: Duration, now: Duration) -> Option<Duration> {
        match pace {
            Pace::InFlight(most) => (self.sent.len() - self.oldest < most).then_some(now),
            Pace::Bursts { of, until } => {
                let sent = self.sent.len();
                (sent < until && (!sent.is_multiple_of(of) || sent == self.oldest)).then_some(now)
            }
            Pace::Every(between) => {
                let sent = u32::try_from(self.sent.len()).ok()?;
                Some(since + between * sent).filter(|due| *due <= now)
            }
        }
    }

    /// Whether it has sent all that it is to send, and everybody has received it.
    pub(crate) fn is_through(&self, pace: Pace) -> bool {
        match pace {
            Pace::Bursts { until, .. } => self.oldest == self.sent.len() && self.oldest >= until,
            Pace::InFlight(_) | Pace::Every(_) => false,
        }
    }

    /// Its next message, which this many subscribers are to receive: its number and its topic.
    pub(crate) fn send(&mut self, at: Duration, listeners: &[u32]) -> (u32, u32) {
        let number = u32::try_from(self.sent.len()).unwrap_or(u32::MAX);
        let topic = self.topic(number);
        let missing = listeners[topic as usize];
        self.sent.push(Sent { at, missing });
        (number, topic)
    }

    /// Where the message of this number went.
    pub(crate) const fn topic(&self, number: u32) -> u32 {
        self.first_topic.wrapping_add(number) % self.topics
    }

    /// How many messages it had sent to the same topic before.
    pub(crate) const fn place(&self, number: u32) -> u32 {
        number / self.topics
    }

    /// Whether it has sent that.
    pub(crate) fn has_sent(&self, number: u32) -> bool {
        (number as usize) < self.sent.len()
    }

    /// One subscriber has received it; when it was sent.
    pub(crate) fn received(&mut self, number: u32) -> Duration {
        let sent = &mut self.sent[number as usize];
        sent.missing = sent.missing.saturating_sub(1);
        let at = sent.at;
        while self
            .sent
            .get(self.oldest)
            .is_some_and(|sent| sent.missing == 0)
        {
            self.oldest += 1;
        }
        at
    }

    /// How many deliveries have not arrived.
    pub(crate) fn missing(&self) -> u64 {
        let open = self.sent.get(self.oldest..).unwrap_or_default();
        open.iter().map(|sent| u64::from(sent.missing)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_window_moves_with_its_oldest_message() {
        let mut publisher = Publisher::new(0, 0, 1);
        let pace = Pace::InFlight(2);
        for _ in 0..2 {
            assert!(publisher.due(pace, MS, MS).is_some());
            publisher.send(MS, &[2]);
        }
        assert_eq!(publisher.due(pace, MS, MS), None);
        publisher.received(1);
        publisher.received(1);
        publisher.received(0);
        assert_eq!(publisher.due(pace, MS, MS), None);
        publisher.received(0);
        assert_eq!(publisher.missing(), 0);
        assert!(publisher.due(pace, MS, MS).is_some());
    }

    #[test]
    fn a_burst_follows_when_all_of_the_last_has_arrived() {
        let mut publisher = Publisher::new(0, 0, 1);
        let pace = Pace::Bursts { of: 2, until: 3 };
        for _ in 0..2 {
            assert!(publisher.due(pace, MS, MS).is_some());
            publisher.send(MS, &[1]);
        }
        publisher.received(0);
        assert_eq!(publisher.due(pace, MS, MS), None);
        publisher.received(1);
        assert!(publisher.due(pace, MS, MS).is_some());
        publisher.send(MS, &[1]);
        publisher.received(2);
        assert_eq!(publisher.due(pace, MS, MS), None, "3 were to be sent");
        assert!(publisher.is_through(pace));
    }

    #[test]
    fn an_open_loop_does_not_wait_for_what_was_sent() {
        let mut publisher = Publisher::new(0, 0, 1);
        let pace = Pace::Every(2 * MS);
        assert_eq!(publisher.due(pace, 10 * MS, 15 * MS), Some(10 * MS));
        publisher.send(10 * MS, &[1]);
        assert_eq!(publisher.due(pace, 10 * MS, 15 * MS), Some(12 * MS));
        publisher.send(12 * MS, &[1]);
        assert_eq!(publisher.due(pace, 10 * MS, 13 * MS), None);
        assert_eq!(publisher.missing(), 2);
    }

    #[test]
    fn topics_take_turns() {
        let mut publisher = Publisher::new(0, 2, 3);
        let sent: Vec<_> = (0..4).map(|_| publisher.send(MS, &[1; 3])).collect();
        assert_eq!(sent, [(0, 2), (1, 0), (2, 1), (3, 2)]);
        assert_eq!((publisher.place(2), publisher.place(3)), (0, 1));
    }
}
