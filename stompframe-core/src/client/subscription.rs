use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytestring::ByteString;
use futures_util::{Stream, StreamExt as _};

use super::subscribe::Subscribed;
use super::subscriptions::Consumer;
use super::{ClientError, ClientLimits, Incoming, Received};
use crate::stomp::Headers;

/// A subscription: what comes for it, as a stream. It ends when it is dropped.
///
/// What is not taken waits, as much as [`ClientLimits`] says. Beyond that it is dropped, and a
/// [`Gap`](Incoming::Gap) says so: one subscription that nobody reads does not hold up the others.
#[derive(Debug)]
pub struct Subscription {
    subscribed: Subscribed,
    waiting: Arc<Waiting>,
}

impl Subscription {
    pub(super) const fn new(subscribed: Subscribed, waiting: Arc<Waiting>) -> Self {
        Self {
            subscribed,
            waiting,
        }
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> &ByteString {
        self.subscribed.id()
    }

    /// The next message, for those who do not care whether some were missed before it; none once the
    /// subscription is over.
    pub async fn message(&mut self) -> Option<Received> {
        loop {
            match self.next().await? {
                Incoming::Message(message) => return Some(message),
                Incoming::Gap | Incoming::Ended(_) => {}
            }
        }
    }

    /// Ends it (STOMP 1.2, UNSUBSCRIBE), and returns when the server has confirmed that nothing more
    /// comes. What waited here is dropped.
    ///
    /// # Errors
    ///
    /// When the server did not confirm it. The subscription is over all the same.
    pub async fn unsubscribe(self) -> Result<(), ClientError> {
        self.subscribed.unsubscribe(Headers::new()).await
    }
}

impl Stream for Subscription {
    type Item = Incoming;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Incoming>> {
        self.waiting.poll_next(context)
    }
}

/// What has come for a subscription and was not taken yet.
pub(super) struct Waiting {
    max_messages: usize,
    max_bytes: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Incoming>,
    messages: usize,
    bytes: usize,
    is_over: bool,
    reader: Option<Waker>,
}

/// What a message costs besides its text.
const OVERHEAD: usize = 512;

fn size(message: &Received) -> usize {
    let headers = message.headers().iter();
    let headers: usize = headers.map(|(name, value)| name.len() + value.len()).sum();
    OVERHEAD + headers + message.body().len()
}

impl Waiting {
    pub(super) fn new(limits: &ClientLimits) -> Self {
        Self {
            max_messages: limits.max_waiting_messages.max(1),
            max_bytes: limits.max_waiting_bytes,
            state: Mutex::default(),
        }
    }

    fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<Incoming>> {
        let mut state = self.state();
        match state.queue.pop_front() {
            Some(incoming) => {
                if let Incoming::Message(message) = &incoming {
                    state.messages -= 1;
                    state.bytes -= size(message);
                }
                Poll::Ready(Some(incoming))
            }
            None if state.is_over => Poll::Ready(None),
            None => {
                state.reader = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn push(&mut self, incoming: Incoming, limits: &Waiting) {
        let incoming = match incoming {
            Incoming::Message(message) => {
                let size = size(&message);
                let fits = self.messages < limits.max_messages
                    && (self.messages == 0 || self.bytes + size <= limits.max_bytes);
                if fits {
                    self.messages += 1;
                    self.bytes += size;
                    Incoming::Message(message)
                } else {
                    Incoming::Gap
                }
            }
            other => other,
        };
        self.is_over = matches!(incoming, Incoming::Ended(_));
        // One gap is as good as many.
        let is_gap = |incoming: &Incoming| matches!(incoming, Incoming::Gap);
        if !(is_gap(&incoming) && self.queue.back().is_some_and(is_gap)) {
            self.queue.push_back(incoming);
        }
    }
}

impl Consumer for Waiting {
    fn take(&self, incoming: Incoming) {
        let mut state = self.state();
        state.push(incoming, self);
        let reader = state.reader.take();
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
    }
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting")
            .field("messages", &self.state().messages)
            .finish_non_exhaustive()
    }
}
