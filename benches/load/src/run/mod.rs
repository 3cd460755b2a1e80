mod opening;
mod result;

use std::io;
use std::rc::Rc;
use std::time::Duration;

use crate::options::Options;
use crate::plan::{Kind, Pace, Plan};
use crate::report::Report;
use crate::score::Score;
use crate::server::{Process, Share, own_share};
use crate::swarm::Swarm;
use crate::wire::{Body, Stamp, Wire};

/// How long nothing may arrive at the end until what is missing counts as lost.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long the loop sleeps at most where nothing is measured.
const NAP: Duration = Duration::from_millis(10);

/// How long it sleeps where something is: not at all. On one machine it is the server that is charged for waking whom
/// it writes to, which over a network it never is; and a timer of `epoll` is late.
const AWAKE: Duration = Duration::ZERO;

/// Runs a scenario against a server.
///
/// # Errors
///
/// When the options make no sense, or the server cannot be reached, refuses, or says ERROR.
pub fn run(options: &Options) -> io::Result<Report> {
    let plan = options.scenario.plan().map_err(io::Error::other)?;
    Run::new(plan)?.all()
}

/// A run under way.
struct Run {
    wire: Rc<Wire>,
    swarm: Swarm,
    score: Score,
    /// A message for each topic, without and with a receipt, and where their bodies begin.
    messages: Vec<[(Vec<u8>, usize); 2]>,
    server: Option<Process>,
    plan: Plan,
}

/// What was seen at some moment.
struct Snapshot {
    at: Duration,
    delivered: u64,
    reads: u64,
    server: Duration,
    generator: Option<Share>,
    idle: Duration,
}

impl Run {
    fn new(plan: Plan) -> io::Result<Self> {
        let body = Body::new(plan.size);
        let message = |topic| {
            let destination = numbered(&plan.publish_to, topic);
            [false, true].map(|has_receipt| plan.wire.send(&destination, &body, has_receipt))
        };
        let server = plan.server_pid.map(Process::new).transpose();
        Ok(Self {
            wire: Rc::new(plan.wire.clone()),
            swarm: Swarm::new()?,
            score: Score::new(&plan),
            messages: (0..plan.topics).map(message).collect(),
            server: server.map_err(io::Error::other)?,
            plan,
        })
    }

    fn all(mut self) -> io::Result<Report> {
        let memory_before = self.memory()?;
        let before = self.snapshot()?;
        self.open()?;
        self.reach()?;
        let (from, to) = match self.plan.kind {
            Kind::Publish | Kind::Request => {
                for stalled in self.plan.reading()..self.plan.subscribers {
                    self.swarm.stall(stalled)?;
                }
                let since = self.swarm.now();
                if !matches!(self.plan.pace, Pace::Bursts { .. }) {
                    self.publish_for(self.plan.warm_up, since)?;
                }
                let from = self.snapshot()?;
                self.score.measuring = true;
                self.publish_for(self.plan.measured, since)?;
                (from, self.snapshot()?)
            }
            Kind::Idle { broadcasts } => {
                let from = self.snapshot()?;
                self.score.measuring = true;
                for _ in 0..broadcasts {
                    let now = self.swarm.now();
                    self.publish(now)?;
                    self.drain()?;
                }
                (from, self.snapshot()?)
            }
            Kind::Connect => (before, self.snapshot()?),
        };
        self.score.measuring = false;
        self.drain()?;
        self.report(&from, &to, memory_before)
    }

    fn put(&mut self, connection: usize, topic: u32, (publisher, number): (u16, u32)) {
        let every = self.plan.receipt_every;
        let has_receipt = every > 0 && number.is_multiple_of(every);
        let (message, body) = &self.messages[topic as usize][usize::from(has_receipt)];
        let out = self.swarm.out(connection);
        let start = out.len() + body;
        out.extend_from_slice(message);
        Stamp { publisher, number }.write(&mut out[start..]);
    }

    /// Sends what is due. Paces count from `since`.
    fn publish(&mut self, since: Duration) -> io::Result<()> {
        let now = self.swarm.now();
        for publisher in 0..self.plan.publishers {
            let connection = self.score.publishers[publisher].connection;
            let mut any = false;
            while let Some(due) = self.score.publishers[publisher].due(self.plan.pace, since, now) {
                let listeners = &self.score.listeners;
                let (number, topic) = self.score.publishers[publisher].send(due, listeners);
                let publisher = u16::try_from(publisher).unwrap_or(Stamp::PROBE);
                self.put(connection, topic, (publisher, number));
                any = true;
            }
            if any {
                self.swarm.flush(connection)?;
            }
        }
        Ok(())
    }

    fn publish_for(&mut self, length: Duration, since: Duration) -> io::Result<()> {
        let end = self.swarm.now() + length;
        loop {
            self.publish(since)?;
            let now = self.swarm.now();
            let publishers = &self.score.publishers;
            if now >= end || publishers.iter().all(|it| it.is_through(self.plan.pace)) {
                return Ok(());
            }
            self.swarm.turn(AWAKE, &mut self.score)?;
        }
    }

    /// Waits for what is on its way.
    fn drain(&mut self) -> io::Result<()> {
        let mut last = (self.score.delivered, self.swarm.now());
        while self.score.missing() > 0 && self.swarm.now() - last.1 < PATIENCE {
            self.swarm.turn(NAP, &mut self.score)?;
            if self.score.delivered > last.0 {
                last = (self.score.delivered, self.swarm.now());
            }
        }
        Ok(())
    }

    fn memory(&self) -> io::Result<u64> {
        self.server.map_or(Ok(0), Process::memory)
    }

    fn snapshot(&self) -> io::Result<Snapshot> {
        Ok(Snapshot {
            at: self.swarm.now(),
            delivered: self.score.delivered,
            reads: self.swarm.reads,
            server: self.server.map_or(Ok(Duration::ZERO), Process::cpu)?,
            generator: own_share(),
            idle: self.swarm.idle,
        })
    }
}

/// A destination with the number of its topic.
fn numbered(destination: &str, topic: u32) -> String {
    destination.replace("{n}", &topic.to_string())
}
