//! How many instructions a delivery takes in user space: a figure that does not depend on how busy the machine is.
//! `gate.toml` says what is counted, and how many it may be.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::machine::rustc;
use crate::plan::{Peer, Scenario};
use crate::process::{Pins, Server};

/// How much more than the budget it may be, and how much less until somebody should hear of it.
const SLACK: f64 = 0.1;

/// How long a run under callgrind may take, in seconds.
const PATIENCE: f64 = 120.0;

/// What is counted.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// The compiler that the budgets were measured with.
    pub rustc: String,
    /// One for each way.
    #[serde(rename = "budget")]
    pub budgets: Vec<Budget>,
}

/// What a delivery may cost in a scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// One word.
    pub name: String,
    /// What is counted, for people.
    pub title: String,
    /// The load generator's arguments.
    pub run: Vec<String>,
    /// How many messages each publisher sends, once and then once more.
    pub messages: [u32; 2],
    /// For each delivery.
    pub instructions: f64,
}

/// How a figure stands to its budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Standing {
    /// It is much less, so the budget allows for more than it should.
    Below,
    /// It is what it was, or nearly.
    Within,
    /// It is more than may be.
    Beyond,
}

/// What a run came to.
struct Count {
    instructions: u64,
    deliveries: u64,
}

impl Gate {
    /// Reads `gate.toml`.
    ///
    /// # Errors
    ///
    /// When there is no such file, or what it says makes no sense.
    pub fn read(path: &Path) -> io::Result<Self> {
        toml::from_str(&fs::read_to_string(path)?)
            .map_err(|error| io::Error::other(format!("{}: {error}", path.display())))
    }

    /// Writes what was measured into `gate.toml`, in the order of its budgets, and leaves all else in it as it is.
    ///
    /// # Errors
    ///
    /// When it cannot be read or written.
    pub fn write(path: &Path, figures: &[f64]) -> io::Result<()> {
        let text = rewritten(&fs::read_to_string(path)?, &rustc(), figures);
        fs::write(path, text)
    }
}

impl Budget {
    /// Counts. Both runs go to a server of their own.
    ///
    /// # Errors
    ///
    /// When there is no valgrind, a run fails, or something of it is lost.
    pub fn measure(&self, workspace: &Path) -> io::Result<f64> {
        let [few, many] = self.messages;
        let (few, many) = (self.count(few, workspace)?, self.count(many, workspace)?);
        let instructions = many.instructions.checked_sub(few.instructions);
        let deliveries = many.deliveries.checked_sub(few.deliveries);
        match (instructions, deliveries) {
            (Some(instructions), Some(deliveries @ 1..)) => {
                Ok(instructions as f64 / deliveries as f64)
            }
            _ => Err(io::Error::other(format!("{} took too long", self.name))),
        }
    }

    fn count(&self, messages: u32, workspace: &Path) -> io::Result<Count> {
        let log = log(workspace, &self.name);
        let callgrind = [
            // As many threads as in the comparison, however many cores there are.
            "env",
            "TOKIO_WORKER_THREADS=1",
            "valgrind",
            "--tool=callgrind",
            "--callgrind-out-file=/dev/null",
            &format!("--log-file={}", log.display()),
            "{bin}/peer",
            "stompframe",
            "{port}",
        ];
        let peer = Peer {
            command: callgrind.map(str::to_owned).to_vec(),
            url: "ws://127.0.0.1:{port}/ws".to_owned(),
            ..Peer::default()
        };
        let mut run = self.run.clone();
        run.extend(["--messages".to_owned(), messages.to_string()]);
        let scenario = Scenario::of(&self.name, run);
        let server = Server::start(&peer, Pins::NONE, workspace)?;
        let report = server.load(&peer, &scenario, Pins::NONE, PATIENCE)?;
        server.end()?;
        if !report.is_complete() {
            return Err(io::Error::other(format!("{}:\n{report}", self.name)));
        }
        Ok(Count {
            instructions: collected(&fs::read_to_string(&log)?)
                .ok_or_else(|| io::Error::other(format!("no count in {}", log.display())))?,
            deliveries: report.deliveries,
        })
    }

    /// How this figure stands to it.
    #[must_use]
    pub fn standing(&self, figure: f64) -> Standing {
        match figure / self.instructions {
            ratio if ratio > 1.0 + SLACK => Standing::Beyond,
            ratio if ratio < 1.0 - SLACK => Standing::Below,
            _ => Standing::Within,
        }
    }
}

fn log(workspace: &Path, name: &str) -> PathBuf {
    workspace.join(format!("target/gate-{name}.log"))
}

/// The sum at the end of what callgrind says.
fn collected(log: &str) -> Option<u64> {
    let line = log.lines().rfind(|line| line.contains("Collected :"))?;
    line.rsplit(' ').next()?.parse().ok()
}

fn rewritten(text: &str, rustc: &str, figures: &[f64]) -> String {
    let mut figures = figures.iter();
    let line = |line: &str| {
        let line = if line.starts_with("rustc = ") {
            format!("rustc = \"{rustc}\"")
        } else if line.starts_with("instructions = ")
            && let Some(figure) = figures.next()
        {
            format!("instructions = {figure:.0}")
        } else {
            line.to_owned()
        };
        line + "\n"
    };
    text.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budgets_are_sound() {
        let gate: Gate = toml::from_str(include_str!("../gate.toml")).unwrap();
        for budget in &gate.budgets {
            let [few, many] = budget.messages;
            assert!(few < many, "{}", budget.name);
            assert!(budget.instructions > 0.0, "{}", budget.name);
        }
    }

    #[test]
    fn a_budget_has_some_slack_and_can_be_too_large() {
        let text = include_str!("../gate.toml");
        let budget = Budget {
            instructions: 1000.0,
            ..toml::from_str::<Gate>(text).unwrap().budgets.remove(0)
        };
        let standings = [890.0, 950.0, 1090.0, 1110.0].map(|figure| budget.standing(figure));
        use Standing::{Below, Beyond, Within};
        assert_eq!(standings, [Below, Within, Within, Beyond]);
    }

    #[test]
    fn a_count_is_read_and_written() {
        let log = "==1== Events    : Ir\n==1== Collected : 1234\n==1== \n";
        assert_eq!(collected(log), Some(1234));
        assert_eq!(collected("==1== killed"), None);
        let text = "# instructions\nrustc = \"\"\n\ninstructions = 0\ninstructions = 5\n";
        let new = "# instructions\nrustc = \"r\"\n\ninstructions = 13\ninstructions = 7\n";
        assert_eq!(rewritten(text, "r", &[12.7, 7.0]), new);
    }
}
