//! Applications on a broker of its own: this framework's broker in memory over TCP, `RabbitMQ`, `ActiveMQ`
//! and `ActiveMQ` Artemis, which `tests/brokers/run` starts.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod delivering;
mod durable;
mod faults;
mod losing;
mod nodes;
mod refusing;
mod scripted;
mod sessions;
mod transactions;
mod upstream;
