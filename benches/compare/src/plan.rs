//! What is compared: reads `plan.toml`, which explains itself.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use stompframe_load::Report;

/// All of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The servers.
    #[serde(rename = "peer")]
    pub peers: Vec<Peer>,
    /// What is done to them.
    #[serde(rename = "scenario")]
    pub scenarios: Vec<Scenario>,
}

/// A server.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peer {
    /// What scenarios call it.
    pub name: String,
    /// What people call it, in Markdown.
    pub title: String,
    /// How it is started.
    #[serde(default)]
    pub command: Vec<String>,
    /// Where it is then.
    #[serde(default)]
    pub url: String,
    /// For the load generator.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// Another peer that it is, but for its arguments.
    pub like: Option<String>,
    /// Programs that it cannot do without.
    #[serde(default)]
    pub needs: Vec<String>,
    /// What is run once before.
    #[serde(default)]
    pub prepare: Vec<String>,
    /// Its port, if it is always the same.
    pub port: Option<u16>,
    /// How long starting it may take.
    pub start_seconds: Option<u64>,
    /// How long it is warmed up.
    pub warm_up: Option<f64>,
}

/// A call of the load generator.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// One word.
    pub name: String,
    /// What it is, for people.
    pub title: String,
    /// The load generator's arguments, but for the server's address.
    pub run: Vec<String>,
    /// The names of the servers.
    pub peers: Vec<String>,
    /// The one that the others are set against.
    pub against: String,
    /// In which figures.
    pub metrics: Vec<Metric>,
}

/// A figure of a run.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Metric {
    /// Deliveries in a second.
    Deliveries,
    /// The server's CPU time for each delivery, in microseconds.
    Cpu,
    /// The latency that half of the deliveries have at most, in microseconds.
    P50,
    /// The latency that 99 % of them have at most, in microseconds.
    P99,
    /// What the server's resident memory grew by, for each connection, in bytes.
    Memory,
    /// Connections that were opened and subscribed in a second.
    Connects,
}

impl Metric {
    /// What it is called in a table.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Deliveries => "deliveries/s",
            Self::Cpu => "CPU for each delivery",
            Self::P50 => "p50",
            Self::P99 => "p99",
            Self::Memory => "memory for each connection",
            Self::Connects => "connects/s",
        }
    }

    /// Whether more of it is better.
    #[must_use]
    pub const fn more_is_better(self) -> bool {
        matches!(self, Self::Deliveries | Self::Connects)
    }

    /// The figure of this run, if it has one.
    #[must_use]
    pub fn of(self, report: &Report) -> Option<f64> {
        match self {
            Self::Deliveries => Some(report.deliveries_per_second),
            Self::Cpu => report.server.and_then(|server| server.cpu_us_per_delivery),
            Self::P50 => report.latency.map(|latency| latency.p50),
            Self::P99 => report.latency.map(|latency| latency.p99),
            Self::Memory => report.server.map(|server| server.bytes_per_connection),
            Self::Connects => report.connects_per_second,
        }
    }
}

impl Plan {
    /// Reads a plan.
    ///
    /// # Errors
    ///
    /// When there is no such file, or what it says makes no sense.
    pub fn read(path: &Path) -> io::Result<Self> {
        let text = fs::read_to_string(path)?;
        let plan = Self::parse(&text);
        plan.map_err(|error| io::Error::other(format!("{}: {error}", path.display())))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut plan: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        for index in 0..plan.peers.len() {
            if let Some(like) = plan.peers[index].like.clone() {
                let other = plan.peer(&like)?.clone();
                if other.like.is_some() && other.command.is_empty() {
                    return Err(format!("peer {like} has no command that others could take"));
                }
                let peer = &mut plan.peers[index];
                *peer = Peer {
                    name: peer.name.clone(),
                    title: peer.title.clone(),
                    arguments: [other.arguments, peer.arguments.clone()].concat(),
                    ..other
                };
            }
        }
        if let Some(peer) = plan.peers.iter().find(|peer| peer.command.is_empty()) {
            return Err(format!(
                "peer {} needs a command, or another that it is like",
                peer.name
            ));
        }
        for scenario in &plan.scenarios {
            for name in &scenario.peers {
                plan.peer(name)?;
            }
            if !scenario.peers.contains(&scenario.against) {
                let Scenario { name, against, .. } = scenario;
                return Err(format!("scenario {name}: {against} is none of its peers"));
            }
        }
        Ok(plan)
    }

    /// The peer of this name.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn peer(&self, name: &str) -> Result<&Peer, String> {
        let peer = self.peers.iter().find(|peer| peer.name == name);
        peer.ok_or_else(|| format!("there is no peer {name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_is_sound() {
        let plan = Plan::parse(include_str!("../plan.toml")).unwrap();
        let handler = plan.peer("stompframe-handler").unwrap();
        assert_eq!(handler.command, plan.peer("stompframe").unwrap().command);
        assert_eq!(handler.arguments[0], "--publish-to");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let peer = "[[peer]]\nname = 'a'\ntitle = 'A'\ncommand = ['a']\n";
        let scenario = "[[scenario]]\nname = 's'\ntitle = 'S'\nrun = []\nmetrics = ['cpu']\n";
        let error = |rest: &str| Plan::parse(&format!("{peer}{scenario}{rest}")).unwrap_err();
        assert_eq!(error("peers = ['b']\nagainst = 'a'"), "there is no peer b");
        let other = error("peers = ['a']\nagainst = 'b'");
        assert_eq!(other, "scenario s: b is none of its peers");
    }
}
