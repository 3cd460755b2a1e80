//! What came of a scenario, and how its figures stand to each other.

use std::io;

use serde::{Deserialize, Serialize};
use stompframe_load::Report;

use crate::goal::Goal;
use crate::metric::Metric;
use crate::plan::{Kind, Peer, Scenario};
use crate::spread::Spread;

/// What came of a scenario.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Outcome {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) against: String,
    pub(crate) metrics: Vec<Metric>,
    pub(crate) peers: Vec<Standing>,
}

/// How a peer did in it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Standing {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) label: String,
    pub(crate) kind: Kind,
    pub(crate) rounds: Vec<Round>,
}

/// A turn of a peer.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub(crate) enum Round {
    Report(Box<Report>),
    Failed { error: String },
}

/// What went wrong in some turns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) lost: u64,
    pub(crate) duplicated: u64,
    pub(crate) reordered: u64,
    /// Received by somebody whom they were not for.
    pub(crate) misdirected: u64,
    /// Turns that came to nothing.
    pub(crate) failed: u64,
}

impl Outcome {
    /// Before the first turn.
    pub(crate) fn new<'a>(scenario: &Scenario, peers: impl Iterator<Item = &'a Peer>) -> Self {
        Self {
            name: scenario.name.clone(),
            title: scenario.title.clone(),
            against: scenario.against.clone(),
            metrics: scenario.metrics.clone(),
            peers: peers
                .map(|peer| Standing {
                    name: peer.name.clone(),
                    title: peer.title.clone(),
                    label: peer.label.clone(),
                    kind: peer.kind,
                    rounds: Vec::new(),
                })
                .collect(),
        }
    }

    pub(crate) fn peer(&self, name: &str) -> Option<&Standing> {
        self.peers.iter().find(|it| it.name == name)
    }

    /// What a goal is held against.
    pub(crate) fn figure(&self, goal: &Goal) -> Option<Spread> {
        let own = self.peer(&goal.peer)?;
        let other = match &goal.against {
            Some(name) => Some(self.peer(name)?),
            None => None,
        };
        let figures = own.rounds.iter().enumerate().filter_map(|(round, it)| {
            let other = other.and_then(|other| other.rounds.get(round)?.figure(goal.metric));
            goal.figure(it.figure(goal.metric)?, other)
        });
        Spread::of(figures)
    }

    /// What a peer's figures are to those of another, in the same round.
    pub(crate) fn ratio(&self, peer: &Standing, against: &str, metric: Metric) -> Option<Spread> {
        let rounds = peer.rounds.iter().zip(&self.peer(against)?.rounds);
        Spread::of(rounds.filter_map(|(own, base)| {
            let base = base.figure(metric).filter(|base| *base > 0.0)?;
            Some(own.figure(metric)? / base)
        }))
    }
}

impl Standing {
    /// A turn is over.
    pub(crate) fn take(&mut self, report: io::Result<Report>) {
        self.rounds.push(match report {
            Ok(report) => Round::Report(Box::new(report)),
            Err(error) => {
                eprintln!("{}: {error}", self.name);
                Round::Failed {
                    error: error.to_string(),
                }
            }
        });
    }

    /// Its own figures.
    pub(crate) fn figures(&self, metric: Metric) -> Option<Spread> {
        Spread::of(self.rounds.iter().filter_map(|it| it.figure(metric)))
    }

    /// What went wrong in all of its turns.
    pub(crate) fn wrong(&self) -> Wrong {
        let mut sum = Wrong::default();
        for round in &self.rounds {
            match round {
                Round::Failed { .. } => sum.failed += 1,
                Round::Report(it) => {
                    sum.lost += it.lost;
                    sum.duplicated += it.duplicated;
                    sum.reordered += it.reordered;
                    sum.misdirected += it.misdirected;
                }
            }
        }
        sum
    }
}

impl Round {
    pub(crate) fn figure(&self, metric: Metric) -> Option<f64> {
        self.report().and_then(|report| metric.of(report))
    }

    pub(crate) fn report(&self) -> Option<&Report> {
        match self {
            Self::Report(report) => Some(report),
            Self::Failed { .. } => None,
        }
    }
}

impl Wrong {
    /// All of it.
    pub(crate) const fn total(self) -> u64 {
        self.lost + self.duplicated + self.reordered + self.misdirected + self.failed
    }

    pub(crate) fn text(self) -> String {
        let Self {
            lost,
            duplicated,
            reordered,
            misdirected,
            failed,
        } = self;
        let counts = format!("{lost} / {duplicated} / {reordered} / {misdirected}");
        match failed {
            0 => counts,
            1 => format!("{counts}, and a turn failed"),
            _ => format!("{counts}, and {failed} turns failed"),
        }
    }
}
