use std::time::Duration;

/// How long a client waits until it connects anew: a random time of up to half a second after the
/// first failure, and up to twice as long after each one more, but never more than 30 seconds ("full
/// jitter"), so that those who have lost the same server do not come back to it all at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Backoff {
    first: Duration,
    longest: Duration,
}

impl Backoff {
    /// Up to `first` at first, and up to `longest` in the end.
    pub const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest }
    }

    /// The wait before attempt `attempt`, which counts from zero.
    pub(crate) fn wait(self, attempt: u32) -> Duration {
        let most = self
            .first
            .saturating_mul(1_u32.checked_shl(attempt).unwrap_or(u32::MAX))
            .min(self.longest);
        most.mul_f64(random())
    }
}

/// A number from 0 to 1.
pub(crate) fn random() -> f64 {
    let random = getrandom::u32().unwrap_or(u32::MAX / 2);
    f64::from(random) / f64::from(u32::MAX)
}

impl Default for Backoff {
    fn default() -> Self {
        Self::new(Duration::from_millis(500), Duration::from_secs(30))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_spread_over_a_time_that_doubles_up_to_its_bound() {
        let backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));
        for (attempt, most) in [
            (0, 1),
            (1, 2),
            (4, 16),
            (5, 30),
            (31, 30),
            (32, 30),
            (99, 30),
        ] {
            let most = Duration::from_secs(most);
            let waits: Vec<_> = (0..1_000).map(|_| backoff.wait(attempt)).collect();
            assert!(waits.iter().all(|wait| *wait <= most));
            let in_tenth = |tenth: u32| {
                let (from, to) = (most * tenth / 10, most * (tenth + 1) / 10);
                waits
                    .iter()
                    .filter(|wait| (from..to).contains(wait))
                    .count()
            };
            for tenth in 0..10 {
                let found = in_tenth(tenth);
                assert!((50..170).contains(&found), "{found} of 1,000 in one tenth");
            }
        }
    }
}
