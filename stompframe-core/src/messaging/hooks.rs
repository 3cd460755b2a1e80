use super::MessagingBuilder;
use crate::connection::{ErrorFrame, ErrorHandler};

/// The application's hand on what happens to sessions.
impl MessagingBuilder {
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
