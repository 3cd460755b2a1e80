use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytestring::ByteString;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::{Sleep, sleep, timeout};

use super::ClientError;

type Answer = Result<(), ClientError>;

/// The receipts that one connection owes us: no more than the window has places.
#[derive(Debug)]
pub(super) struct Receipts {
    window: Arc<Semaphore>,
    patience: Duration,
    state: Mutex<State>,
    /// Whenever one was answered, or is not awaited any more.
    answered: Notify,
}

/// A place in the window: that of one receipt, or of several that belong together.
pub(super) type Place = Arc<OwnedSemaphorePermit>;

#[derive(Debug, Default)]
struct State {
    last: u64,
    waiting: BTreeMap<u64, Waiting>,
    /// Why there will be no more, once the connection is over.
    over: Option<ClientError>,
}

#[derive(Debug)]
struct Waiting {
    answer: oneshot::Sender<Answer>,
    /// The subscription that this makes anew.
    renews: Option<ByteString>,
    _place: Place,
}

impl Receipts {
    pub(super) fn new(window: usize, patience: Duration) -> Self {
        Self {
            window: Arc::new(Semaphore::new(window.clamp(1, Semaphore::MAX_PERMITS))),
            patience,
            state: Mutex::default(),
            answered: Notify::new(),
        }
    }

    /// Waits for a place in the window, and takes it for one more receipt: its id, and its answer.
    /// Whoever reads the connection learns which subscription it makes anew, if it does.
    pub(super) async fn expect(
        self: &Arc<Self>,
        renews: Option<ByteString>,
    ) -> Result<(String, Confirmation), ClientError> {
        let place = self.place().await?;
        self.expect_in(place, renews)
    }

    /// Waits for a place in the window.
    pub(super) async fn place(&self) -> Result<Place, ClientError> {
        let place = Arc::clone(&self.window).acquire_owned();
        let Ok(Ok(place)) = timeout(self.patience, place).await else {
            let over = self.state().over.clone();
            return Err(over.unwrap_or(ClientError::TimedOut(self.patience)));
        };
        Ok(Arc::new(place))
    }

    /// As [`expect`](Self::expect), in a place that is taken already.
    pub(super) fn expect_in(
        self: &Arc<Self>,
        place: Place,
        renews: Option<ByteString>,
    ) -> Result<(String, Confirmation), ClientError> {
        let (answer, answered) = oneshot::channel();
        let mut state = self.state();
        if let Some(over) = &state.over {
            return Err(over.clone());
        }
        state.last += 1;
        let id = state.last;
        let waiting = Waiting {
            answer,
            renews,
            _place: place,
        };
        state.waiting.insert(id, waiting);
        drop(state);
        let confirmation = Confirmation {
            id,
            answered,
            late: None,
            receipts: Arc::clone(self),
        };
        Ok((id.to_string(), confirmation))
    }

    /// RECEIPT: gives the subscription that is made anew with it, if one is.
    pub(super) fn confirm(&self, id: &str) -> Option<ByteString> {
        let Waiting { answer, renews, .. } = self.take(id)?;
        // Whoever let go of it does not want to know.
        let _ = answer.send(Ok(()));
        renews
    }

    /// An ERROR that names a receipt. Says whether somebody was waiting for it.
    pub(super) fn refuse(&self, id: &str, because: ClientError) -> bool {
        let waiting = self.take(id);
        waiting.is_some_and(|waiting| waiting.answer.send(Err(because)).is_ok())
    }

    /// Waits until everything that was asked for so far is answered, whatever the answer is.
    pub(super) async fn settled(&self) -> Result<(), ClientError> {
        let last = self.state().last;
        let settling = async {
            loop {
                let answered = self.answered.notified();
                let oldest = self.state().waiting.keys().next().copied();
                if oldest.is_none_or(|oldest| oldest > last) {
                    return;
                }
                answered.await;
            }
        };
        let settled = timeout(self.patience, settling).await;
        settled.map_err(|_| ClientError::TimedOut(self.patience))
    }

    fn take(&self, id: &str) -> Option<Waiting> {
        let id: u64 = id.parse().ok()?;
        let waiting = self.state().waiting.remove(&id);
        self.answered.notify_waiters();
        waiting
    }

