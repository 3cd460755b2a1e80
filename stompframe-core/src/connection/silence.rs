use std::time::Duration;

use tokio::time::Instant;

use super::limits::Limits;
use crate::error::ErrorCode;
use crate::stomp::Agreed;

/// How much later than promised a heart-beat of the client may at least come (STOMP 1.2,
/// Heart-beating: "timing inaccuracies" have to be taken into account).
const HEART_BEAT_MARGIN: Duration = Duration::from_secs(5);

/// How long the client may say nothing.
///
/// Its silence counts only while we listen: a handler that takes its time, during which nothing is
/// read, must not be held against the client.
pub(super) struct Silence<'a> {
    limits: &'a Limits,
    /// Whether the transport can ask for a sign of life.
    pings: bool,
    connect_by: Instant,
    since: Instant,
    asked: bool,
    /// Since when a frame arrives that is not complete.
    unfinished: Option<Instant>,
}

/// What to do about a silence that was too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TooLong {
    /// The client broke a promise, and is told so.
    Fail(ErrorCode),
    /// The transport is to ask for a sign of life.
    Ask,
    /// Nobody is there.
    Gone,
}

impl<'a> Silence<'a> {
    pub(super) fn new(limits: &'a Limits, pings: bool, connect_by: Instant) -> Self {
        Self {
            limits,
            pings,
            connect_by,
            since: Instant::now(),
            asked: false,
            unfinished: None,
        }
    }

    /// Until when it may last, and what follows. A frame that arrives drop by drop is no silence, but
    /// has an end, too.
    pub(super) fn until(&self, agreed: Option<Agreed>) -> Option<(Instant, TooLong)> {
        let Some(agreed) = agreed else {
            let fail = TooLong::Fail(ErrorCode::ConnectTimeout);
            return Some((self.connect_by, fail));
        };
        let silence = match agreed.client_sends {
            Some(every) => Some((
                (every * 2).max(every + HEART_BEAT_MARGIN),
                TooLong::Fail(ErrorCode::HeartBeatTimeout),
            )),
            None if !self.pings => None,
            None if self.asked => Some((self.limits.pong_timeout, TooLong::Gone)),
            None => Some((self.limits.ping_interval, TooLong::Ask)),
        };
        let silence = silence.map(|(patience, then)| (self.since + patience, then));
        let unfinished = self.unfinished.map(|since| {
            let fail = TooLong::Fail(ErrorCode::FrameTimeout);
            (since + self.limits.frame_timeout, fail)
        });
        silence
            .into_iter()
            .chain(unfinished)
            .min_by_key(|(until, _)| *until)
    }

    /// A frame is complete.
    pub(super) fn frame_ended(&mut self) {
        self.unfinished = None;
    }

    /// What has come so far ends in the middle of a frame.
    pub(super) fn frame_is_open(&mut self) {
        self.unfinished.get_or_insert_with(Instant::now);
    }

    /// We have heard something, and listen again.
    pub(super) fn broken(&mut self, now: Instant) {
        self.since = now;
        self.asked = false;
    }

    /// The transport has heard something that is no data. That the client's machine lives does not
    /// mean that the client does: where heart-beats were agreed upon, only they count.
    pub(super) fn broken_by_the_transport(&mut self, agreed: Option<Agreed>) {
        if agreed.is_some_and(|agreed| agreed.client_sends.is_none()) {
            self.broken(Instant::now());
        }
    }

    /// The client is asked for a sign of life.
    pub(super) fn asked(&mut self) {
        self.since = Instant::now();
        self.asked = true;
    }
}
