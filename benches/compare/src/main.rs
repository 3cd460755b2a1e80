//! Runs the comparison, and writes what came of it to `target/performance.json`, `.md` and `.svg`. Fails where something
//! is not as it has to be.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use stompframe_compare::comparison::{Comparison, Settings};
use stompframe_compare::gate::Gate;
use stompframe_compare::plan::Plan;
use stompframe_compare::process::Pins;
use stompframe_compare::{chart, markdown};

/// Sets stompframe against other servers. Servers and load generator have a core each, so there have to be two.
#[derive(Parser)]
struct Options {
    /// How often each peer has its turn; 5
    #[arg(long)]
    rounds: Option<usize>,
    /// How long each turn is measured; 2
    #[arg(long)]
    seconds: Option<f64>,
    /// One short round after little warming up: to see whether all works, not how fast it is
    #[arg(long)]
    quick: bool,
    /// Only these scenarios
    #[arg(long)]
    scenario: Vec<String>,
    /// Only these peers, and those that they are set against
    #[arg(long)]
    peer: Vec<String>,
    /// The core for servers
    #[arg(long, default_value_t = 0)]
    server_core: usize,
    /// The core for the load generator
    #[arg(long, default_value_t = 1)]
    generator_core: usize,
    /// Runs nothing, and makes docs/performance.md and .svg of the last run's target/performance.json
    #[arg(long)]
    docs: bool,
}

fn main() -> ExitCode {
    match compare(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Says whether all is as it has to be.
fn compare(options: &Options) -> io::Result<bool> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = here.ancestors().nth(2).unwrap_or(here);
    let target = workspace.join("target");
    let json = target.join("performance.json");
    if options.docs {
        let comparison: Comparison = serde_json::from_str(&fs::read_to_string(json)?)?;
        write(&comparison, &workspace.join("docs"))?;
        return Ok(true);
    }
    siblings()?;
    let plan = narrowed(Plan::read(&here.join("plan.toml"))?, options);
    let (rounds, seconds, warmth) = if options.quick {
        (1, 0.5, 0.2)
    } else {
        (5, 2.0, 1.0)
    };
    let settings = Settings {
        rounds: options.rounds.unwrap_or(rounds),
        seconds: options.seconds.unwrap_or(seconds),
        warmth,
        pins: Pins {
            server: Some(options.server_core),
            generator: Some(options.generator_core),
        },
    };
    let comparison = Comparison::run(&plan, &settings, workspace);
    fs::write(json, serde_json::to_string_pretty(&comparison)?)?;
    print!("{}", write(&comparison, &target)?);
    for warning in comparison.warnings() {
        eprintln!("{warning}");
    }
    Ok(comparison.holds())
}

/// Writes the page and its picture into this directory, and gives the page.
fn write(comparison: &Comparison, at: &Path) -> io::Result<String> {
    let gate = Gate::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("gate.toml"))?;
    let text = markdown::document(comparison, &gate);
    fs::write(at.join("performance.md"), &text)?;
    fs::write(at.join("performance.svg"), chart::picture(comparison))?;
    Ok(text)
}

/// `cargo run` builds this crate alone; the load generator has to be there, too.
fn siblings() -> io::Result<()> {
    let generator: PathBuf = std::env::current_exe()?.with_file_name("stompframe-load");
    if generator.is_file() && !cfg!(debug_assertions) {
        return Ok(());
    }
    Err(io::Error::other(
        "build all of it, and as it is used: cargo build --release -p stompframe-load -p stompframe-compare",
    ))
}

/// What the options ask for.
fn narrowed(mut plan: Plan, options: &Options) -> Plan {
    if !options.scenario.is_empty() {
        plan.scenarios
            .retain(|it| options.scenario.contains(&it.name));
    }
    if !options.peer.is_empty() {
        for scenario in &mut plan.scenarios {
            let against = scenario.against.clone();
            scenario
                .peers
                .retain(|name| options.peer.contains(name) || *name == against);
        }
        plan.scenarios.retain(|it| it.peers.len() > 1);
    }
    // What nobody asks for need not be prepared, judged or drawn.
    let scenarios = &plan.scenarios;
    let there = |scenario: &str, name: &str| {
        let mut same = scenarios.iter().filter(|it| it.name == scenario);
        same.any(|it| it.peers.iter().any(|peer| peer == name))
    };
    plan.goals
        .retain(|goal| goal.peers().all(|name| there(&goal.scenario, name)));
    plan.charts
        .retain(|chart| there(&chart.scenario, &chart.against));
    plan.peers
        .retain(|peer| scenarios.iter().any(|it| it.peers.contains(&peer.name)));
    plan
}
