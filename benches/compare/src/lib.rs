//! Sets stompframe against other servers, in one run on one machine.
//!
//! What is compared stands in `plan.toml`: peers, which are servers, and scenarios, which are calls of the load
//! generator. A server that is not written in Rust is one more entry there.
//!
//! | Module | What it does |
//! |---|---|
//! | `peers` | the servers that are written here, stompframe's among them |
//! | `plan` | what is compared: reads `plan.toml` |
//! | `process` | a server and a generator as processes, each on its core |
//! | `machine` | what the run ran on |
//! | `comparison` | the rounds, and their medians and ratios |
//! | `markdown` | the same as tables |

pub mod comparison;
mod machine;
pub mod markdown;
pub mod peers;
pub mod plan;
mod process;
