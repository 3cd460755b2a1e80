use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// Tells whether something that waits has been woken by itself.
///
/// A connection is one task, in which a dozen things wait. Each message that comes wakes the task, and to ask all
/// of them whether it was for their sake costs more than to decode the message. What is asked through a bell is
/// asked only after it rang.
#[derive(Debug)]
pub(super) struct Bell {
    inner: Arc<Inner>,
    /// The task that the bell wakes, as it is looked at without a lock.
    task: Option<Waker>,
}

#[derive(Debug)]
struct Inner {
    rung: AtomicBool,
    /// It stays when it is woken: a connection is the same task as long as it lives, and to register it for each
    /// message would cost more than all else here.
    task: Mutex<Option<Waker>>,
}

impl Bell {
    /// One that has rung, since nothing waits before it is asked.
    pub(super) fn new() -> Self {
        Self {
            inner: Arc::new(Inner {
                rung: AtomicBool::new(true),
                task: Mutex::new(None),
            }),
            task: None,
        }
    }

    /// Has it asked the next time, whoever wakes the task.
    pub(super) fn ring(&self) {
        self.inner.rung.store(true, Ordering::Release);
    }

    /// Asks, if the bell has rung. Whatever waits rings it.
    pub(super) fn poll<T>(
        &mut self,
        context: &mut Context<'_>,
        ask: impl FnOnce(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        // First, so that a ring which comes behind the look wakes the task.
        let is_known = |task: &Waker| task.will_wake(context.waker());
        if !self.task.as_ref().is_some_and(is_known) {
            self.task = Some(context.waker().clone());
            self.inner.task().clone_from(&self.task);
        }
        // Most of the time it has not, and to look is cheaper than to change.
        let rung = &self.inner.rung;
        if !rung.load(Ordering::Relaxed) || !rung.swap(false, Ordering::AcqRel) {
            return Poll::Pending;
        }
        let waker = Waker::from(Arc::clone(&self.inner));
        ask(&mut Context::from_waker(&waker))
    }
}

impl Inner {
    fn task(&self) -> MutexGuard<'_, Option<Waker>> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Inner {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.rung.store(true, Ordering::Release);
        let task = self.task().clone();
        if let Some(task) = task {
            task.wake();
        }
    }
}

/// Polls the future only when it has been woken, and not whenever its task is.
pub(super) async fn when_woken<T>(mut future: Pin<&mut impl Future<Output = T>>) -> T {
    let mut bell = Bell::new();
    poll_fn(|context| bell.poll(context, |context| future.as_mut().poll(context))).await
}

/// Does the work, unless it happens before that is done; asks for that only when it has been woken.
pub(super) async fn unless<T>(
    mut happens: Pin<&mut impl Future<Output = ()>>,
    mut work: Pin<&mut impl Future<Output = T>>,
) -> Option<T> {
    let mut bell = Bell::new();
    poll_fn(|context| {
        if bell
            .poll(context, |context| happens.as_mut().poll(context))
            .is_ready()
        {
            return Poll::Ready(None);
        }
        work.as_mut().poll(context).map(Some)
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::pin::pin;

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn who_is_not_woken_is_not_asked() {
        let (asked, notify) = (Cell::new(0), Notify::new());
        let mut notified = pin!(notify.notified());
        let counted = poll_fn(|context| {
            asked.set(asked.get() + 1);
            notified.as_mut().poll(context)
        });
        let counted = pin!(counted);
        let mut waiting = pin!(when_woken(counted));
        for _ in 0..3 {
            assert!(futures_util::poll!(waiting.as_mut()).is_pending());
            assert_eq!(asked.get(), 1);
        }
        notify.notify_one();
        assert!(futures_util::poll!(waiting.as_mut()).is_ready());
        assert_eq!(asked.get(), 2);
    }

    #[tokio::test]
    async fn the_task_is_woken_with_it() {
        let notify = Arc::new(Notify::new());
        let waits = Arc::clone(&notify);
        let (ready, is_ready) = tokio::sync::oneshot::channel();
        let waiting = tokio::spawn(async move {
            let notified = pin!(async {
                let _ = ready.send(());
                waits.notified().await;
            });
            when_woken(notified).await;
        });
        is_ready.await.unwrap();
        notify.notify_one();
        waiting.await.unwrap();
    }

    #[tokio::test]
    async fn work_is_done_unless_it_happens() {
        let happens = Notify::new();
        let mut notified = pin!(happens.notified());
        assert_eq!(unless(notified.as_mut(), pin!(async { 7 })).await, Some(7));
        let mut working = pin!(std::future::pending::<()>());
        let mut waiting = pin!(unless(notified.as_mut(), working.as_mut()));
        assert!(futures_util::poll!(waiting.as_mut()).is_pending());
        happens.notify_one();
        assert_eq!(waiting.await, None);
    }

    #[tokio::test]
    async fn it_can_be_rung_by_hand() {
        let mut bell = Bell::new();
        let mut asked = 0;
        for ring in [false, false, true, false] {
            if ring {
                bell.ring();
            }
            let mut ask = |_: &mut Context<'_>| {
                asked += 1;
                Poll::<()>::Pending
            };
            let _ = poll_fn(|context| Poll::Ready(bell.poll(context, &mut ask))).await;
        }
        assert_eq!(asked, 2);
    }
}
