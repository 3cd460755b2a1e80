use std::array;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// In how many parts all sessions are told to end.
const WAVES: u32 = 50;

/// The sessions of an application, as they are to end: those that come one after the other are in
/// different waves. If all were told at once, all would come back to the next server at once.
#[derive(Debug)]
pub(super) struct Waves {
    ends: [CancellationToken; WAVES as usize],
    next: AtomicUsize,
}

impl Waves {
    pub(super) fn new() -> Self {
        Self {
            ends: array::from_fn(|_| CancellationToken::new()),
            next: AtomicUsize::new(0),
        }
    }

    /// What tells one more session when it is to end.
    pub(super) fn join(&self) -> &CancellationToken {
        let place = self.next.fetch_add(1, Ordering::Relaxed);
        &self.ends[place % self.ends.len()]
    }

    /// Lets one wave end after the other, all within this time, the first of them now.
    pub(super) async fn end_within(&self, time: Duration) {
        let pause = time / WAVES;
        for (place, end) in self.ends.iter().enumerate() {
            if place > 0 && !pause.is_zero() {
                sleep(pause).await;
            }
            end.cancel();
        }
    }

    /// Lets all end that have not.
    pub(super) fn end_all(&self) {
        for end in &self.ends {
            end.cancel();
        }
    }
}
