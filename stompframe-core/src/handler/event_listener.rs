use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::context::Services;
use super::{HandlerError, HandlerSpec, MessageContext, Origin};
use crate::error::Chain;
use crate::event::{Listener, SessionEvent};

/// Hears what becomes of sessions: what `#[event_listener]` builds.
#[derive(Clone)]
pub struct EventListener {
    pub(crate) origin: Origin,
    pub(crate) spec: HandlerSpec,
    hear: Arc<Hear>,
}

/// None for an event that it does not want to hear of.
type Hear = dyn Fn(&SessionEvent, MessageContext) -> Option<BoxFuture<'static, Result<(), HandlerError>>>
    + Send
    + Sync;

impl EventListener {
    /// A function that hears of those events for which it gives something.
    pub fn new<F>(
        origin: Origin,
        hear: impl Fn(&SessionEvent, MessageContext) -> Option<F> + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), HandlerError>> + Send + 'static,
    {
        Self {
            origin,
            spec: HandlerSpec::default(),
            hear: Arc::new(move |event, context| {
                hear(event, context).map(|hearing| Box::pin(hearing) as BoxFuture<'static, _>)
            }),
        }
    }

    /// Lets an extractor describe itself.
    #[must_use]
    pub fn describe(mut self, describe: impl FnOnce(&mut HandlerSpec)) -> Self {
        describe(&mut self.spec);
        self
    }

    /// As one of those who are told.
    pub(crate) fn into_listener(self, services: Arc<Services>) -> Listener {
        let Self { origin, hear, .. } = self;
        Listener::new(origin.to_string(), move |event| {
            let context = MessageContext::of_event(&event, &services);
            let hearing = hear(&event, context)?;
            Some(Box::pin(async move {
                if let Err(error) = hearing.await {
                    let error = error.into_inner();
                    tracing::error!(listener = %origin, ?event, error = %Chain(&error), "a listener failed");
                }
            }))
        })
    }
}

impl fmt::Debug for EventListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventListener")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

/// What an event listener may return: nothing, or whether it failed, for the log.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the result of an event listener",
    label = "nobody would receive this",
    note = "return `()` or `Result<(), E>`; send with a `MessagingTemplate`"
)]
pub trait ListenerResult {
    /// The failure, if it failed.
    ///
    /// # Errors
    ///
    /// When the listener did.
    fn into_result(self) -> Result<(), HandlerError>;
}

impl ListenerResult for () {
    fn into_result(self) -> Result<(), HandlerError> {
        Ok(())
    }
}

impl<E: StdError + Send + Sync + 'static> ListenerResult for Result<(), E> {
    fn into_result(self) -> Result<(), HandlerError> {
        self.map_err(HandlerError::from)
    }
}

/// Of the framework's own.
impl ListenerResult for Result<(), HandlerError> {
    fn into_result(self) -> Self {
        self
    }
}
