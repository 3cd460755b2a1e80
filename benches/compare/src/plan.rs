//! What is compared: reads `plan.toml`, which explains itself.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::chart::Bars;
use crate::goal::Goal;
use crate::metric::Metric;

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
    /// What is to come of it.
    #[serde(default, rename = "goal")]
    pub goals: Vec<Goal>,
    /// What is drawn.
    #[serde(default, rename = "chart")]
    pub charts: Vec<Bars>,
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
    /// What charts call it; its title, if it is not said.
    #[serde(default)]
    pub label: String,
    /// What it is.
    #[serde(default)]
    pub kind: Kind,
    /// What is run once before; where it fails, the peer is left out.
    #[serde(default)]
    pub prepare: Vec<String>,
    /// It is started once instead of for each turn, and warmed up for so many seconds in each of its scenarios.
    pub keep: Option<f64>,
    /// Its port, if it is always the same.
    pub port: Option<u16>,
    /// How long starting it may take.
    pub start_seconds: Option<u64>,
}

/// What a peer is.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// stompframe.
    Ours,
    /// Another STOMP server.
    #[default]
    Stomp,
    /// A server without STOMP.
    Raw,
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
    /// How long is measured at least.
    pub least_seconds: Option<f64>,
    /// Servers that are started for a turn have it once before, as those that are kept have had it.
    #[serde(default)]
    pub rehearse: bool,
    /// The names of the servers.
    pub peers: Vec<String>,
    /// The one that the others are set against.
    pub against: String,
    /// In which figures.
    pub metrics: Vec<Metric>,
}

impl Scenario {
    /// One that nobody compares.
    pub(crate) fn of(name: &str, run: Vec<String>) -> Self {
        Self {
            name: name.to_owned(),
            title: name.to_owned(),
            run,
            least_seconds: None,
            rehearse: false,
            peers: Vec::new(),
            against: String::new(),
            metrics: Vec::new(),
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
                    label: peer.label.clone(),
                    arguments: [other.arguments, peer.arguments.clone()].concat(),
                    ..other
                };
            }
        }
        for peer in &mut plan.peers {
            if peer.label.is_empty() {
                peer.label.clone_from(&peer.title);
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
        for goal in &plan.goals {
            let wanted = goal.peers();
            plan.has("goal", &goal.title, &goal.scenario, wanted)?;
        }
        for chart in &plan.charts {
            let wanted = [chart.against.as_str()];
            plan.has("chart", &chart.title, &chart.scenario, wanted)?;
        }
        Ok(plan)
    }

    /// Fails unless there is such a scenario with these peers.
    fn has<'a>(
        &self,
        kind: &str,
        title: &str,
        scenario: &str,
        peers: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), String> {
        let found = self.scenarios.iter().find(|it| it.name == scenario);
        let found = found.ok_or_else(|| format!("{kind} {title}: no scenario {scenario}"))?;
        for peer in peers {
            if !found.peers.iter().any(|it| it == peer) {
                return Err(format!("{kind} {title}: {scenario} has no peer {peer}"));
            }
        }
        Ok(())
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
        let goal =
            "[[goal]]\ntitle = 'G'\nscenario = 's'\npeer = 'c'\nmetric = 'cpu'\nmust = 2\naim = 1";
        let other = error(&format!("peers = ['a']\nagainst = 'a'\n{goal}"));
        assert_eq!(other, "goal G: s has no peer c");
    }
}
