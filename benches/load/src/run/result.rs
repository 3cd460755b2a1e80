use std::io;

use super::{Run, Snapshot};
use crate::plan::Kind;
use crate::report::{Generator, Latency, Report, Server, Stalled, cores, share};
use crate::server::Process;

impl Run {
    pub(super) fn report(
        mut self,
        from: &Snapshot,
        to: &Snapshot,
        memory_before: u64,
    ) -> io::Result<Report> {
        let memory_after = self.memory()?;
        let memory_peak = self.server.map_or(Ok(0), Process::memory_peak)?;
        let mut stalled = Stalled {
            connections: self.plan.stalled,
            closed: 0,
            messages: 0,
        };
        for index in self.plan.reading()..self.plan.subscribers {
            let (messages, closed) = self.swarm.look_into(index)?;
            stalled.messages += messages;
            stalled.closed += usize::from(closed);
        }
        let connections = self.plan.connections();
        let time = to.at - from.at;
        let deliveries = to.delivered - from.delivered;
        let used = to.server.saturating_sub(from.server);
        let server = self.server.map(|_| Server {
            cpu: cores(used, time),
            cpu_us_per_delivery: (deliveries > 0)
                .then(|| used.as_secs_f64() * 1e6 / deliveries as f64),
            memory_before,
            memory_after,
            memory_peak,
            bytes_per_connection: share(
                memory_after.saturating_sub(memory_before) as f64,
                connections as f64,
            ),
        });
        let own = to.generator.zip(from.generator);
        let idle = to.idle - from.idle;
        Ok(Report {
            scenario: self.plan.name.to_owned(),
            url: self.plan.url.to_string(),
            connections,
            closed: self.swarm.closed,
            seconds: time.as_secs_f64(),
            deliveries,
            deliveries_per_second: share(deliveries as f64, time.as_secs_f64()),
            lost: self.score.missing(),
            duplicated: self.score.duplicated,
            reordered: self.score.reordered,
            misdirected: self.score.misdirected,
            connects_per_second: (self.plan.kind == Kind::Connect)
                .then(|| connections as f64 / time.as_secs_f64()),
            latency: Latency::of(&self.score.latencies),
            stalled: (self.plan.stalled > 0).then_some(stalled),
            server,
            generator: Generator {
                cpu: own.map(|(to, from)| cores((to.ran - from.ran).saturating_sub(idle), time)),
                waited: own.map(|(to, from)| cores(to.waited.saturating_sub(from.waited), time)),
                messages_per_read: share(deliveries as f64, (to.reads - from.reads) as f64),
            },
        })
    }
}
