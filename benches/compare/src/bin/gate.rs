//! Holds the budgets of `gate.toml`, or with `--write` measures them anew.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use stompframe_compare::gate::{Gate, Standing};

/// Counts the server's instructions under callgrind and fails where they are more than their budget.
#[derive(Parser)]
struct Options {
    /// Makes what is measured the budgets
    #[arg(long)]
    write: bool,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Says whether all budgets are held.
fn run(options: &Options) -> io::Result<bool> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = here.ancestors().nth(2).unwrap_or(here);
    let path = here.join("gate.toml");
    if cfg!(debug_assertions) {
        return Err(io::Error::other(
            "build it as it is used: cargo build --release -p stompframe-load -p stompframe-compare",
        ));
    }
    let gate = Gate::read(&path)?;
    println!("instructions in user space:");
    let mut figures = Vec::new();
    let mut held = true;
    for budget in &gate.budgets {
        let figure = budget.measure(workspace)?;
        let standing = budget.standing(figure);
        println!(
            "{figure:>8.0} of {:>6.0}  {}{}",
            budget.instructions,
            budget.title,
            remark(standing)
        );
        held &= standing != Standing::Beyond;
        figures.push(figure);
    }
    if options.write {
        Gate::write(&path, &figures)?;
        return Ok(true);
    }
    if !held {
        println!("The budgets were measured with {}.", gate.rustc);
    }
    Ok(held)
}

const fn remark(standing: Standing) -> &'static str {
    match standing {
        Standing::Beyond => ": TOO MANY",
        Standing::Below => ": far fewer, which --write would hold",
        _ => "",
    }
}
