//! Runs one scenario, and prints the result as a table and, on the last line, as JSON.

use std::process::ExitCode;

use clap::Parser as _;
use stompframe_load::{Options, run};

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(report) => {
            println!("{report}{}", report.to_json());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
