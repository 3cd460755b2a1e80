//! The rounds, in which all take turns.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::chart::Bars;
use crate::goal::{Goal, Judgement, Verdict};
use crate::machine::Machine;
use crate::metric::Metric;
use crate::outcome::{Outcome, Round};
use crate::plan::{Kind, Peer, Plan};
use crate::process::{Pins, Server, run};
use crate::spread::Spread;

/// How it is done.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How often each peer has its turn. The order turns round each time.
    pub rounds: usize,
    /// How long each turn is measured.
    pub seconds: f64,
    /// How much of the time that the plan gives them servers are warmed up that are kept; 1 for all of it.
    pub warmth: f64,
    /// Which cores are whose.
    pub pins: Pins,
}

/// All that came of it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    pub(crate) machine: Machine,
    pub(crate) rounds: usize,
    pub(crate) seconds: f64,
    pub(crate) judgements: Vec<Judgement>,
    pub(crate) charts: Vec<Bars>,
    pub(crate) scenarios: Vec<Outcome>,
    /// Peers that could not be had, and why.
    pub(crate) absent: BTreeMap<String, String>,
}

impl Comparison {
    /// Runs a plan, and says on stderr how far it is. A peer that cannot be had is left out, and one that fails is a
    /// part of the result.
    #[must_use]
    pub fn run(plan: &Plan, settings: &Settings, workspace: &Path) -> Self {
        let mut machine = Machine::look();
        let (kept, absent) = prepared(plan, settings, workspace);
        let mut scenarios: Vec<_> = plan
            .scenarios
            .iter()
            .map(|scenario| {
                let names = scenario.peers.iter();
                let there = names.filter(|name| !absent.contains_key(*name));
                Outcome::new(scenario, there.filter_map(|name| plan.peer(name).ok()))
            })
            .collect();
        for round in 0..settings.rounds {
            for (scenario, outcome) in plan.scenarios.iter().zip(&mut scenarios) {
                let of = settings.rounds;
                eprintln!("round {} of {of}: {}", round + 1, scenario.name);
                let mut order: Vec<_> = outcome.peers.iter_mut().collect();
                if round % 2 == 1 {
                    order.reverse();
                }
                for standing in order {
                    let Ok(peer) = plan.peer(&standing.name) else {
                        continue;
                    };
                    standing.take(match kept.get(&peer.name) {
                        Some(server) => server.wake_and_load(peer, scenario, settings),
                        None => Server::start(peer, settings.pins, workspace).and_then(|server| {
                            if scenario.rehearse {
                                server.rehearse(peer, scenario, settings)?;
                            }
                            server.load(peer, scenario, settings.pins, settings.seconds)
                        }),
                    });
                }
            }
        }
        machine.look_again();
        let judge = |goal: &Goal| Judgement {
            figure: scenarios
                .iter()
                .find(|it| it.name == goal.scenario)
                .and_then(|it| it.figure(goal)),
            goal: goal.clone(),
        };
        Self {
            machine,
            rounds: settings.rounds,
            seconds: settings.seconds,
            judgements: plan.goals.iter().map(judge).collect(),
            charts: plan.charts.clone(),
            scenarios,
            absent,
        }
    }

    /// What nobody may overlook: goals that are missed or could not be measured, deliveries of stompframe that went
    /// wrong, and peers that are missing.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let goals = self.judgements.iter().filter_map(|it| {
            let said = match it.verdict() {
                Verdict::Missed => "MISSED",
                Verdict::Unmeasured => "NOT MEASURED",
                Verdict::Met | Verdict::Reached => return None,
            };
            Some(format!("{said}: {}", it.goal.title))
        });
        let absent = self.absent.iter();
        let absent = absent.map(|(peer, why)| format!("LEFT OUT: {peer}: {why}"));
        let wrong = (self.wrong() > 0).then(|| format!("WENT WRONG: {} deliveries", self.wrong()));
        goals.chain(absent).chain(wrong).collect()
    }

    /// Whether all is as it has to be, as far as it was measured.
    #[must_use]
    pub fn holds(&self) -> bool {
        let missed = |it: &Judgement| it.verdict() == Verdict::Missed;
        self.wrong() == 0 && !self.judgements.iter().any(missed)
    }

    /// Deliveries of stompframe that went wrong, in all scenarios.
    pub(crate) fn wrong(&self) -> u64 {
        let peers = self.scenarios.iter().flat_map(|it| &it.peers);
        let ours = peers.filter(|peer| peer.kind == Kind::Ours);
        ours.map(|peer| peer.wrong().total()).sum()
    }

    /// What the generator takes for a delivery that comes alone, and what the server takes for it that does nothing else.
    pub(crate) fn cost_of_the_generator(&self) -> Option<Cost> {
        let scenario = self
            .scenarios
            .iter()
            .find(|it| it.name == "one-in-flight")?;
        let floor = scenario.peer("floor")?;
        let reports = floor.rounds.iter().filter_map(Round::report);
        let own = reports.filter_map(|it| Some(1e6 * it.generator.cpu? / it.deliveries_per_second));
        Some(Cost {
            own: Spread::of(own)?.median,
            server: floor.figures(Metric::Cpu)?.median,
        })
    }

    /// How much of the time the generator waited for its core, in the median.
    pub(crate) fn disturbance(&self) -> f64 {
        let peers = self.scenarios.iter().flat_map(|it| &it.peers);
        let reports = peers
            .flat_map(|peer| &peer.rounds)
            .filter_map(Round::report);
        let waited = reports.filter_map(|report| report.generator.waited);
        Spread::of(waited).map_or(0.0, |waited| waited.median)
    }
}

/// CPU time for a delivery, in microseconds.
pub(crate) struct Cost {
    pub(crate) own: f64,
    pub(crate) server: f64,
}

/// Makes all peers ready; those that are kept run from here on. What cannot be had is said, and left out.
fn prepared(
    plan: &Plan,
    settings: &Settings,
    workspace: &Path,
) -> (BTreeMap<String, Server>, BTreeMap<String, String>) {
    let mut kept = BTreeMap::new();
    let mut absent = BTreeMap::new();
    for peer in &plan.peers {
        eprintln!("making {} ready", peer.name);
        match prepare(peer, plan, settings, workspace) {
            Ok(None) => {}
            Ok(Some(server)) => {
                kept.insert(peer.name.clone(), server);
            }
            Err(error) => {
                eprintln!("LEFT OUT: {}: {error}", peer.name);
                absent.insert(peer.name.clone(), error.to_string());
            }
        }
    }
    (kept, absent)
}

fn prepare(
    peer: &Peer,
    plan: &Plan,
    settings: &Settings,
    workspace: &Path,
) -> io::Result<Option<Server>> {
    run(&peer.prepare, workspace)?;
    if peer.keep.is_none() {
        return Ok(None);
    }
    let scenarios = plan.scenarios.iter();
    let own = scenarios.filter(|it| it.peers.contains(&peer.name));
    Server::keep(peer, own, settings, workspace).map(Some)
}
