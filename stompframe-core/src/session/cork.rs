//! Writing once for all that a turn of work has queued.

use std::cell::RefCell;
use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::task::coop::unconstrained;
use tokio::time::Instant;

use super::patience::Patience;

/// Whoever takes frames out of a session's queue and writes them.
pub(crate) trait Outlet: fmt::Debug + Send + Sync {
    /// Writes what is queued, as far as that goes without waiting. `now` is when the turn began: to ask for
    /// each one what time it is takes longer than is gained by it.
    fn flush(&self, now: Instant);

    /// Has the connection's own task write what is queued.
    fn wake(&self);
}

/// How many queues are flushed in one turn; then others have theirs.
const AT_ONCE: usize = 256;

thread_local! {
    /// The queues that the work of this thread has filled, while somebody collects them.
    static FILLED: RefCell<Option<Vec<Arc<dyn Outlet>>>> = const { RefCell::new(None) };
}

/// A queue has something to be written, and nobody has seen to that yet.
///
/// Where the work is [corked], its end sees to it. Elsewhere the connection's own task does.
pub(super) fn filled(outlet: Arc<dyn Outlet>) {
    let nobody_collects = FILLED.with_borrow_mut(|filled| match filled {
        Some(filled) => {
            filled.push(outlet);
            None
        }
        None => Some(outlet),
    });
    if let Some(outlet) = nobody_collects {
        outlet.wake();
    }
}

/// Does the work, and writes what it puts into sessions' queues whenever it pauses, instead of
/// waking each session's connection.
///
/// What one turn of the work queues for a session goes with one write; for many sessions, several turns may, see
/// [`Patience`]. Who publishes more than can be written does not run ahead of it, because no work is done meanwhile.
pub(crate) async fn corked<T>(mut work: Pin<&mut impl Future<Output = T>>) -> T {
    let mut done = None;
    let mut filled = Filled::default();
    let mut patience = Patience::default();
    poll_fn(move |context| {
        let mut has_worked = false;
        loop {
            if patience.poll_wait(context).is_ready() {
                if !filled.flush_some(context) {
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                patience.flushed();
                if let Some(done) = done.take() {
                    return Poll::Ready(done);
                }
            }
            if has_worked {
                return Poll::Pending;
            }
            if done.is_none()
                && let Poll::Ready(output) = filled.collect(|| work.as_mut().poll(context))
            {
                done = Some(output);
            }
            has_worked = true;
            patience.turn_is_over(filled.0.len());
        }
    })
    .await
}

/// Queues that wait to be flushed. None is forgotten: what is dropped here, connections' own tasks
/// do.
#[derive(Default)]
struct Filled(Vec<Arc<dyn Outlet>>);

impl Filled {
    /// Runs a piece of work, and takes the queues that it fills.
    fn collect<R>(&mut self, work: impl FnOnce() -> R) -> R {
        /// Puts back what was there before, also where the work panics.
        struct Collecting<'a> {
            filled: &'a mut Filled,
            outer: Option<Vec<Arc<dyn Outlet>>>,
        }
        impl Drop for Collecting<'_> {
            fn drop(&mut self) {
                let collected = FILLED.replace(self.outer.take());
                self.filled.0 = collected.unwrap_or_default();
            }
        }
        let outer = FILLED.replace(Some(std::mem::take(&mut self.0)));
        let _collecting = Collecting {
            filled: self,
            outer,
        };
        work()
    }

    /// Flushes as many as a turn has time for. Says whether that was all of them.
    fn flush_some(&mut self, context: &mut Context<'_>) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let flush = self.0.len().saturating_sub(AT_ONCE)..;
        let now = Instant::now();
        let flushing = poll_fn(|_| {
            self.0
                .drain(flush.clone())
                .for_each(|outlet| outlet.flush(now));
            Poll::Ready(())
        });
        // Tokio's own budget would take all sockets behind the first hundred for full.
        let flushed = pin!(unconstrained(flushing)).poll(context);
        debug_assert!(flushed.is_ready());
        if self.0.is_empty() && self.0.capacity() > AT_ONCE {
            self.0 = Vec::new();
        }
        self.0.is_empty()
    }
}

impl Drop for Filled {
    fn drop(&mut self) {
        self.0.drain(..).for_each(|outlet| outlet.wake());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Counts what is asked of it.
    #[derive(Debug, Default)]
    struct Counts {
        flushed: AtomicUsize,
        woken: AtomicUsize,
    }

    impl Outlet for Counts {
        fn flush(&self, _: Instant) {
            self.flushed.fetch_add(1, Ordering::Relaxed);
        }

        fn wake(&self) {
            self.woken.fetch_add(1, Ordering::Relaxed);
        }
    }

    impl Counts {
        fn both(&self) -> (usize, usize) {
            let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
            (count(&self.flushed), count(&self.woken))
        }
    }

    #[tokio::test]
    async fn what_nobody_collects_is_left_to_the_connection() {
        let counts = Arc::new(Counts::default());
        filled(Arc::clone(&counts) as _);
        assert_eq!(counts.both(), (0, 1));
    }

    #[tokio::test]
    async fn the_end_of_each_turn_flushes() {
        let counts = Arc::new(Counts::default());
        let work = async {
            filled(Arc::clone(&counts) as _);
            filled(Arc::clone(&counts) as _);
            assert_eq!(counts.both(), (0, 0), "the turn goes on");
            tokio::task::yield_now().await;
            assert_eq!(counts.both(), (2, 0));
            filled(Arc::clone(&counts) as _);
            7
        };
        assert_eq!(corked(pin!(work)).await, 7);
        assert_eq!(counts.both(), (3, 0));
    }

    #[tokio::test]
    async fn many_take_several_turns_and_the_work_waits_for_them() {
        let counts = Arc::new(Counts::default());
        let work = async {
            for _ in 0..=3 * AT_ONCE {
                filled(Arc::clone(&counts) as _);
            }
            tokio::task::yield_now().await;
            assert_eq!(counts.both(), (3 * AT_ONCE + 1, 0));
        };
        let mut working = pin!(work);
        let mut corked = pin!(corked(working.as_mut()));
        let mut turns = 1;
        while futures_util::poll!(corked.as_mut()).is_pending() {
            turns += 1;
        }
        assert_eq!(turns, 4);
    }

    #[tokio::test]
    async fn what_is_dropped_or_panics_forgets_nobody() {
        let counts = Arc::new(Counts::default());
        {
            let work = async {
                for _ in 0..=AT_ONCE {
                    filled(Arc::clone(&counts) as _);
                }
                std::future::pending::<()>().await;
            };
            let mut work = pin!(work);
            let mut corked = pin!(corked(work.as_mut()));
            assert!(futures_util::poll!(corked.as_mut()).is_pending());
        }
        assert_eq!(counts.both(), (AT_ONCE, 1));

        let counts = Arc::new(Counts::default());
        let mine = Arc::clone(&counts);
        let panicked = tokio::spawn(async move {
            let work = async {
                filled(mine as _);
                panic!("on purpose");
            };
            corked::<()>(pin!(work)).await;
        });
        assert!(panicked.await.is_err());
        assert_eq!(counts.both(), (0, 1));
    }
}
