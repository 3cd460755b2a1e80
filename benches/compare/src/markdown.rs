//! The result as tables. Figures in them are ratios: what one machine did in one quarter of an hour says little about
//! another, but how servers that took turns on it stand to each other does.

use std::fmt::{self, Write as _};

use crate::comparison::{Comparison, Outcome, Round, Standing};
use crate::plan::Metric;

/// What no run of this kind can say.
const NOT_MEASURED: &str = "\
- A real network: on loopback, the CPU time of a sender contains the receiving half of TCP.
- More than one core for the server: how it scales was not looked at.
- TLS and compression.
- More connections than the tables say.
- Servers that are not in the tables.
";

/// All of it, as `docs/performance.md` has it.
#[must_use]
pub fn document(comparison: &Comparison) -> String {
    let mut text = String::new();
    write(comparison, &mut text).expect("a string takes everything");
    text
}

fn write(comparison: &Comparison, to: &mut String) -> fmt::Result {
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

Every figure is a ratio: what a server did, divided by what the server did that it is set against, in the same round.
It is the median of {rounds} rounds of {seconds} s, and behind it stand the least and the most. Servers take turns, and the order is
turned round in every other round. A server has one core and the load generator another; bodies have 128 bytes unless
something else is said. CPU is the server's, user and kernel. Every message is accounted for: the last column counts
those lost, duplicated, reordered, and received by somebody whom they were not for, in all rounds.

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
    for outcome in &comparison.scenarios {
        table(outcome, to)?;
    }
    writeln!(to, "## What was not measured\n\n{NOT_MEASURED}")?;
    for (peer, why) in &comparison.absent {
        writeln!(to, "- {peer}: {why}")?;
    }
    write!(
        to,
        "\
## How to repeat it

```text
benches/compare/run          # all of it; --scenario and --peer choose, --rounds and --seconds say how long
benches/compare/run --docs   # this file, from what the last run wrote to target/performance.json
```

What is compared stands in [`benches/compare/plan.toml`](../benches/compare/plan.toml), the servers in
[`benches/compare/src/peers`](../benches/compare/src/peers), and the load generator in [`benches/load`](../benches/load).
"
    )
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
            let is_base = peer.name == outcome.against;
            write!(to, " | {}", figure(peer, *metric, is_base))?;
        }
        writeln!(to, " | {} |", wrong(peer))?;
    }
    writeln!(to)
}

/// A ratio. Memory does not depend on how busy the machine is, so it is told as it is, too.
fn figure(peer: &Standing, metric: Metric, is_base: bool) -> String {
    let Some(ratio) = peer.ratios.get(&metric) else {
        return "-".to_owned();
    };
    let ratio = if is_base {
        "1".to_owned()
    } else {
        let [median, least, most] = [ratio.median, ratio.least, ratio.most].map(short);
        format!("{median} ({least} to {most})")
    };
    match peer.medians.get(&metric) {
        Some(bytes) if metric == Metric::Memory => format!("{:.1} KiB: {ratio}", bytes / 1024.0),
        _ => ratio,
    }
}

/// Three digits.
fn short(ratio: f64) -> String {
    match ratio {
        100.0.. => format!("{ratio:.0}"),
        10.0.. => format!("{ratio:.1}"),
        0.1.. => format!("{ratio:.2}"),
        _ => format!("{ratio:.3}"),
    }
}

fn wrong(peer: &Standing) -> String {
    let mut sums = [0; 4];
    let mut failed = 0;
    for round in &peer.rounds {
        match round {
            Round::Failed { .. } => failed += 1,
            Round::Report(it) => {
                let counts = [it.lost, it.duplicated, it.reordered, it.misdirected];
                for (sum, count) in sums.iter_mut().zip(counts) {
                    *sum += count;
                }
            }
        }
    }
    let counts = sums.map(|sum| sum.to_string()).join(" / ");
    if failed > 0 {
        format!("{counts}, and {failed} rounds failed")
    } else {
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_have_three_digits() {
        let short = [0.012_34, 0.123_4, 1.234, 12.34, 123.4].map(short);
        assert_eq!(short, ["0.012", "0.12", "1.23", "12.3", "123"]);
    }

    #[test]
    fn a_peer_that_fails_and_one_that_loses_are_seen() {
        let json = r#"{
            "machine": { "cpu": "C", "cores": 2, "kernel": "6", "rustc": "r", "load_before": 0.5, "load_after": 2.0 },
            "rounds": 1, "seconds": 2.0, "absent": { "spring": "needs java" },
            "scenarios": [{
                "name": "s", "title": "S", "run": [], "against": "a", "metrics": ["cpu"],
                "peers": [
                    { "name": "a", "title": "A", "medians": { "cpu": 2.0 },
                      "ratios": { "cpu": { "median": 1.0, "least": 1.0, "most": 1.0 } },
                      "rounds": [{
                        "scenario": "s", "url": "u", "connections": 1, "closed": 0, "seconds": 1.0, "deliveries": 1,
                        "deliveries_per_second": 1.0, "lost": 7, "duplicated": 0, "reordered": 0, "misdirected": 0,
                        "generator": { "messages_per_read": 1.0 }
                      }] },
                    { "name": "b", "title": "B", "medians": {}, "ratios": {}, "rounds": [{ "error": "no" }] }
                ]
            }]
        }"#;
        let text = document(&serde_json::from_str(json).unwrap());
        assert!(text.contains("| A | 1 | 7 / 0 / 0 / 0 |"), "{text}");
        assert!(
            text.contains("| B | - | 0 / 0 / 0 / 0, and 1 rounds failed |"),
            "{text}"
        );
        assert!(text.contains("- spring: needs java"), "{text}");
    }
}
