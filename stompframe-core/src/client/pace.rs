use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::backoff::random;

/// Below this many, all count as so many.
const AT_LEAST: usize = 100;

/// Lets many clients of one server connect anew one after the other, so that all of them together take
/// at least this time.
#[derive(Debug)]
pub(crate) struct Pace {
    spread: Duration,
    clients: AtomicUsize,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    pub(crate) const fn new(spread: Duration) -> Self {
        Self {
            spread,
            clients: AtomicUsize::new(0),
            next: Mutex::new(None),
        }
    }

    /// How many clients there are now.
    pub(crate) fn set_clients(&self, clients: usize) {
        self.clients.store(clients, Ordering::Relaxed);
    }

    /// Waits for a turn.
    pub(crate) async fn turn(&self) {
        let clients = self.clients.load(Ordering::Relaxed).max(AT_LEAST);
        let between = self.spread.div_f64(clients as f64);
        let turn = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let turn = next.unwrap_or_else(Instant::now).max(Instant::now());
            *next = Some(turn + between);
            turn
        };
        // So that several nodes do not march in step.
        sleep_until(turn + between.mul_f64(random())).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// When each of so many has its turn, who all ask at once.
    async fn turns(pace: &Arc<Pace>, clients: usize) -> Vec<Duration> {
        let began = Instant::now();
        let waiting = (0..clients).map(|_| {
            let pace = Arc::clone(pace);
            tokio::spawn(async move {
                pace.turn().await;
                began.elapsed()
            })
        });
        let waiting: Vec<_> = waiting.collect();
        let mut turns = Vec::new();
        for one in waiting {
            turns.push(one.await.unwrap());
        }
        turns.sort();
        turns
    }

    #[tokio::test(start_paused = true)]
    async fn ft_08_no_more_than_a_twentieth_of_them_comes_in_a_second() {
        let second = Duration::from_secs(1);
        let pace = Arc::new(Pace::new(Duration::from_secs(20)));
        for clients in [10_000, 2_000, 100] {
            pace.set_clients(clients);
            let turns = turns(&pace, clients).await;
            for (number, first) in turns.iter().enumerate() {
                let together = turns[number..]
                    .iter()
                    .take_while(|turn| **turn < *first + second)
                    .count();
                assert!(together <= clients / 20 + 1, "{together} of {clients}");
            }
            let last = turns.last().unwrap();
            assert!(*last < Duration::from_secs(21), "{last:?} for {clients}");
            tokio::time::sleep(second).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_few_do_not_wait_long() {
        let pace = Arc::new(Pace::new(Duration::from_secs(20)));
        pace.set_clients(5);
        let turns = turns(&pace, 5).await;
        assert!(
            *turns.last().unwrap() <= Duration::from_secs(1),
            "{turns:?}"
        );
    }
}
