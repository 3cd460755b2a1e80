use std::panic::Location;

use super::MessagingBuilder;
use crate::connection::{ErrorFrame, ErrorHandler};
use crate::event::{Listener, SessionEvent};

/// The application's hand on what happens to sessions.
impl MessagingBuilder {
    /// Wants to know what becomes of sessions (Spring's `SessionConnectedEvent` and its like). Can be
    /// said several times; listeners are told in that order, one after the other.
    ///
    /// They belong to the flow of the session: its next frame is looked at when they are done, so what
    /// they see comes in the order in which it happened. No listener takes more than
    /// [`handler_timeout`](crate::Limits::handler_timeout) for an event; beyond, it is stopped at its
    /// next `.await`. That, and a panic, are logged and hurt nobody. Where something takes long,
    /// `tokio::spawn` it.
    ///
    /// ```
    /// use stompframe_core::{Messaging, SessionEvent, SessionEventKind};
    ///
    /// let messaging = Messaging::builder()
    ///     .simple_broker(["/topic"])
    ///     .on_event(|event: SessionEvent| async move {
    ///         let Some(user) = event.session().principal() else { return };
    ///         let presence = match event.kind() {
    ///             SessionEventKind::Connected => format!("{} is here", user.name()),
    ///             SessionEventKind::Disconnected(_) => format!("{} has left", user.name()),
    ///             _ => return,
    ///         };
    ///         let _ = event.template().send("/topic/presence", presence).await;
    ///     })
    ///     .build()?;
    /// # Ok::<(), stompframe_core::BuildError>(())
    /// ```
    #[track_caller]
    pub fn on_event<F, Fut>(mut self, listener: F) -> Self
    where
        F: Fn(SessionEvent) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let listener = Listener::new(Location::caller().to_string(), move |event| {
            Some(Box::pin(listener(event)))
        });
        self.listeners.push(listener);
        self
    }

    /// Lets the application say ERROR in its own words (Spring's `StompSubProtocolErrorHandler`): it is
    /// given each ERROR frame before it is sent, and may change headers and body. That it is sent, with
    /// its `receipt-id`, and that the connection closes behind it, is not for it to decide (STOMP 1.2,
    /// ERROR).
    ///
    /// It does not see the ERROR of a client that reads too slowly (`slow-consumer`). A handler that
    /// panics, or writes what no frame can carry, has the frame sent as it was.
    ///
    /// ```
    /// use stompframe_core::Messaging;
    ///
    /// let messaging = Messaging::builder()
    ///     .error_handler(|frame| {
    ///         frame.headers_mut().set("help", "https://chat.example/errors");
    ///         if let Some(failed) = frame.failed() {
    ///             let sentence = format!("your {} could not be processed", failed.command());
    ///             frame.set_body("text/plain;charset=UTF-8", sentence);
    ///         }
    ///     })
    ///     .build()?;
    /// # Ok::<(), stompframe_core::BuildError>(())
    /// ```
    pub fn error_handler(
        mut self,
        handler: impl Fn(&mut ErrorFrame<'_>) + Send + Sync + 'static,
    ) -> Self {
        if self
            .error_handler
            .replace(ErrorHandler::new(handler))
            .is_some()
        {
            self.problems
                .push("`.error_handler(..)` was said twice: remove one".to_owned());
        }
        self
    }
}