    /// No more will come: all who wait learn why.
    pub(super) fn end(&self, because: &ClientError) {
        let mut state = self.state();
        let over = state.over.get_or_insert_with(|| because.clone()).clone();
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        self.answered.notify_waiters();
        self.window.close();
        for Waiting { answer, .. } in waiting.into_values() {
            let _ = answer.send(Err(over.clone()));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The RECEIPT of a frame that is on its way (Spring's `Receiptable`): await it.
///
/// Whoever drops it does not learn what became of the frame.
///
/// # Errors
///
/// When the server refuses the frame, the connection is lost, or the receipt does not come in
/// [time](super::ClientLimits::receipt_timeout).
#[derive(Debug)]
#[must_use = "await it to learn what became of the frame"]
pub struct Confirmation {
    id: u64,
    answered: oneshot::Receiver<Answer>,
    late: Option<Pin<Box<Sleep>>>,
    receipts: Arc<Receipts>,
}

impl Future for Confirmation {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        if let Poll::Ready(answer) = Pin::new(&mut self.answered).poll(context) {
            return Poll::Ready(answer.unwrap_or(Err(ClientError::Closed)));
        }
        let patience = self.receipts.patience;
        let late = self.late.get_or_insert_with(|| Box::pin(sleep(patience)));
        if late.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        // Its place in the window is free again.
        let id = self.id;
        self.receipts.state().waiting.remove(&id);
        self.receipts.answered.notify_waiters();
        Poll::Ready(Err(ClientError::TimedOut(patience)))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::poll;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_wants_more_receipts_than_the_window_has_waits() {
        let receipts = Arc::new(Receipts::new(2, Duration::from_secs(5)));
        let (first, _) = receipts.expect(None).await.unwrap();
        let (_, second) = receipts.expect(None).await.unwrap();
        let mut third = Box::pin(receipts.expect(None));
        assert!(poll!(third.as_mut()).is_pending());
        receipts.confirm(&first);
        let (_, third) = third.await.unwrap();
        let error = receipts.expect(None).await.unwrap_err();
        assert!(matches!(error, ClientError::TimedOut(_)), "{error}");
        receipts.end(&ClientError::Lost("gone".into()));
        for confirmation in [second, third] {
            let error = confirmation.await.unwrap_err();
            assert!(error.is_in_doubt(), "{error}");
        }
        let error = receipts.expect(None).await.unwrap_err();
        assert!(matches!(error, ClientError::Lost(_)), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_receipt_that_does_not_come_gives_its_place_back() {
        let receipts = Arc::new(Receipts::new(1, Duration::from_secs(5)));
        let (id, confirmation) = receipts.expect(None).await.unwrap();
        let error = confirmation.await.unwrap_err();
        assert!(matches!(error, ClientError::TimedOut(_)), "{error}");
        receipts.confirm(&id); // too late
        let (id, confirmation) = receipts.expect(None).await.unwrap();
        receipts.confirm(&id);
        confirmation.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_asked_for_so_far_is_settled_when_all_of_it_is_answered() {
        let receipts = Arc::new(Receipts::new(3, Duration::from_secs(5)));
        receipts.settled().await.unwrap();
        let (first, _first) = receipts.expect(None).await.unwrap();
        let (second, _second) = receipts.expect(None).await.unwrap();
        let mut settled = Box::pin(receipts.settled());
        assert!(poll!(settled.as_mut()).is_pending());
        let (_, _later) = receipts.expect(None).await.unwrap();
        receipts.confirm(&second);
        assert!(poll!(settled.as_mut()).is_pending());
        receipts.confirm(&first);
        settled.await.unwrap();
        let error = receipts.settled().await.unwrap_err();
        assert!(matches!(error, ClientError::TimedOut(_)), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_belongs_together_has_one_place() {
        let receipts = Arc::new(Receipts::new(1, Duration::from_secs(5)));
        let place = receipts.place().await.unwrap();
        let mut all = Vec::new();
        for _ in 0..10 {
            all.push(receipts.expect_in(Arc::clone(&place), None).unwrap());
        }
        drop(place);
        let (last, _) = all.pop().unwrap();
        for (id, confirmation) in all {
            receipts.confirm(&id);
            confirmation.await.unwrap();
        }
        let error = receipts.place().await.unwrap_err();
        assert!(matches!(error, ClientError::TimedOut(_)), "{error}");
        receipts.confirm(&last);
        receipts.place().await.unwrap();
    }
}
