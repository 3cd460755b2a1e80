//! The rounds, and their medians and ratios.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use stompframe_load::Report;

use crate::machine::Machine;
use crate::plan::{Metric, Plan, Scenario};
use crate::process::{Server, missing, run};

/// How it is done.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How often each peer has its turn. The order turns round each time.
    pub rounds: usize,
    /// How long each turn is measured.
    pub seconds: f64,
    /// Where servers run.
    pub server_core: usize,
    /// Where the load generator runs.
    pub generator_core: usize,
}

/// All that came of it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    pub(crate) machine: Machine,
    pub(crate) rounds: usize,
    pub(crate) seconds: f64,
    pub(crate) scenarios: Vec<Outcome>,
    /// Peers that could not be measured, and why.
    pub(crate) absent: BTreeMap<String, String>,
}

/// What came of a scenario.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Outcome {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) run: Vec<String>,
    pub(crate) against: String,
    pub(crate) metrics: Vec<Metric>,
    pub(crate) peers: Vec<Standing>,
}

/// How a peer did in it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Standing {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) rounds: Vec<Round>,
    /// The medians of its own figures.
    pub(crate) medians: BTreeMap<Metric, f64>,
    /// What its figures are to those of the peer that it is set against, in the same round.
    pub(crate) ratios: BTreeMap<Metric, Ratio>,
}

/// A turn of a peer.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub(crate) enum Round {
    Report(Box<Report>),
    Failed { error: String },
}

/// The median of some ratios, and how far they lie apart.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Ratio {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Comparison {
    /// Runs a plan, and says on stderr how far it is.
    ///
    /// # Errors
    ///
    /// When what a peer needs cannot be prepared. A peer that fails is part of the result.
    pub fn run(plan: &Plan, settings: &Settings, workspace: &Path) -> io::Result<Self> {
        let mut machine = Machine::look();
        let mut absent = BTreeMap::new();
        for peer in &plan.peers {
            let missing = missing(&peer.needs);
            if missing.is_empty() {
                run(&peer.prepare, workspace)?;
            } else {
                absent.insert(peer.name.clone(), format!("needs {}", missing.join(", ")));
            }
        }
        let mut scenarios: Vec<_> = plan
            .scenarios
            .iter()
            .map(|scenario| Outcome::new(plan, scenario, &absent))
            .collect();
        for round in 0..settings.rounds {
            for scenario in &mut scenarios {
                eprintln!(
                    "round {} of {}: {}",
                    round + 1,
                    settings.rounds,
                    scenario.name
                );
                scenario.round(plan, settings, round % 2 == 1);
            }
        }
        scenarios.iter_mut().for_each(Outcome::evaluate);
        machine.look_again();
        Ok(Self {
            machine,
            rounds: settings.rounds,
            seconds: settings.seconds,
            scenarios,
            absent,
        })
    }

    /// How much of the time the generator waited for its core, in the median.
    pub(crate) fn disturbance(&self) -> f64 {
        let peers = self.scenarios.iter().flat_map(|it| &it.peers);
        let waited = peers
            .flat_map(|peer| &peer.rounds)
            .filter_map(|round| match round {
                Round::Report(report) => report.generator.waited,
                Round::Failed { .. } => None,
            });
        Ratio::of(waited).map_or(0.0, |waited| waited.median)
    }
}

impl Outcome {
    fn new(plan: &Plan, scenario: &Scenario, absent: &BTreeMap<String, String>) -> Self {
        let peers = scenario.peers.iter();
        let peers = peers.filter(|name| !absent.contains_key(*name));
        let peers = peers.filter_map(|name| plan.peer(name).ok());
        Self {
            name: scenario.name.clone(),
            title: scenario.title.clone(),
            run: scenario.run.clone(),
            against: scenario.against.clone(),
            metrics: scenario.metrics.clone(),
            peers: peers
                .map(|peer| Standing {
                    name: peer.name.clone(),
                    title: peer.title.clone(),
                    rounds: Vec::new(),
                    medians: BTreeMap::new(),
                    ratios: BTreeMap::new(),
                })
                .collect(),
        }
    }

    /// Each peer has its turn.
    fn round(&mut self, plan: &Plan, settings: &Settings, backwards: bool) {
        let mut order: Vec<_> = self.peers.iter_mut().collect();
        if backwards {
            order.reverse();
        }
        for standing in order {
            let Ok(peer) = plan.peer(&standing.name) else {
                continue;
            };
            let report = Server::start(peer, settings.server_core).and_then(|server| {
                server.load(peer, &self.run, settings.generator_core, settings.seconds)
            });
            standing.rounds.push(match report {
                Ok(report) => Round::Report(Box::new(report)),
                Err(error) => {
                    eprintln!("{}: {error}", standing.name);
                    Round::Failed {
                        error: error.to_string(),
                    }
                }
            });
        }
    }

    fn evaluate(&mut self) {
        let base = self.peers.iter().find(|peer| peer.name == self.against);
        let base = base.map_or_else(Vec::new, |base| base.rounds.clone());
        for peer in &mut self.peers {
            for metric in &self.metrics {
                let own = peer.rounds.iter().map(|round| round.figure(*metric));
                let pairs = own
                    .clone()
                    .zip(base.iter().map(|round| round.figure(*metric)));
                let ratios =
                    pairs.filter_map(|(own, base)| Some(own? / base.filter(|base| *base > 0.0)?));
                if let Some(Ratio { median, .. }) = Ratio::of(own.flatten()) {
                    peer.medians.insert(*metric, median);
                }
                if let Some(ratio) = Ratio::of(ratios) {
                    peer.ratios.insert(*metric, ratio);
                }
            }
        }
    }
}

impl Round {
    fn figure(&self, metric: Metric) -> Option<f64> {
        match self {
            Self::Report(report) => metric.of(report),
            Self::Failed { .. } => None,
        }
    }
}

impl Ratio {
    fn of(figures: impl Iterator<Item = f64>) -> Option<Self> {
        let mut figures: Vec<_> = figures.collect();
        figures.sort_by(f64::total_cmp);
        let half = figures.len() / 2;
        Some(Self {
            least: *figures.first()?,
            most: *figures.last()?,
            median: if figures.len() % 2 == 1 {
                figures[half]
            } else {
                f64::midpoint(figures[half - 1], figures[half])
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_lies_in_the_middle() {
        let of = |figures: &[f64]| Ratio::of(figures.iter().copied()).unwrap();
        assert_eq!(of(&[3.0, 1.0, 2.0]).median, 2.0);
        assert_eq!(of(&[4.0, 1.0, 2.0, 3.0]).median, 2.5);
        assert_eq!((of(&[3.0, 1.0]).least, of(&[3.0, 1.0]).most), (1.0, 3.0));
        assert_eq!(Ratio::of([].into_iter()), None);
    }
}
