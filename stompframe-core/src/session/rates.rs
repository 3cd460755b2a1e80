//! How much a client may send in a while.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How often something may happen: so many times in a second, and as many at once as
/// [`burst`](Self::burst) says.
///
/// ```
/// use stompframe_core::session::Rate;
///
/// let rate = Rate::per_second(5).with_burst(20);
/// assert_eq!((rate.per_second, rate.burst), (5, 20));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rate {
    /// How many times in a second, over a while; none counts as one.
    pub per_second: u64,
    /// How many times at once, after a while of silence.
    pub burst: u64,
}

impl Rate {
    /// So many times in a second, and twice as many at once.
    #[must_use]
    pub const fn per_second(per_second: u64) -> Self {
        Self {
            per_second,
            burst: per_second.saturating_mul(2),
        }
    }

    /// As many at once.
    #[must_use]
    pub const fn with_burst(mut self, burst: u64) -> Self {
        self.burst = burst;
        self
    }

    const fn at_least_one(self) -> u64 {
        match self.per_second {
            0 => 1,
            per_second => per_second,
        }
    }

    /// Whether more than a burst takes so long. To multiply is done sooner than to divide, and this is asked for
    /// whatever comes.
    const fn is_exceeded_by(self, time: Duration) -> bool {
        let allowed = self.burst as u128 * 1_000_000_000;
        time.as_nanos().saturating_mul(self.at_least_one() as u128) > allowed
    }

    /// How long it takes until so many may happen again.
    fn time_of(self, count: u64) -> Duration {
        let nanoseconds = u128::from(count) * 1_000_000_000 / u128::from(self.at_least_one());
        Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
    }
}

/// How much clients may send in a while. No limit is `None`.
///
/// Whoever sends more is not read for as long as it takes, which loses nothing: a client that waits for
/// its socket is held up, and so is one that is many sessions of one user. Only signs of life are
/// counted out: nothing waits for them.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RateLimits {
    /// The frames of one session; 10,000 in a second, and 20,000 at once, unless told otherwise. An
    /// application for people does with 200.
    pub session_frames: Option<Rate>,
    /// The bytes of one session; 16 MiB in a second, and 32 MiB at once, unless told otherwise.
    pub session_bytes: Option<Rate>,
    /// The frames of all sessions of one user; 40,000 in a second, and 80,000 at once, unless told
    /// otherwise. Those who are anonymous have that of their session alone.
    pub user_frames: Option<Rate>,
    /// The bytes of all sessions of one user; 64 MiB in a second, and 128 MiB at once, unless told
    /// otherwise.
    pub user_bytes: Option<Rate>,
    /// Signs of life without a frame, of one session: heart-beats, pings and pongs; 20 in a second, and
    /// 100 at once, unless told otherwise. Beyond: ERROR `rate-exceeded`.
    pub signs_of_life: Option<Rate>,
}

impl RateLimits {
    /// No limits, for clients that are trusted, such as backends of one's own.
    pub const NONE: Self = Self {
        session_frames: None,
        session_bytes: None,
        user_frames: None,
        user_bytes: None,
        signs_of_life: None,
    };
}

const MIB: u64 = 1024 * 1024;

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            session_frames: Some(Rate::per_second(10_000)),
            session_bytes: Some(Rate::per_second(16 * MIB)),
            user_frames: Some(Rate::per_second(40_000)),
            user_bytes: Some(Rate::per_second(64 * MIB)),
            signs_of_life: Some(Rate::per_second(20).with_burst(100)),
        }
    }
}

/// What has been used of a rate: when all of it will be free again (GCRA, as switches of ATM count
/// their cells). The clock is tokio's.
#[derive(Debug, Default)]
pub(crate) struct Bucket(Option<Instant>);

impl Bucket {
    /// Uses so much, there or not. Says until when to wait where it was not.
    pub(crate) fn take(&mut self, rate: Rate, count: u64, now: Instant) -> Option<Instant> {
        let full = self.full(now).checked_add(rate.time_of(count))?;
        self.0 = Some(full);
        if !rate.is_exceeded_by(full - now) {
            return None;
        }
        full.checked_sub(rate.time_of(rate.burst))
            .filter(|until| *until > now)
    }

