use std::io;
use std::time::Duration;

use super::{AWAKE, NAP, Run, numbered};
use crate::plan::Kind;
use crate::wire::{Role, Stamp};

/// How long everybody may take to be connected, and then to be reached.
const OPENING: Duration = Duration::from_secs(60);

/// How long the last subscriptions have before it is asked whether they are there. Asking too early, and again only
/// after [`FIRST`], would take a fast server as long as all its connects.
const SETTLING: Duration = Duration::from_millis(5);

/// How long it is waited for those who have not heard what was sent to all, before it is sent once more; then twice as
/// long.
const FIRST: Duration = Duration::from_millis(100);

impl Run {
    /// Opens all connections, some at a time.
    pub(super) fn open(&mut self) -> io::Result<()> {
        let all = self.plan.connections();
        let deadline = self.swarm.now() + OPENING;
        while self.swarm.opened < all {
            while self.swarm.len() < all
                && self.swarm.len() - self.swarm.opened < self.plan.at_a_time
            {
                self.connect(self.swarm.len())?;
            }
            self.swarm.turn(AWAKE, &mut self.score)?;
            if self.swarm.closed > 0 || self.swarm.now() > deadline {
                let (opened, closed) = (self.swarm.opened, self.swarm.closed);
                return Err(io::Error::other(format!(
                    "of {all} connections {opened} were opened, and {closed} were ended by the server"
                )));
            }
        }
        Ok(())
    }

    fn connect(&mut self, index: usize) -> io::Result<()> {
        let plan = &self.plan;
        let (role, topics) = match plan.kind {
            _ if index < plan.subscribers => (Role::Subscriber, plan.topics_of(index)),
            Kind::Request => (Role::Client, 0..1),
            _ => (Role::Publisher, 0..0),
        };
        let mut greeting = Vec::new();
        for (slot, topic) in (0..).zip(topics) {
            let id = plan.subscription_id(index, slot);
            let destination = numbered(&plan.subscribe_to, topic);
            greeting.extend(self.wire.subscribe(&id, &destination));
        }
        self.swarm.connect(&plan.url, &self.wire, role, greeting)
    }

    /// Sends to everybody until everybody has heard something, because not every server says when a subscription has
    /// begun.
    pub(super) fn reach(&mut self) -> io::Result<()> {
        let deadline = self.swarm.now() + OPENING;
        let settled = self.swarm.now() + SETTLING;
        while self.swarm.now() < settled {
            self.swarm.turn(AWAKE, &mut self.score)?;
        }
        let mut patience = FIRST;
        while self.score.unheard > 0 {
            self.probe()?;
            let again = self.swarm.now() + patience;
            while self.score.unheard > 0 && self.swarm.now() < again {
                self.swarm.turn(NAP, &mut self.score)?;
            }
            patience *= 2;
            if self.swarm.now() > deadline {
                return Err(io::Error::other(format!(
                    "{} subscriptions receive nothing of what is sent to {}",
                    self.score.unheard, self.plan.publish_to
                )));
            }
        }
        Ok(())
    }

    fn probe(&mut self) -> io::Result<()> {
        for publisher in 0..self.plan.publishers {
            let connection = self.score.publishers[publisher].connection;
            for topic in 0..self.plan.topics {
                let turn = match self.plan.kind {
                    Kind::Request => self.score.waits(connection),
                    _ => topic as usize % self.plan.publishers == publisher,
                };
                if turn {
                    self.put(connection, topic, (Stamp::PROBE, topic));
                }
            }
            self.swarm.flush(connection)?;
        }
        Ok(())
    }
}
