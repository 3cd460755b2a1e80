//! Sets stompframe against other servers, in one run on one machine.
//!
//! What is compared stands in `plan.toml`: peers, which are servers, scenarios, which are calls of the load generator,
//! and goals, which say what is to come of it. A server that is not written in Rust is one more entry there, and a
//! folder in `peers/` that installs and starts it.
//!
//! | Module | What it does |
//! |---|---|
//! | `peers` | the servers that are written here, stompframe's among them |
//! | `plan` | what is compared: reads `plan.toml` |
//! | `metric` | the figures of a run |
//! | `process` | a server and a generator as processes, each on its core |
//! | `machine` | what the run ran on |
//! | `comparison` | the rounds, in which all take turns |
//! | `outcome` | what came of a scenario, and how its figures stand to each other |
//! | `spread` | medians, and how far figures lie apart |
//! | `goal` | what is to come of it, and whether it did |
//! | `markdown` | the same as tables |
//! | `chart` | the same as a picture |
//! | `gate` | how many instructions a delivery takes, which `gate.toml` bounds |

pub mod chart;
pub mod comparison;
pub mod gate;
pub mod goal;
mod machine;
pub mod markdown;
pub mod metric;
mod outcome;
pub mod peers;
pub mod plan;
pub mod process;
mod spread;
