//! The figures of a run that are compared.

use serde::{Deserialize, Serialize};
use stompframe_load::Report;

/// A figure of a run.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Metric {
    /// Deliveries in a second.
    Deliveries,
    /// The server's CPU time for each delivery, in microseconds.
    Cpu,
    /// How much of its core the server took, in percent.
    Share,
    /// The latency that half of the deliveries have at most, in microseconds.
    P50,
    /// The latency that 99 % of them have at most, in microseconds.
    P99,
    /// What the server's resident memory grew by, for each connection, in bytes.
    Memory,
    /// The most that it grew by at any time, in bytes.
    Peak,
    /// Connections that were opened and subscribed in a second.
    Connects,
}

impl Metric {
    /// What it is called in a table.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Deliveries => "deliveries/s",
            Self::Cpu => "CPU for each delivery",
            Self::Share => "share of the core",
            Self::P50 => "p50",
            Self::P99 => "p99",
            Self::Memory => "memory for each connection",
            Self::Peak => "memory at most",
            Self::Connects => "connects/s",
        }
    }

    /// Whether more of it is better.
    #[must_use]
    pub const fn more_is_better(self) -> bool {
        matches!(self, Self::Deliveries | Self::Connects)
    }

    /// Whether it is a number of bytes.
    #[must_use]
    pub const fn is_bytes(self) -> bool {
        matches!(self, Self::Memory | Self::Peak)
    }

    /// The figure of this run, if it has one.
    #[must_use]
    pub fn of(self, report: &Report) -> Option<f64> {
        match self {
            Self::Deliveries => Some(report.deliveries_per_second),
            Self::Cpu => report.server.and_then(|server| server.cpu_us_per_delivery),
            Self::Share => report.server.map(|server| 100.0 * server.cpu),
            Self::P50 => report.latency.map(|latency| latency.p50),
            Self::P99 => report.latency.map(|latency| latency.p99),
            Self::Memory => report.server.map(|server| server.bytes_per_connection),
            Self::Peak => {
                let server = report.server?;
                Some(server.memory_peak.saturating_sub(server.memory_before) as f64)
            }
            Self::Connects => report.connects_per_second,
        }
    }
}
