//! The client against servers: this framework's own, and brokers of other people, which
//! `tests/brokers/run` starts.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod losing;
mod scripted;
mod server;
mod talking;
mod transactions;
mod transports;
