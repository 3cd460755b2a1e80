use std::borrow::Cow;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::time::timeout;

use super::stream::Broadcast;
use super::{EventStream, SessionEvent, SessionEventKind};
use crate::message::Message;
use crate::session::Session;
use crate::template::MessagingTemplate;

/// Somebody who wants to know.
pub(crate) struct Listener {
    /// Where it stands in the source.
    place: Cow<'static, str>,
    hear: Box<Hear>,
}

/// None if the event is none that it wants to hear of.
type Hear = dyn Fn(SessionEvent) -> Option<BoxFuture<'static, ()>> + Send + Sync;

impl Listener {
    pub(crate) fn new(
        place: impl Into<Cow<'static, str>>,
        hear: impl Fn(SessionEvent) -> Option<BoxFuture<'static, ()>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            place: place.into(),
            hear: Box::new(hear),
        }
    }
}

/// All who want to know what becomes of sessions.
pub(crate) struct Listeners {
    listeners: Vec<Listener>,
    broadcast: Broadcast,
    template: MessagingTemplate,
    /// How long each may take for an event.
    limit: Duration,
}

impl Listeners {
    pub(crate) fn new(
        listeners: Vec<Listener>,
        template: MessagingTemplate,
        limit: Duration,
    ) -> Self {
        Self {
            listeners,
            broadcast: Broadcast::default(),
            template,
            limit,
        }
    }

    /// Everything that is told from now on.
    pub(crate) fn stream(&self) -> EventStream {
        self.broadcast.stream()
    }

    /// The message that an event will be about, if anybody wants to hear of it.
    pub(crate) fn note(&self, message: &Message) -> Option<Message> {
        self.are_there().then(|| message.clone())
    }

    /// Tells all of them, one after the other, and returns when they have heard it. One that panics or
    /// takes too long hinders nobody. Nobody is told about a message that was not
    /// [noted](Self::note).
    pub(crate) async fn tell(
        &self,
        session: &Arc<Session>,
        message: Option<Message>,
        kind: impl FnOnce() -> SessionEventKind,
    ) {
        let Some(message) = message.filter(|_| self.are_there()) else {
            return;
        };
        let event = SessionEvent {
            kind: kind(),
            message: Arc::new(message),
            session: Arc::clone(session),
            template: self.template.clone(),
        };
        self.broadcast.tell(&event);
        for Listener { place, hear } in &self.listeners {
            // The call belongs to what may panic, not only what it returns.
            let hearing = async {
                if let Some(hearing) = hear(event.clone()) {
                    hearing.await;
                }
            };
            match timeout(self.limit, AssertUnwindSafe(hearing).catch_unwind()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => tracing::error!(?event, listener = %place, "a listener panicked"),
                Err(_) => {
                    tracing::error!(?event, listener = %place, "a listener took too long, and was stopped");
                }
            }
        }
    }

    fn are_there(&self) -> bool {
        !self.listeners.is_empty() || self.broadcast.is_heard()
    }
}

impl fmt::Debug for Listeners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Listeners({})", self.listeners.len())
    }
}
