//! The result as tables. Figures in them are ratios: what one machine did in one quarter of an hour says little about
//! another, but how servers that took turns on it stand to each other does.

use std::fmt::{self, Write as _};

use crate::comparison::Comparison;
use crate::gate::Gate;
use crate::goal::{Judgement, Verdict};
use crate::metric::Metric;
use crate::outcome::{Outcome, Standing};
use crate::spread::short;

/// What no run of this kind can say.
const NOT_MEASURED: &str = "\
- A real network: on loopback, the CPU time of a sender contains the receiving half of TCP.
- More than one core for the server: how it scales was not looked at.
- TLS and compression.
- More connections, and longer times, than the tables say.
- Servers that are not in the tables, and other settings than those in [`benches/compare/peers`](../benches/compare/peers).
";

/// All of it, as `docs/performance.md` has it.
#[must_use]
pub fn document(comparison: &Comparison, gate: &Gate) -> String {
    let mut text = String::new();
    write(comparison, gate, &mut text).expect("a string takes everything");
    text
}

fn write(comparison: &Comparison, gate: &Gate, to: &mut String) -> fmt::Result {
    let Comparison {
        machine,
        rounds,
        seconds,
        ..
    } = comparison;
    write!(
        to,
        "\
# Performance

Made from a run's figures by `benches/compare/run --docs`; not written by hand.

![How stompframe and others compare](performance.svg)

Every figure is a ratio: what a server did, divided by what the server did that it is set against, in the same round.
It is the median of {rounds} rounds of {seconds} s, and behind it stand the least and the most. Servers take turns, and the order is
turned round in every other round. A server has one core and the load generator another; bodies have 128 bytes unless
something else is said. CPU is the server's, user and kernel. Every message is accounted for: the last column counts
those lost, duplicated, reordered, and received by somebody whom they were not for, in all rounds. The generator never
sleeps, because a server is charged for waking whom it writes to where both are on one machine, and over a network it
is not. What is written in Rust is optimised across crates, as the workspace's release profile says.

The machine: {cpu}, {cores} cores, Linux {kernel}, {rustc}. Its load was {before:.1} before the run and {after:.1} at
the end; the run itself accounts for up to 2. Other processes had the generator's core for {disturbed:.1} % of the time, in
the median of all turns.
",
        cpu = machine.cpu,
        cores = machine.cores,
        kernel = machine.kernel,
        rustc = machine.rustc,
        before = machine.load_before,
        after = machine.load_after,
        disturbed = 100.0 * comparison.disturbance(),
    )?;
    if let Some(cost) = comparison.cost_of_the_generator() {
        writeln!(
            to,
            "The generator itself took {cost:.1} µs of its core for a delivery where there was nothing to put together, which is\n\
             {share:.0} % of what the server took that does nothing but write.",
            cost = cost.own,
            share = 100.0 * cost.own / cost.server,
        )?;
    }
    goals(comparison, to)?;
    for outcome in &comparison.scenarios {
        table(outcome, to)?;
    }
    instructions(gate, to)?;
    writeln!(to, "## What was not measured\n\n{NOT_MEASURED}")?;
    for (peer, why) in &comparison.absent {
        writeln!(to, "- {peer}: {why}")?;
    }
    write!(
        to,
        "\
## How to repeat it

On a Debian machine with Rust and two cores, which has nothing else to do:

```text
benches/compare/run          # all of it, what it needs is installed; --scenario and --peer choose, --quick only tries
benches/compare/run --docs   # this page and its picture, from what the last run wrote to target/performance.json
```

What is compared stands in [`benches/compare/plan.toml`](../benches/compare/plan.toml), the servers in
[`benches/compare/src/peers`](../benches/compare/src/peers) and [`benches/compare/peers`](../benches/compare/peers), and
the load generator in [`benches/load`](../benches/load).
"
    )
}

fn goals(comparison: &Comparison, to: &mut String) -> fmt::Result {
    if comparison.judgements.is_empty() {
        return Ok(());
    }
    writeln!(to, "\n## What it has to reach\n")?;
    writeln!(to, "| | must | aim | is | |\n|---|--:|--:|--:|---|")?;
    for judgement in &comparison.judgements {
        let Judgement { goal, figure } = judgement;
        let figure = figure.map_or_else(|| "-".to_owned(), |it| goal.text(it.median));
        let [must, aim] = [goal.must, goal.aim].map(|bound| goal.bound(bound));
        let verdict = judgement.verdict().title();
        writeln!(
            to,
            "| {} | {must} | {aim} | {figure} | {verdict} |",
            goal.title
        )?;
    }
    let wrong = comparison.wrong();
    let verdict = if wrong == 0 {
        "met, and the aim"
    } else {
        "**missed**"
    };
    writeln!(
        to,
        "| Lost, duplicated, reordered or astray, in any scenario | 0 | 0 | {wrong} | {verdict} |"
    )?;
    let missed = comparison.judgements.iter();
    let missed = missed.filter(|it| matches!(it.verdict(), Verdict::Met | Verdict::Missed));
    for Judgement { goal, .. } in missed {
        if let Some(why) = &goal.why {
            writeln!(to, "\n{}: {why}", goal.title)?;
        }
    }
    writeln!(
        to,
        "\nWhat clients can make a server hold at most follows from its limits, and every server says it when it starts:\n\
         [limits](limits.md).\n"
    )
}

