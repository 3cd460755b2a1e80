use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::time::timeout;

use super::{SessionEvent, SessionEventKind};
use crate::session::Session;
use crate::template::MessagingTemplate;

/// Somebody who wants to know.
pub(crate) type Listener = Box<dyn Fn(SessionEvent) -> BoxFuture<'static, ()> + Send + Sync>;

/// All who want to know what becomes of sessions.
pub(crate) struct Listeners {
    listeners: Vec<Listener>,
    template: MessagingTemplate,
    /// How long each may take for an event.
    limit: Duration,
}

impl Listeners {
    pub(crate) const fn new(
        listeners: Vec<Listener>,
        template: MessagingTemplate,
        limit: Duration,
    ) -> Self {
        Self {
            listeners,
            template,
            limit,
        }
    }

    /// Tells all of them, one after the other, and returns when they have heard it. One that panics or
    /// takes too long hinders nobody.
    pub(crate) async fn tell(
        &self,
        session: &Arc<Session>,
        kind: impl FnOnce() -> SessionEventKind,
    ) {
        if self.listeners.is_empty() {
            return;
        }
        let event = SessionEvent {
            kind: kind(),
            session: Arc::clone(session),
            template: self.template.clone(),
        };
        for listener in &self.listeners {
            // The call belongs to what may panic, not only what it returns.
            let hearing = async { listener(event.clone()).await };
            match timeout(self.limit, AssertUnwindSafe(hearing).catch_unwind()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => tracing::error!(?event, "a listener panicked"),
                Err(_) => tracing::error!(?event, "a listener took too long, and was stopped"),
            }
        }
    }
}

impl fmt::Debug for Listeners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Listeners({})", self.listeners.len())
    }
}
