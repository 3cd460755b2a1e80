use std::fmt;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, ready};

use futures_util::Stream;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{self, Receiver, Sender};
use tokio_util::sync::ReusableBoxFuture;

use super::SessionEvent;

/// What becomes of sessions from now on, one after the other: made by
/// [`Messaging::events`](crate::Messaging::events). It ends with the application.
///
/// Nobody waits for whoever reads it, so at most [`CAPACITY`](Self::CAPACITY) events wait to be read;
/// beyond, the oldest are dropped, and [counted](Self::missed).
pub struct EventStream {
    next: ReusableBoxFuture<'static, Received>,
    missed: u64,
}

type Received = (Result<SessionEvent, RecvError>, Receiver<SessionEvent>);

impl EventStream {
    /// How many events wait for a reader at most.
    pub const CAPACITY: usize = 1024;

    fn new(receiver: Receiver<SessionEvent>) -> Self {
        Self {
            next: ReusableBoxFuture::new(receive(receiver)),
            missed: 0,
        }
    }

    /// The next event; none once the application is gone. Stopped early, it loses none.
    pub async fn next(&mut self) -> Option<SessionEvent> {
        std::future::poll_fn(|context| self.poll(context)).await
    }

    /// How many events have been dropped so far, because they were not read in time.
    #[must_use]
    pub const fn missed(&self) -> u64 {
        self.missed
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<SessionEvent>> {
        loop {
            let (received, receiver) = ready!(self.next.poll(context));
            self.next.set(receive(receiver));
            match received {
                Ok(event) => return Poll::Ready(Some(event)),
                Err(RecvError::Closed) => return Poll::Ready(None),
                Err(RecvError::Lagged(missed)) => {
                    self.missed += missed;
                    tracing::warn!(missed, "a stream of events is not read in time");
                }
            }
        }
    }
}

async fn receive(mut receiver: Receiver<SessionEvent>) -> Received {
    let received = receiver.recv().await;
    (received, receiver)
}

impl Stream for EventStream {
    type Item = SessionEvent;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<SessionEvent>> {
        self.poll(context)
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream")
            .field("missed", &self.missed)
            .finish_non_exhaustive()
    }
}

/// Where streams come from. It has room for events once the first was asked for.
#[derive(Default)]
pub(super) struct Broadcast(OnceLock<Sender<SessionEvent>>);

impl Broadcast {
    pub(super) fn stream(&self) -> EventStream {
        let sender = self
            .0
            .get_or_init(|| broadcast::channel(EventStream::CAPACITY).0);
        EventStream::new(sender.subscribe())
    }

    pub(super) fn is_heard(&self) -> bool {
        self.0
            .get()
            .is_some_and(|sender| sender.receiver_count() > 0)
    }

    pub(super) fn tell(&self, event: &SessionEvent) {
        if let Some(sender) = self.0.get() {
            // That nobody listens any more is no failure.
            let _ = sender.send(event.clone());
        }
    }
}
