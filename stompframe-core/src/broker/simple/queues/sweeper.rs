use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep};

use super::Queues;

impl Queues {
    /// Sees to it that messages which wait too long are taken out even where nobody comes for them:
    /// in a task that ends when nothing waits any more.
    pub(super) fn sweep(self: &Arc<Self>) {
        if self.is_swept.load(Ordering::Acquire) {
            return;
        }
        let Ok(runtime) = Handle::try_current() else {
            // Then it happens when the next message comes from where there is one.
            return;
        };
        if self.is_swept.swap(true, Ordering::AcqRel) {
            return;
        }
        let age = self.limits.max_queue_age;
        let every = (age / 4).clamp(Duration::from_millis(100), Duration::from_secs(60));
        let queues = Arc::downgrade(self);
        runtime.spawn(async move {
            loop {
                sleep(every).await;
                let Some(queues) = queues.upgrade() else {
                    return;
                };
                queues.expire();
                if queues.shared.queued.load(Ordering::Acquire) == 0 {
                    queues.is_swept.store(false, Ordering::Release);
                    return;
                }
            }
        });
    }

    fn expire(&self) {
        let now = Instant::now();
        let all: Vec<_> = self
            .queues
            .pin()
            .iter()
            .map(|(destination, queue)| (destination.clone(), Arc::clone(queue)))
            .collect();
        for (destination, queue) in all {
            queue.expire(now);
            self.retire(&destination);
        }
    }
}
