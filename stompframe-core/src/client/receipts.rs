use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytestring::ByteString;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::{Sleep, sleep, timeout};

use super::ClientError;

type Answer = Result<(), ClientError>;

/// The receipts that one connection owes us: no more than the window has places.
#[derive(Debug)]
pub(super) struct Receipts {
    window: Arc<Semaphore>,
    patience: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    last: u64,
    waiting: HashMap<u64, Waiting>,
    /// Why there will be no more, once the connection is over.
    over: Option<ClientError>,
}

#[derive(Debug)]
struct Waiting {
    answer: oneshot::Sender<Answer>,
    /// The subscription that this makes anew.
    renews: Option<ByteString>,
    _place: OwnedSemaphorePermit,
}

impl Receipts {
    pub(super) fn new(window: usize, patience: Duration) -> Self {
        Self {
            window: Arc::new(Semaphore::new(window.clamp(1, Semaphore::MAX_PERMITS))),
            patience,
            state: Mutex::default(),
        }
    }

    /// Waits for a place in the window, and takes it for one more receipt: its id, and its answer.
    /// Whoever reads the connection learns which subscription it makes anew, if it does.
    pub(super) async fn expect(
        self: &Arc<Self>,
        renews: Option<ByteString>,
    ) -> Result<(String, Confirmation), ClientError> {
        let place = Arc::clone(&self.window).acquire_owned();
        let Ok(Ok(place)) = timeout(self.patience, place).await else {
            let over = self.state().over.clone();
            return Err(over.unwrap_or(ClientError::TimedOut(self.patience)));
        };
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

    fn take(&self, id: &str) -> Option<Waiting> {
        let id: u64 = id.parse().ok()?;
        self.state().waiting.remove(&id)
    }

    /// No more will come: all who wait learn why.
    pub(super) fn end(&self, because: &ClientError) {
        let mut state = self.state();
        let over = state.over.get_or_insert_with(|| because.clone()).clone();
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
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
}