fn instructions(gate: &Gate, to: &mut String) -> fmt::Result {
    writeln!(
        to,
        "## Instructions in user space\n\n\
         As callgrind counts them, which does not depend on how busy a machine is. Every test run holds them, with 10 %\n\
         of slack ([`gate.toml`](../benches/compare/gate.toml)). Measured with {}.\n\n\
         | | instructions |\n|---|--:|",
        gate.rustc
    )?;
    for budget in &gate.budgets {
        writeln!(to, "| {} | {:.0} |", budget.title, budget.instructions)?;
    }
    writeln!(to)
}

fn table(outcome: &Outcome, to: &mut String) -> fmt::Result {
    writeln!(to, "## {}\n", outcome.title)?;
    write!(to, "|")?;
    for metric in &outcome.metrics {
        let good = if metric.more_is_better() {
            "more"
        } else {
            "less"
        };
        write!(to, " | {}, {good} is better", metric.title())?;
    }
    write!(to, " | went wrong |\n|---")?;
    for _ in &outcome.metrics {
        write!(to, "|--:")?;
    }
    writeln!(to, "|--:|")?;
    for peer in &outcome.peers {
        write!(to, "| {}", peer.title)?;
        for metric in &outcome.metrics {
            write!(to, " | {}", figure(outcome, peer, *metric))?;
        }
        writeln!(to, " | {} |", peer.wrong().text())?;
    }
    writeln!(to)
}

/// A ratio. Memory hardly depends on the machine, and a share says how busy the server was, so these are told as they
/// are, too.
fn figure(outcome: &Outcome, peer: &Standing, metric: Metric) -> String {
    let Some(own) = peer.figures(metric) else {
        return "-".to_owned();
    };
    let ratio = match outcome.ratio(peer, &outcome.against, metric) {
        None => "-".to_owned(),
        Some(_) if peer.name == outcome.against => "1".to_owned(),
        Some(ratio) => {
            let [median, least, most] = [ratio.median, ratio.least, ratio.most].map(short);
            format!("{median} ({least} to {most})")
        }
    };
    match metric {
        Metric::Share => format!("{:.0} %: {ratio}", own.median),
        _ if metric.is_bytes() => format!("{:.1} KiB: {ratio}", own.median / 1024.0),
        _ => ratio,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_that_fails_and_one_that_loses_are_seen() {
        let json = r#"{
            "machine": { "cpu": "C", "cores": 2, "kernel": "6", "rustc": "r", "load_before": 0.5, "load_after": 2.0 },
            "rounds": 1, "seconds": 2.0, "absent": { "spring": "needs java" }, "charts": [],
            "judgements": [{
                "goal": { "title": "G", "scenario": "s", "peer": "a", "metric": "cpu", "must": 2.0, "aim": 1.0,
                          "why": "Because." },
                "figure": { "median": 2.5, "least": 2.0, "most": 3.0 }
            }],
            "scenarios": [{
                "name": "s", "title": "S", "against": "a", "metrics": ["deliveries"],
                "peers": [
                    { "name": "a", "title": "A", "label": "a", "kind": "ours", "rounds": [{
                        "scenario": "s", "url": "u", "connections": 1, "closed": 0, "seconds": 1.0, "deliveries": 1,
                        "deliveries_per_second": 1.0, "lost": 7, "duplicated": 0, "reordered": 0, "misdirected": 0,
                        "generator": { "messages_per_read": 1.0 }
                      }] },
                    { "name": "b", "title": "B", "label": "b", "kind": "stomp", "rounds": [{ "error": "no" }] }
                ]
            }]
        }"#;
        let comparison: Comparison = serde_json::from_str(json).unwrap();
        let gate = toml::from_str(include_str!("../gate.toml")).unwrap();
        let text = document(&comparison, &gate);
        assert!(text.contains("| A | 1 | 7 / 0 / 0 / 0 |"), "{text}");
        assert!(
            text.contains("| B | - | 0 / 0 / 0 / 0, and a turn failed |"),
            "{text}"
        );
        assert!(text.contains("- spring: needs java"), "{text}");
        let goal = "| G | ≤ 2.00x | ≤ 1.00x | 2.50x | **missed** |";
        assert!(text.contains(goal), "{text}");
        assert!(text.contains("\nG: Because.\n"), "{text}");
        assert!(!comparison.holds());
        let warnings = [
            "MISSED: G",
            "LEFT OUT: spring: needs java",
            "WENT WRONG: 7 deliveries",
        ];
        assert_eq!(comparison.warnings(), warnings);
    }
}
