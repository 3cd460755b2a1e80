//! Runs the comparison, and writes what came of it to `target/performance.json` and `target/performance.md`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use stompframe_compare::comparison::{Comparison, Settings};
use stompframe_compare::markdown;
use stompframe_compare::plan::Plan;

/// Sets stompframe against other servers. Servers and load generator have a core each, so there have to be two.
#[derive(Parser)]
struct Options {
    /// How often each peer has its turn
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How long each turn is measured
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
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
    /// Runs nothing, and makes docs/performance.md of the last run's target/performance.json
    #[arg(long)]
    docs: bool,
}

fn main() -> ExitCode {
    match compare(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn compare(options: &Options) -> io::Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = here.ancestors().nth(2).unwrap_or(here);
    let json = workspace.join("target/performance.json");
    if options.docs {
        let comparison: Comparison = serde_json::from_str(&fs::read_to_string(json)?)?;
        return fs::write(
            workspace.join("docs/performance.md"),
            markdown::document(&comparison),
        );
    }
    siblings()?;
    let plan = narrowed(Plan::read(&here.join("plan.toml"))?, options);
    let settings = Settings {
        rounds: options.rounds,
        seconds: options.seconds,
        server_core: options.server_core,
        generator_core: options.generator_core,
    };
    let comparison = Comparison::run(&plan, &settings, workspace)?;
    fs::write(json, serde_json::to_string_pretty(&comparison)?)?;
    let text = markdown::document(&comparison);
    fs::write(workspace.join("target/performance.md"), &text)?;
    print!("{text}");
    Ok(())
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
    // What nobody asks for need not be prepared.
    let scenarios = &plan.scenarios;
    plan.peers
        .retain(|peer| scenarios.iter().any(|it| it.peers.contains(&peer.name)));
    plan
}
