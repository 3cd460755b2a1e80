use std::fmt;
use std::sync::Arc;

use super::interceptor::{ChannelContext, ChannelInterceptor, Outcome, Step, Verdict, intercept};
use crate::error::{ErrorCode, MessagingError};
use crate::message::Message;

/// The interceptors of one channel, in their order.
#[derive(Clone, Default)]
pub struct Interceptors(Vec<Arc<dyn ChannelInterceptor>>);

impl Interceptors {
    /// Adds one at the end.
    #[must_use]
    pub fn interceptor(mut self, interceptor: impl ChannelInterceptor) -> Self {
        self.0.push(Arc::new(interceptor));
        self
    }

    /// Adds a closure at the end; see [`intercept`].
    #[must_use]
    pub fn intercept<F>(self, pre_send: F) -> Self
    where
        F: Fn(&mut Message, ChannelContext<'_>) -> Verdict + Send + Sync + 'static,
    {
        self.interceptor(intercept(pre_send))
    }

    /// Whether there are none, so that a channel can take its short way.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Asks each in turn. When one does not let the message pass, those before it learn of the end,
    /// and the answer is what became of the message.
    pub(super) async fn pre_send(
        &self,
        message: &mut Message,
        context: ChannelContext<'_>,
    ) -> Result<Result<(), Outcome>, MessagingError> {
        for (index, interceptor) in self.0.iter().enumerate() {
            let verdict = match interceptor.pre_send(message, context) {
                Step::Ready(verdict) => verdict,
                Step::Pending(verdict) => verdict.await,
            };
            let result = match verdict {
                Verdict::Continue => continue,
                Verdict::Drop => Ok(Outcome::Dropped),
                Verdict::Fail(error) => Err(error),
            };
            Self::completed(&self.0[..index], message, &result, context);
            return result.map(Err);
        }
        Ok(Ok(()))
    }

    /// Asks each in turn whether a message that they let pass may still take effect.
    pub(super) async fn pre_commit(
        &self,
        message: &Message,
        context: ChannelContext<'_>,
    ) -> Result<(), MessagingError> {
        for interceptor in &self.0 {
            let verdict = match interceptor.pre_commit(message, context) {
                Step::Ready(verdict) => verdict,
                Step::Pending(verdict) => verdict.await,
            };
            match verdict {
                Verdict::Continue => {}
                Verdict::Drop => return Err(ErrorCode::Denied.into()),
                Verdict::Fail(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Tells all that the message which they let pass is done with.
    pub(super) fn done(
        &self,
        message: &Message,
        result: &Result<Outcome, MessagingError>,
        context: ChannelContext<'_>,
    ) {
        if let Ok(outcome) = result {
            for interceptor in &self.0 {
                interceptor.post_send(message, *outcome, context);
            }
        }
        Self::completed(&self.0, message, result, context);
    }

    /// Tells all that a message which they let pass goes no further.
    pub(super) fn dropped(&self, message: &Message, context: ChannelContext<'_>) {
        Self::completed(&self.0, message, &Ok(Outcome::Dropped), context);
    }

    fn completed(
        passed: &[Arc<dyn ChannelInterceptor>],
        message: &Message,
        result: &Result<Outcome, MessagingError>,
        context: ChannelContext<'_>,
    ) {
        for interceptor in passed.iter().rev() {
            interceptor.after_completion(message, result.as_ref().copied(), context);
        }
    }
}

impl fmt::Debug for Interceptors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Interceptors({})", self.0.len())
    }
}
