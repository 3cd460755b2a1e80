use std::fmt;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// What a scenario came to. What it does not measure, or cannot see, is absent.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The scenario's name.
    pub scenario: String,
    /// The server's address.
    pub url: String,
    /// Connections, subscribers and publishers together.
    pub connections: usize,
    /// Connections that the server has ended.
    pub closed: usize,
    /// How long was measured, in seconds.
    pub seconds: f64,
    /// Messages that arrived meanwhile.
    pub deliveries: u64,
    /// The same for a second.
    pub deliveries_per_second: f64,
    /// Deliveries of the whole run, warming up included, that never came.
    pub lost: u64,
    /// That came twice.
    pub duplicated: u64,
    /// That were overtaken by a later message of the same publisher to the same destination.
    pub reordered: u64,
    /// That were not for who received them, or not what was sent.
    pub misdirected: u64,
    /// Connections that were opened and subscribed in a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connects_per_second: Option<f64>,
    /// From when a message was sent, or was to be sent, until it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<Latency>,
    /// Subscribers who did not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stalled: Option<Stalled>,
    /// The server's process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<Server>,
    /// The generator itself.
    pub generator: Generator,
}

/// Latencies in microseconds.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Latency {
    /// Half of them are below.
    pub p50: f64,
    /// 90 % are below.
    pub p90: f64,
    /// 99 % are below.
    pub p99: f64,
    /// 99.9 % are below.
    pub p999: f64,
    /// The longest.
    pub max: f64,
}

impl Latency {
    /// Nothing, if nothing was measured.
    pub(crate) fn of(latencies: &Histogram<u64>) -> Option<Self> {
        let at = |quantile| latencies.value_at_quantile(quantile) as f64 / 1000.0;
        (!latencies.is_empty()).then(|| Self {
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: latencies.max() as f64 / 1000.0,
        })
    }
}

/// What became of subscribers who did not read.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Stalled {
    /// How many they were.
    pub connections: usize,
    /// How many of them the server has ended.
    pub closed: usize,
    /// Messages that they received when they were read again in the end.
    pub messages: u64,
}

/// What the server used.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Server {
    /// How much of a core.
    pub cpu: f64,
    /// CPU time in microseconds for each delivery; absent where there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_us_per_delivery: Option<f64>,
    /// Resident bytes before anybody connected.
    pub memory_before: u64,
    /// Resident bytes at the end.
    pub memory_after: u64,
    /// The most that was ever resident.
    pub memory_peak: u64,
    /// What came to it, for each connection.
    pub bytes_per_connection: f64,
}

/// How the generator itself was doing. Near a whole core, it is what was measured.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Generator {
    /// How much of a core, without what it was awake for nothing; absent where that cannot be seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<f64>,
    /// How much of the time others had its core although it could have run. On a machine that has nothing else to do,
    /// this is next to nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waited: Option<f64>,
    /// Messages in each read: how much the server, or the kernel, has put together.
    pub messages_per_read: f64,
}

impl Report {
    /// On one line.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("nothing in it can fail")
    }

    /// Whether every message came once, in order, where it was to come.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.lost == 0 && self.duplicated == 0 && self.reordered == 0 && self.misdirected == 0
    }
}

/// A table, a line for each figure.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |name: &str, value: String| writeln!(f, "{name:<26} {value:>14}");
        line("scenario", self.scenario.clone())?;
        line("connections", self.connections.to_string())?;
        line("closed by the server", self.closed.to_string())?;
        line("deliveries", self.deliveries.to_string())?;
        line("deliveries/s", format!("{:.0}", self.deliveries_per_second))?;
        if let Some(rate) = self.connects_per_second {
            line("connects/s", format!("{rate:.0}"))?;
        }
        if let Some(latency) = self.latency {
            let rows = [
                ("p50", latency.p50),
                ("p90", latency.p90),
                ("p99", latency.p99),
                ("p99.9", latency.p999),
                ("max", latency.max),
            ];
            for (name, value) in rows {
                line(&format!("latency {name}, us"), format!("{value:.0}"))?;
            }
        }
        line("lost", self.lost.to_string())?;
        line("duplicated", self.duplicated.to_string())?;
        line("reordered", self.reordered.to_string())?;
        line("misdirected", self.misdirected.to_string())?;
        if let Some(stalled) = self.stalled {
            let of = format!("{} of {}", stalled.closed, stalled.connections);
            line("stalled, closed", of)?;
            line("stalled, read in the end", stalled.messages.to_string())?;
        }
        if let Some(server) = self.server {
            line("server, cores", format!("{:.2}", server.cpu))?;
            if let Some(each) = server.cpu_us_per_delivery {
                line("server, us for a delivery", format!("{each:.3}"))?;
            }
            let mib = |bytes: u64| format!("{:.1}", bytes as f64 / 1024.0 / 1024.0);
            line("server, MiB before", mib(server.memory_before))?;
            line("server, MiB after", mib(server.memory_after))?;
            line("server, MiB at most", mib(server.memory_peak))?;
            let each = server.bytes_per_connection / 1024.0;
            line("KiB for a connection", format!("{each:.2}"))?;
        }
        if let Some(cpu) = self.generator.cpu {
            line("generator, cores", format!("{cpu:.2}"))?;
        }
        if let Some(waited) = self.generator.waited {
            line("generator, waited", format!("{waited:.2}"))?;
        }
        let per_read = self.generator.messages_per_read;
        line("messages in a read", format!("{per_read:.1}"))
    }
}

/// So much for each, where there is any.
pub(crate) fn share(of: f64, count: f64) -> f64 {
    if count > 0.0 { of / count } else { 0.0 }
}

/// How much of a core this is.
pub(crate) fn cores(cpu: Duration, time: Duration) -> f64 {
    share(cpu.as_secs_f64(), time.as_secs_f64())
}
