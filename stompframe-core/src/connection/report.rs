//! The report of the limits: what holds, and what it comes to.

use std::fmt;
use std::time::Duration;

use super::limits::Limits;
use crate::session::{PLACE, Rate, STEP};

/// What a frame in the outbound queue costs besides its bytes.
const FRAME: u64 = PLACE as u64;

/// What a subscription costs, and a queue: ids and destinations at their longest, and the places in
/// the tables of the session and of the broker.
const SUBSCRIPTION: u64 = 2048;

/// The buffers of a WebSocket, which has the largest, the task of the connection, and its session.
const CONNECTION: u64 = 64 * 1024;

/// How many times the largest frame may be there on its way in: one request of SockJS may bring eight,
/// and wait behind an unfinished one; a message of a WebSocket brings two.
const INBOUND: u64 = 10;

impl Limits {
    /// How much memory one client can make the server hold at most, in bytes, by filling everything
    /// that it can fill. An idle connection costs a small part of it.
    ///
    /// What is the application's own is not in it: the state of handlers and streams, and frames of
    /// the application's making that are larger than the outbound queue.
    #[must_use]
    pub const fn max_memory_per_session(&self) -> u64 {
        self.outbound().saturating_add(self.but_outbound())
    }

    /// What the outbound queue of a session comes to.
    const fn outbound(&self) -> u64 {
        (self.outbox.max_bytes as u64)
            .saturating_add((self.outbox.max_frames as u64).saturating_mul(FRAME))
    }

    /// What else a session comes to.
    const fn but_outbound(&self) -> u64 {
        let inbound = (self.frame.max_frame as u64).saturating_mul(INBOUND);
        let subscriptions = (self.max_subscriptions as u64).saturating_mul(SUBSCRIPTION);
        inbound
            .saturating_add(subscriptions)
            .saturating_add(self.transactions.max_bytes as u64)
            .saturating_add(CONNECTION)
    }

    /// What all outbound queues come to.
    const fn all_outbound(&self) -> u64 {
        let sessions = self.max_sessions as u64;
        let each = sessions.saturating_mul(self.outbound());
        let together =
            (self.max_backlog as u64).saturating_add(sessions.saturating_mul(STEP as u64));
        if each < together { each } else { together }
    }

    /// How much memory all clients together can make the server hold at most, in bytes. An
    /// application that has less of it lowers [`max_sessions`](Self::max_sessions) or what a
    /// session may hold.
    #[must_use]
    pub const fn max_memory(&self) -> u64 {
        let queues = (self.broker.max_queues as u64).saturating_mul(SUBSCRIPTION);
        (self.max_sessions as u64)
            .saturating_mul(self.but_outbound())
            .saturating_add(self.all_outbound())
            .saturating_add(self.broker.max_queued_bytes as u64)
            .saturating_add(queues)
    }
}