    /// Uses one, if it is there; says how long it takes until it is otherwise.
    pub(crate) fn try_take(&mut self, rate: Rate, now: Instant) -> Result<(), Duration> {
        let full = self.full(now) + rate.time_of(1);
        let wait = (full - now).saturating_sub(rate.time_of(rate.burst.max(1)));
        if wait.is_zero() {
            self.0 = Some(full);
            return Ok(());
        }
        Err(wait)
    }

    fn full(&self, now: Instant) -> Instant {
        self.0.map_or(now, |full| full.max(now))
    }
}

/// What somebody has used: the sessions of a user together, or one session by itself.
#[derive(Debug, Default)]
pub(crate) struct Used(Mutex<Buckets>);

#[derive(Debug, Default)]
struct Buckets {
    frames: Bucket,
    bytes: Bucket,
    /// Of the limits for destinations, in their order; those behind were never used.
    destinations: Vec<Bucket>,
}

impl Buckets {
    fn take(
        &mut self,
        (frame_rate, byte_rate): (Option<Rate>, Option<Rate>),
        (frames, bytes): (u64, u64),
        now: Instant,
    ) -> Option<Instant> {
        let frames = frame_rate.and_then(|rate| self.frames.take(rate, frames, now));
        let bytes = byte_rate.and_then(|rate| self.bytes.take(rate, bytes, now));
        frames.max(bytes)
    }
}

impl Used {
    /// Uses so many frames and bytes. Says until when to wait where there is no more.
    pub(crate) fn take(
        &self,
        (frame_rate, byte_rate): (Option<Rate>, Option<Rate>),
        (frames, bytes): (u64, u64),
        now: Instant,
    ) -> Option<Instant> {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        used.take((frame_rate, byte_rate), (frames, bytes), now)
    }

    /// As [`take`](Self::take), for whom it belongs to alone.
    pub(crate) fn take_alone(
        &mut self,
        rates: (Option<Rate>, Option<Rate>),
        amounts: (u64, u64),
        now: Instant,
    ) -> Option<Instant> {
        let used = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        used.take(rates, amounts, now)
    }

    /// Uses one of the limit for destinations that has this place; says how long it takes until there is
    /// one otherwise.
    pub(crate) fn try_send(&self, place: usize, rate: Rate, now: Instant) -> Result<(), Duration> {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if used.destinations.len() <= place {
            used.destinations.resize_with(place + 1, Bucket::default);
        }
        used.destinations[place].try_take(rate, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(milliseconds: u64, start: Instant) -> Instant {
        start + Duration::from_millis(milliseconds)
    }

    #[test]
    fn a_burst_passes_and_then_the_rate_holds() {
        let (rate, start) = (Rate::per_second(10).with_burst(3), Instant::now());
        let mut bucket = Bucket::default();
        for _ in 0..3 {
            assert_eq!(bucket.try_take(rate, start), Ok(()));
        }
        let wait = Duration::from_millis(100);
        assert_eq!(bucket.try_take(rate, start), Err(wait));
        assert_eq!(
            bucket.try_take(rate, after(99, start)),
            Err(wait - Duration::from_millis(99))
        );
        assert_eq!(bucket.try_take(rate, after(100, start)), Ok(()));
        assert!(bucket.try_take(rate, after(100, start)).is_err());
        // What is not used is kept up to the burst, and no further.
        for _ in 0..3 {
            assert_eq!(bucket.try_take(rate, after(60_000, start)), Ok(()));
        }
        assert!(bucket.try_take(rate, after(60_000, start)).is_err());
    }

    #[test]
    fn what_was_taken_beyond_the_rate_is_waited_for() {
        let (rate, start) = (Rate::per_second(10).with_burst(5), Instant::now());
        let mut bucket = Bucket::default();
        assert_eq!(bucket.take(rate, 5, start), None);
        assert_eq!(bucket.take(rate, 10, start), Some(after(1_000, start)));
        assert_eq!(bucket.take(rate, 0, after(1_000, start)), None);
        assert_eq!(
            bucket.take(rate, 1, after(1_000, start)),
            Some(after(1_100, start))
        );
    }

    #[test]
    fn nothing_overflows() {
        let (rate, now) = (Rate::per_second(0).with_burst(u64::MAX), Instant::now());
        assert_eq!(Bucket::default().take(rate, u64::MAX, now), None);
        let rate = Rate::per_second(u64::MAX);
        assert_eq!(Bucket::default().take(rate, u64::MAX, now), None);
        assert_eq!(Bucket::default().try_take(rate.with_burst(0), now), Ok(()));
    }
}
