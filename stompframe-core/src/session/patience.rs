use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

/// From how many queues on it is worth to wait.
const MANY: usize = 512;

/// The shortest that a timer can wait for, and the longest that anybody has to.
const SHORTEST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_millis(8);

/// How many turns of work may be done meanwhile. Each has a bound, and what they queue has to fit easily into the queue
/// of a client that reads: nobody may be taken for slow because others wait.
const TURNS: u32 = 2;

/// How many times it is not waited after it has been in vain.
const DISCOURAGED: u32 = 64;

/// Whether to wait a moment before many queues are flushed, so that more goes with each write.
///
/// To write to a thousand clients takes milliseconds, whether each of them gets one message or twenty. Where the next
/// messages have come by the time it is done, some more are let gather: for a quarter of what the flush before took,
/// and 8 ms at most. Where nothing came meanwhile, nobody waits for a while.
#[derive(Default)]
pub(super) struct Patience {
    waiting: Option<Waiting>,
    /// When the flush began that is going on.
    began: Option<Instant>,
    /// How long the last flush took, and when it ended.
    before: Option<(Duration, Instant)>,
    discouraged: u32,
}

struct Waiting {
    until: Pin<Box<Sleep>>,
    /// How many turns of work there were meanwhile.
    turns: u32,
}

impl Patience {
    /// A turn of work is over, and this many queues are filled. From now on they may have to wait.
    pub(super) fn turn_is_over(&mut self, queues: usize) {
        if let Some(waiting) = &mut self.waiting {
            waiting.turns += 1;
            if waiting.turns >= TURNS {
                self.stop_waiting();
            }
            return;
        }
        if queues < MANY {
            return;
        }
        match self.patience() {
            Some(patience) => {
                self.waiting = Some(Waiting {
                    until: Box::pin(sleep(patience)),
                    turns: 0,
                });
            }
            None => self.began = Some(Instant::now()),
        }
    }

    /// How long to wait, if at all.
    fn patience(&mut self) -> Option<Duration> {
        let (took, ended) = self.before.take()?;
        // Else messages come less often than they can be written.
        let patience = (ended.elapsed() < took).then_some(took / 4)?;
        if patience < SHORTEST {
            return None;
        }
        match self.discouraged.checked_sub(1) {
            Some(less) => {
                self.discouraged = less;
                None
            }
            None => Some(patience.min(LONGEST)),
        }
    }

    /// Waits, if there is something to wait for.
    pub(super) fn poll_wait(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let Some(waiting) = &mut self.waiting {
            ready!(waiting.until.as_mut().poll(context));
            if waiting.turns == 0 {
                self.discouraged = DISCOURAGED;
            }
            self.stop_waiting();
        }
        Poll::Ready(())
    }

    fn stop_waiting(&mut self) {
        self.waiting = None;
        self.began = Some(Instant::now());
    }

    /// All queues are flushed.
    pub(super) fn flushed(&mut self) {
        if let Some(began) = self.began.take() {
            self.before = Some((began.elapsed(), Instant::now()));
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::task::noop_waker;
    use tokio::time::advance;

    use super::*;

    impl Patience {
        fn waits(&mut self) -> bool {
            let waker = noop_waker();
            self.poll_wait(&mut Context::from_waker(&waker))
                .is_pending()
        }

        async fn wait(&mut self) -> Duration {
            let began = Instant::now();
            while self.waits() {
                advance(Duration::from_micros(100)).await;
            }
            began.elapsed()
        }

        /// Flushes many, which takes so long. Says how long that had to wait.
        async fn flush(&mut self, milliseconds: u64) -> Duration {
            self.turn_is_over(MANY);
            let waited = self.wait().await;
            advance(Duration::from_millis(milliseconds)).await;
            self.flushed();
            waited
        }
    }

    fn about(milliseconds: u64) -> std::ops::Range<Duration> {
        // A timer rings with the next millisecond.
        let at_least = Duration::from_millis(milliseconds);
        at_least..at_least + Duration::from_millis(2)
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_more_right_after_a_flush_of_many_waits_a_part_of_what_that_took() {
        for (took, patience) in [(8, 2), (20, 5), (1_000, 8)] {
            let mut patient = Patience::default();
            assert_eq!(patient.flush(took).await, Duration::ZERO, "the first");
            advance(Duration::from_millis(took / 2)).await;
            let waited = patient.flush(took).await;
            assert!(about(patience).contains(&waited), "{took}: {waited:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_what_is_rare_or_quickly_written() {
        for (took, pause) in [(20, 21), (3, 0)] {
            let mut patient = Patience::default();
            for _ in 0..3 {
                assert_eq!(patient.flush(took).await, Duration::ZERO, "{took}");
                advance(Duration::from_millis(pause)).await;
            }
        }
        let mut patient = Patience::default();
        patient.flush(20).await;
        patient.turn_is_over(MANY - 1);
        assert!(!patient.waits(), "few queues");
    }

    #[tokio::test(start_paused = true)]
    async fn in_vain_it_is_waited_once_in_a_while() {
        let mut patient = Patience::default();
        patient.flush(20).await;
        let mut waits = 0;
        for _ in 0..3 * DISCOURAGED {
            waits += u32::from(!patient.flush(20).await.is_zero());
        }
        assert_eq!(waits, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_not_waited_for_more_than_a_few_turns_of_work() {
        let mut patient = Patience::default();
        patient.flush(1_000).await;
        patient.turn_is_over(MANY);
        for _ in 0..TURNS {
            assert!(patient.waits());
            patient.turn_is_over(MANY);
        }
        assert!(!patient.waits());
    }

    #[tokio::test(start_paused = true)]
    async fn it_goes_on_as_long_as_something_comes() {
        let mut patient = Patience::default();
        patient.flush(20).await;
        for _ in 0..3 * DISCOURAGED {
            patient.turn_is_over(MANY);
            assert!(patient.waits());
            patient.turn_is_over(MANY);
            assert!(
                patient.waits(),
                "one more turn is worth it, and not too much"
            );
            assert!(!patient.wait().await.is_zero());
            advance(Duration::from_millis(20)).await;
            patient.flushed();
        }
    }
}