/// One limit on a line, with its unit, and the memory that clients can take at most.
impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whole, so that a new limit is not forgotten here.
        let Self {
            frame,
            outbox,
            max_backlog,
            rates,
            broker,
            transactions,
            max_before_connect,
            max_sessions,
            max_connecting,
            max_sessions_per_address,
            max_connecting_per_address,
            max_authenticating,
            max_sessions_per_user,
            max_subscriptions,
            max_streams,
            connect_timeout,
            frame_timeout,
            ping_interval,
            pong_timeout,
            expiry_warning,
            handler_timeout,
            send_timeout,
            close_timeout,
            shutdown_spread,
        } = *self;
        let lines = [
            ("frame", bytes(frame.max_frame)),
            ("head of a frame", bytes(frame.max_head)),
            ("header line", bytes(frame.max_header_line)),
            ("headers of a frame", count(frame.max_headers)),
            ("destination", bytes(Self::MAX_DESTINATION)),
            ("segments of a destination", count(Self::MAX_SEGMENTS)),
            ("id of a subscription", bytes(Self::MAX_ID)),
            ("id of a receipt", bytes(Self::MAX_RECEIPT)),
            ("sent before CONNECT is complete", bytes(max_before_connect)),
            ("time until CONNECT is complete", time(connect_timeout)),
            ("connections", count(max_sessions)),
            ("connections without CONNECT", count(max_connecting)),
            (
                "connections of an address",
                max_sessions_per_address.map_or_else(|| "no limit".to_owned(), count),
            ),
            (
                "of these without CONNECT, unless it is private",
                count(max_connecting_per_address),
            ),
            (
                "clients that are being authenticated",
                count(max_authenticating),
            ),
            ("sessions of a user", count(max_sessions_per_user)),
            ("subscriptions of a session", count(max_subscriptions)),
            ("streams of a session", count(max_streams)),
            ("frames of a session", often(rates.session_frames)),
            ("bytes of a session", often(rates.session_bytes)),
            ("frames of a user", often(rates.user_frames)),
            ("bytes of a user", often(rates.user_bytes)),
            ("signs of life of a session", often(rates.signs_of_life)),
            ("outbound queue of a session", bytes(outbox.max_bytes)),
            ("frames in that queue", count(outbox.max_frames)),
            ("all outbound queues", bytes(max_backlog)),
            ("transactions of a session", count(transactions.max_open)),
            ("frames of a transaction", count(transactions.max_frames)),
            (
                "held by a session's transactions",
                bytes(transactions.max_bytes),
            ),
            (
                "wildcard subscriptions of a session",
                count(broker.max_wildcard_subscriptions),
            ),
            (
                "unacknowledged by a subscription",
                count(broker.max_unacknowledged),
            ),
            ("queues", count(broker.max_queues)),
            ("messages in a queue", count(broker.max_queue_messages)),
            ("waiting in a queue", bytes(broker.max_queue_bytes)),
            ("held by all queues", bytes(broker.max_queued_bytes)),
            ("time in a queue", time(broker.max_queue_age)),
            (
                "deliveries of a message",
                count(usize::try_from(broker.max_deliveries).unwrap_or(usize::MAX)),
            ),
            ("time until a frame is complete", time(frame_timeout)),
            ("silence until a ping", time(ping_interval)),
            ("time for the pong", time(pong_timeout)),
            ("warning before credentials expire", time(expiry_warning)),
            ("time for a handler", time(handler_timeout)),
            ("time for a write", time(send_timeout)),
            ("time for the close", time(close_timeout)),
            ("spread of the ends in a shutdown", time(shutdown_spread)),
        ];
        for (name, limit) in lines {
            writeln!(f, "{name}: {limit}")?;
        }
        write!(
            f,
            "memory that clients can take at most: {} bytes of outbound queues \
             + {max_sessions} connections x ({INBOUND} x {} bytes of frame \
             + {max_subscriptions} subscriptions x {SUBSCRIPTION} bytes \
             + {} bytes of transactions + {CONNECTION} bytes) \
             + {} bytes of queues + {} queues x {SUBSCRIPTION} bytes = {} MiB",
            self.all_outbound(),
            frame.max_frame,
            transactions.max_bytes,
            broker.max_queued_bytes,
            broker.max_queues,
            self.max_memory().div_ceil(1024 * 1024),
        )
    }
}

fn bytes(bytes: usize) -> String {
    format!("{bytes} bytes")
}

fn count(count: usize) -> String {
    count.to_string()
}

fn often(rate: Option<Rate>) -> String {
    match rate {
        Some(rate) => format!("{} in a second, {} at once", rate.per_second, rate.burst),
        None => "no limit".to_owned(),
    }
}

fn time(time: Duration) -> String {
    format!("{time:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_names_every_limit_with_its_unit_and_computes_the_memory() {
        let mut limits = Limits {
            max_sessions: 3,
            max_subscriptions: 10,
            ..Limits::default()
        };
        limits.frame.max_frame = 1_000;
        limits.outbox.max_bytes = 20_000;
        limits.outbox.max_frames = 100;
        limits.transactions.max_bytes = 5_000;
        limits.broker.max_queued_bytes = 7_000;
        limits.broker.max_queues = 2;
        let session = 20_000 + 100 * 160 + 10 * 1_000 + 10 * 2_048 + 5_000 + 64 * 1_024;
        assert_eq!(limits.max_memory_per_session(), session);
        assert_eq!(limits.max_memory(), 3 * session + 7_000 + 2 * 2_048);
        limits.max_backlog = 10_000;
        let queues = 3 * (20_000 + 100 * 160) - (10_000 + 3 * 64 * 160);
        assert_eq!(
            limits.max_memory(),
            3 * session - queues + 7_000 + 2 * 2_048
        );
        limits.max_backlog = usize::MAX;

        let report = limits.to_string();
        for line in [
            "frame: 1000 bytes",
            "headers of a frame: 64",
            "destination: 255 bytes",
            "sent before CONNECT is complete: 16384 bytes",
            "time until CONNECT is complete: 10s",
            "connections: 3",
            "connections without CONNECT: 1000",
            "silence until a ping: 30s",
            "spread of the ends in a shutdown: 5s",
            "frames of a session: 10000 in a second, 20000 at once",
        ] {
            assert!(
                report.lines().any(|other| other == line),
                "{line}\n{report}"
            );
        }
        let last = report.lines().last().unwrap();
        assert!(last.ends_with(" = 1 MiB"), "{last}");
    }

    #[test]
    fn what_holds_unless_told_otherwise_comes_to_19_gib() {
        let gib = Limits::default().max_memory() >> 30;
        assert_eq!(gib, 19, "{}", Limits::default());
    }

    #[test]
    fn limits_that_are_none_do_not_overflow() {
        let mut limits = Limits {
            max_sessions: usize::MAX,
            ..Limits::default()
        };
        limits.outbox.max_bytes = usize::MAX;
        limits.max_backlog = usize::MAX;
        assert_eq!(limits.max_memory(), u64::MAX);
    }
}
