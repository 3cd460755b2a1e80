use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{AcquireError, Notify, OwnedSemaphorePermit, Semaphore};

/// The window of one connection: how many frames may be on their way at a time, each until its receipt.
#[derive(Debug)]
pub(super) struct Places {
    window: Arc<Semaphore>,
    state: Mutex<State>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct State {
    last: u64,
    taken: BTreeSet<u64>,
}

/// A place in the window: that of one frame, or of several that belong together.
#[derive(Clone, Debug)]
pub(super) struct Place {
    _taken: Arc<Taken>,
}

#[derive(Debug)]
struct Taken {
    number: u64,
    places: Arc<Places>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.places.state().taken.remove(&self.number);
        self.places.freed.notify_waiters();
    }
}

impl Places {
    pub(super) fn new(window: usize) -> Self {
        Self {
            window: Arc::new(Semaphore::new(window.clamp(1, Semaphore::MAX_PERMITS))),
            state: Mutex::default(),
            freed: Notify::new(),
        }
    }

    /// Takes a place that is free.
    pub(super) fn try_take(self: &Arc<Self>) -> Option<Place> {
        let permit = Arc::clone(&self.window).try_acquire_owned().ok()?;
        Some(self.taken(permit))
    }

    /// Waits for a place. Fails once there will be none any more.
    pub(super) async fn take(self: &Arc<Self>) -> Result<Place, AcquireError> {
        let permit = Arc::clone(&self.window).acquire_owned().await?;
        Ok(self.taken(permit))
    }

    fn taken(self: &Arc<Self>, permit: OwnedSemaphorePermit) -> Place {
        let mut state = self.state();
        state.last += 1;
        let number = state.last;
        state.taken.insert(number);
        drop(state);
        let taken = Taken {
            number,
            places: Arc::clone(self),
            _permit: permit,
        };
        Place {
            _taken: Arc::new(taken),
        }
    }

    /// Waits until all that are taken now are free again.
    pub(super) async fn settled(&self) {
        let last = self.state().last;
        loop {
            let freed = self.freed.notified();
            let oldest = self.state().taken.first().copied();
            if oldest.is_none_or(|oldest| oldest > last) {
                return;
            }
            freed.await;
        }
    }

    #[cfg(test)]
    pub(super) fn free(&self) -> usize {
        self.window.available_permits()
    }

    /// There are no more.
    pub(super) fn close(&self) {
        self.window.close();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::poll;

    use super::*;

    #[tokio::test]
    async fn it_is_settled_when_what_was_taken_before_is_free() {
        let places = Arc::new(Places::new(3));
        places.settled().await;
        let (first, second) = (places.take().await.unwrap(), places.take().await.unwrap());
        let mut settled = Box::pin(places.settled());
        assert!(poll!(settled.as_mut()).is_pending());
        let _later = places.take().await.unwrap();
        assert!(places.try_take().is_none());
        drop(second);
        assert!(poll!(settled.as_mut()).is_pending());
        // What belongs together has one place.
        let too = first.clone();
        drop(first);
        assert!(poll!(settled.as_mut()).is_pending());
        drop(too);
        settled.await;
    }
}
