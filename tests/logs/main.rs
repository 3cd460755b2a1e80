//! What stands in the log: one program, since a log belongs to a process.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod capture;
mod paths;
mod secrets;
mod start;
