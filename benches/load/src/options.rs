use std::time::Duration;

use clap::{Args, Parser, Subcommand};

/// A load generator for STOMP servers. The last line of its output is the result as JSON. Of an option that is given
/// twice, the later counts.
#[derive(Clone, Debug, Parser)]
#[command(name = "stompframe-load", args_override_self = true)]
pub struct Options {
    /// What is done.
    #[command(subcommand)]
    pub scenario: Scenario,
}

/// What can be done to a server.
#[derive(Clone, Debug, Subcommand)]
#[non_exhaustive]
pub enum Scenario {
    /// Few publish, many receive all of it. Without --rate as fast as the server can.
    FanOut(FanOut),
    /// Many rooms with few members each; every publisher writes to one room after the other.
    Rooms(Rooms),
    /// Clients send requests, and each receives its own answers.
    Request(Request),
    /// Many connections with a subscription each, which hear of something now and then.
    Idle(Idle),
    /// How fast clients connect and subscribe.
    Connect(Connect),
    /// Fan-out at a fixed rate, while some subscribers do not read at all.
    Slow(Slow),
}

/// What all scenarios need to know.
#[derive(Args, Clone, Debug)]
pub struct Common {
    /// ws://host:port/path or tcp://host:port
    #[arg(long)]
    pub(crate) url: String,
    /// Bodies without STOMP; see the servers of `benches/compare`
    #[arg(long)]
    pub(crate) raw: bool,
    /// Where messages are sent to; `{n}` is the number of the topic
    #[arg(long, default_value = "/topic/load.{n}")]
    pub(crate) publish_to: String,
    /// Where they are received from
    #[arg(long, default_value = "/topic/load.{n}")]
    pub(crate) subscribe_to: String,
    /// For servers that ask who it is
    #[arg(long, default_value = "")]
    pub(crate) login: String,
    /// For servers that ask for a proof, too
    #[arg(long, default_value = "")]
    pub(crate) passcode: String,
    /// Bytes of a body; 128, for `slow` 6000, and at least 12
    #[arg(long)]
    pub(crate) size: Option<usize>,
    /// Asks for a RECEIPT of one of so many messages; 0 for none
    #[arg(long, default_value_t = 0)]
    pub(crate) receipt_every: u32,
    /// How long is measured
    #[arg(long, default_value_t = 2.0, value_parser = seconds)]
    pub(crate) seconds: f64,
    /// How long the same goes on before
    #[arg(long, default_value_t = 0.5, value_parser = seconds)]
    pub(crate) warm_up: f64,
    /// So many messages of each publisher, which is always the same work: those in flight are sent at once, and the next
    /// of them when everybody has received all. Nothing is warmed up, and --seconds is how long it may take
    #[arg(long)]
    pub(crate) messages: Option<usize>,
    /// The process whose CPU time and memory are looked at (Linux)
    #[arg(long)]
    pub(crate) server_pid: Option<u32>,
}

/// Few publish, many receive all of it.
#[derive(Args, Clone, Debug)]
pub struct FanOut {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Connections that subscribe
    #[arg(long, default_value_t = 100)]
    pub(crate) subscribers: usize,
    /// Topics; each subscriber has --each of them
    #[arg(long, default_value_t = 1)]
    pub(crate) topics: u32,
    /// Subscriptions of a connection; --topics is a multiple of it
    #[arg(long, default_value_t = 1)]
    pub(crate) each: u32,
    /// Connections that publish, to one topic after the other
    #[arg(long, default_value_t = 1)]
    pub(crate) publishers: usize,
    /// Messages of a publisher that not everybody has received yet
    #[arg(long, default_value_t = 64)]
    pub(crate) in_flight: usize,
    /// Messages a second of all publishers, sent when they are due whether or not the last arrived
    #[arg(long)]
    pub(crate) rate: Option<f64>,
    /// Every subscriber names its subscription differently
    #[arg(long)]
    pub(crate) distinct_ids: bool,
}

/// Many rooms with few members each.
#[derive(Args, Clone, Debug)]
pub struct Rooms {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Rooms
    #[arg(long, default_value_t = 100)]
    pub(crate) rooms: u32,
    /// Connections in each of them
    #[arg(long, default_value_t = 10)]
    pub(crate) members: usize,
    /// Connections that publish
    #[arg(long, default_value_t = 20)]
    pub(crate) publishers: usize,
    /// Messages of a publisher that not all members have received yet
    #[arg(long, default_value_t = 10)]
    pub(crate) in_flight: usize,
}

/// Clients send requests, and each receives its own answers.
#[derive(Args, Clone, Debug)]
pub struct Request {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Connections
    #[arg(long, default_value_t = 50)]
    pub(crate) clients: usize,
    /// Requests of a client that are not answered yet
    #[arg(long, default_value_t = 1)]
    pub(crate) in_flight: usize,
}

/// Many connections that hear of something now and then.
#[derive(Args, Clone, Debug)]
pub struct Idle {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Connections
    #[arg(long, default_value_t = 5000)]
    pub(crate) connections: usize,
    /// Messages to all of them before memory is looked at
    #[arg(long, default_value_t = 3)]
    pub(crate) broadcasts: u32,
}

/// How fast clients connect and subscribe.
#[derive(Args, Clone, Debug)]
pub struct Connect {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Connections
    #[arg(long, default_value_t = 2000)]
    pub(crate) connections: usize,
    /// How many of them are under way at a time
    #[arg(long, default_value_t = 64)]
    pub(crate) at_a_time: usize,
}

/// Fan-out while some subscribers do not read at all.
#[derive(Args, Clone, Debug)]
pub struct Slow {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Connections that read
    #[arg(long, default_value_t = 9)]
    pub(crate) subscribers: usize,
    /// Connections that do not, once they have subscribed
    #[arg(long, default_value_t = 1)]
    pub(crate) stalled: usize,
    /// Messages a second
    #[arg(long, default_value_t = 800.0)]
    pub(crate) rate: f64,
}

/// A length of time that makes sense.
fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse().map_err(|_| "no number".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(length) if length <= Duration::from_secs(3600) => Ok(seconds),
        _ => Err("0 to 3600 seconds".to_owned()),
    }
}
