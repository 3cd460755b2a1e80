//! A load generator for STOMP servers, over WebSocket and TCP. It also speaks a raw protocol without STOMP, for
//! servers that show what a machine can do at best.
//!
//! One thread, one `epoll`, one read for each arrival, no copy of what arrives, so that one core of generator can
//! drive one core of server. Every message that a subscriber is to receive is accounted for: what is lost,
//! duplicated, reordered or sent to the wrong subscription is counted, not guessed.
//!
//! | Module | What it does |
//! |---|---|
//! | `options` | the command line |
//! | `plan` | what a scenario comes to: who connects, who publishes what, and how fast |
//! | `run` | the phases of a run: open, reach everybody, warm up, measure, drain |
//! | `swarm` | the connections and the loop over their events |
//! | `connection` | one connection: opening it, reading and writing |
//! | `wire` | WebSocket, STOMP and the raw protocol, as bytes |
//! | `publisher` | when a message is due, and what has become of it |
//! | `score` | what arrives, held against what was sent |
//! | `server` | CPU time and memory of the server's process |
//! | `report` | the result, as JSON and as a table |

mod connection;
mod options;
mod plan;
mod publisher;
mod report;
mod run;
mod score;
mod server;
mod swarm;
mod wire;

pub use self::options::{Common, Connect, FanOut, Idle, Options, Request, Rooms, Scenario, Slow};
pub use self::report::{Generator, Latency, Report, Server, Stalled};
pub use self::run::run;
