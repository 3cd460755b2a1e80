use std::collections::{HashMap, VecDeque};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytestring::ByteString;
use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, Sleep, sleep, sleep_until, timeout};

use super::ClientError;
use super::places::{Place, Places};
use super::told::{Answer, Told};

/// The receipts that one connection owes us: no more than the window has places.
#[derive(Debug)]
pub(super) struct Receipts {
    places: Arc<Places>,
    patience: Duration,
    state: Mutex<State>,
    /// Rung when there is a first one that stands for many.
    many: Notify,
}

#[derive(Debug, Default)]
struct State {
    last: u64,
    waiting: HashMap<u64, Waiting>,
    /// Those that stand for many, and until when they are waited for.
    many: VecDeque<(u64, Instant)>,
    /// Why there will be no more, once the connection is over.
    over: Option<ClientError>,
}

#[derive(Debug)]
enum Waiting {
    One {
        answer: oneshot::Sender<Answer>,
        /// The subscription that this makes anew.
        renews: Option<ByteString>,
        _place: Place,
    },
    /// A frame, and those before it that asked for no receipt: what one is for has been received with all
    /// before it (STOMP 1.2, RECEIPT).
    Many(Vec<Told>),
}

impl Waiting {
    /// Says whether somebody was still waiting.
    fn answer(self, with: Answer) -> bool {
        match self {
            Self::One { answer, .. } => answer.send(with).is_ok(),
            Self::Many(all) => {
                for told in all {
                    told.tell(with.clone());
                }
                true
            }
        }
    }
}

impl Receipts {
    pub(super) fn new(window: usize, patience: Duration) -> Self {
        Self {
            places: Arc::new(Places::new(window)),
            patience,
            state: Mutex::default(),
            many: Notify::new(),
        }
    }

    /// Waits for a place in the window.
    pub(super) async fn place(&self) -> Result<Place, ClientError> {
        if let Some(place) = self.places.try_take() {
            return Ok(place);
        }
        match timeout(self.patience, self.places.take()).await {
            Ok(Ok(place)) => Ok(place),
            _ => {
                let over = self.state().over.clone();
                Err(over.unwrap_or(ClientError::TimedOut(self.patience)))
            }
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
        let waiting = Waiting::One {
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

    /// The id of a receipt that stands for all of these.
    pub(super) fn expect_many(&self, all: Vec<Told>) -> u64 {
        let mut state = self.state();
        state.last += 1;
        let id = state.last;
        state.waiting.insert(id, Waiting::Many(all));
        if state.many.is_empty() {
            self.many.notify_one();
        }
        let until = Instant::now() + self.patience;
        state.many.push_back((id, until));
        id
    }

    /// Sees to it that nobody waits too long for a receipt that stands for many.
    pub(super) async fn run_out(&self) -> ClientError {
        loop {
            let first = self.state().many.front().copied();
            let Some((id, until)) = first else {
                self.many.notified().await;
                continue;
            };
            sleep_until(until).await;
            let late = self.state().waiting.remove(&id);
            if let Some(late) = late {
                late.answer(Err(ClientError::TimedOut(self.patience)));
            }
            self.state().forget_answered();
        }
    }

    /// RECEIPT: gives the subscription that is made anew with it, if one is.
    pub(super) fn confirm(&self, id: &str) -> Option<ByteString> {
        let mut waiting = self.take(id)?;
        let renews = match &mut waiting {
            Waiting::One { renews, .. } => renews.take(),
            Waiting::Many(_) => None,
        };
        // Whoever let go of it does not want to know.
        waiting.answer(Ok(()));
        renews
    }

    /// An ERROR that names a receipt. Says whether somebody was waiting for it.
    pub(super) fn refuse(&self, id: &str, because: ClientError) -> bool {
        let waiting = self.take(id);
        waiting.is_some_and(|waiting| waiting.answer(Err(because)))
    }

    /// Waits until everything that was sent so far is answered, whatever the answer is.
    pub(super) async fn settled(&self) -> Result<(), ClientError> {
        let settled = timeout(self.patience, self.places.settled()).await;
        settled.map_err(|_| ClientError::TimedOut(self.patience))
    }

    fn take(&self, id: &str) -> Option<Waiting> {
        let id: u64 = id.parse().ok()?;
        let mut state = self.state();
        let waiting = state.waiting.remove(&id);
        state.forget_answered();
        waiting
    }

    /// No more will come: all who wait learn why.
    pub(super) fn end(&self, because: &ClientError) {
        let mut state = self.state();
        let over = state.over.get_or_insert_with(|| because.clone()).clone();
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        self.places.close();
        for waiting in waiting.into_values() {
            waiting.answer(Err(over.clone()));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn forget_answered(&mut self) {
        while let Some((id, _)) = self.many.front()
            && !self.waiting.contains_key(id)
        {
            self.many.pop_front();
        }
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

    /// Somebody to be told, and what was told.
    async fn told(receipts: &Receipts) -> (Told, oneshot::Receiver<Answer>) {
        let (tell, told) = oneshot::channel();
        let tell = |answer| {
            let _ = tell.send(answer);
        };
        (Told::new(tell, receipts.place().await.unwrap()), told)
    }

    #[tokio::test(start_paused = true)]
    async fn one_receipt_stands_for_many() {
        let receipts = Arc::new(Receipts::new(3, Duration::from_secs(5)));
        let (one, first) = told(&receipts).await;
        let (other, second) = told(&receipts).await;
        let id = receipts.expect_many(vec![one, other]).to_string();
        let (third, _confirmation) = receipts.expect(None).await.unwrap();
        assert!(poll!(Box::pin(receipts.place())).is_pending(), "3 places");
        receipts.confirm(&third);
        receipts.confirm(&id);
        first.await.unwrap().unwrap();
        second.await.unwrap().unwrap();
        assert!(receipts.state().many.is_empty());
        assert_eq!(receipts.places.free(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn everybody_is_told_whatever_happens() {
        let receipts = Arc::new(Receipts::new(9, Duration::from_secs(5)));
        let running = Arc::clone(&receipts);
        let running_out = tokio::spawn(async move { running.run_out().await });
        // No RECEIPT comes.
        let (late, is_late) = told(&receipts).await;
        receipts.expect_many(vec![late]);
        let error = is_late.await.unwrap().unwrap_err();
        assert!(matches!(error, ClientError::TimedOut(_)), "{error}");
        // It was never written.
        let (dropped, is_dropped) = told(&receipts).await;
        drop(dropped);
        let error = is_dropped.await.unwrap().unwrap_err();
        assert!(error.is_in_doubt(), "{error}");
        // The connection is lost.
        let (lost, is_lost) = told(&receipts).await;
        receipts.expect_many(vec![lost]);
        receipts.end(&ClientError::Lost("gone".into()));
        assert!(is_lost.await.unwrap().unwrap_err().is_in_doubt());
        running_out.abort();
    }
}
