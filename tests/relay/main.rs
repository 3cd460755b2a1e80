//! Applications on a broker of its own: this framework's broker example of it over TCP, `RabbitMQ` and
//! `ActiveMQ`, which `tests/brokers/run` starts.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod delivering;
mod faults;
mod losing;
mod nodes;
mod refusing;
mod sessions;
mod upstream;
