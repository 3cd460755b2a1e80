use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::error::MessagingError;
use crate::message::Message;
use crate::session::Session;

/// Which of the three channels an interceptor stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChannelName {
    /// From the clients to the handlers and the broker.
    ClientInbound,
    /// From the handlers and the application to the broker.
    Broker,
    /// From the broker to one client.
    ClientOutbound,
}

impl fmt::Display for ChannelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClientInbound => "clientInbound",
            Self::Broker => "broker",
            Self::ClientOutbound => "clientOutbound",
        })
    }
}

/// Where an interceptor meets a message.
#[derive(Clone, Copy, Debug)]
pub struct ChannelContext<'a> {
    /// The channel.
    pub channel: ChannelName,
    /// The session that sent the message (inbound, and a handler's replies) or is to receive it
    /// (outbound). None for what the application publishes by itself.
    pub session: Option<&'a Arc<Session>>,
}

/// What [`pre_send`](ChannelInterceptor::pre_send) decides.
#[derive(Debug)]
pub enum Verdict {
    /// The message goes on.
    Continue,
    /// The message ends here, in silence; a client that asked for a receipt of it is told `denied`.
    Drop,
    /// The message fails, and whoever sent it is told.
    Fail(MessagingError),
}

/// A verdict, now or later.
///
/// Most interceptors know at once, and then nothing is allocated; one that has to wait boxes its
/// future.
pub enum Step<'a> {
    /// Decided.
    Ready(Verdict),
    /// Decided when the future is.
    Pending(BoxFuture<'a, Verdict>),
}

impl Step<'_> {
    /// Let it go on.
    pub const CONTINUE: Self = Self::Ready(Verdict::Continue);
}

impl fmt::Debug for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready(verdict) => f.debug_tuple("Ready").field(verdict).finish(),
            Self::Pending(_) => f.write_str("Pending"),
        }
    }
}

impl From<Verdict> for Step<'_> {
    fn from(verdict: Verdict) -> Self {
        Self::Ready(verdict)
    }
}

/// What became of a message that a channel took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Somebody was responsible, and is done with it.
    Handled,
    /// Nobody was responsible.
    Ignored,
    /// An interceptor dropped it.
    Dropped,
}

/// Sees every message of a channel, in the order in which the interceptors were added (Spring's
/// `ChannelInterceptor`).
///
/// ```
/// use stompframe_core::channel::{ChannelContext, ChannelInterceptor, Step, Verdict};
/// use stompframe_core::{ErrorCode, Message, MessagingError};
///
/// struct NoSecrets;
///
/// impl ChannelInterceptor for NoSecrets {
///     fn pre_send<'a>(&'a self, message: &'a mut Message, _: ChannelContext<'a>) -> Step<'a> {
///         if message.destination().starts_with("/topic/secret") {
///             return Verdict::Fail(MessagingError::new(ErrorCode::Denied)).into();
///         }
///         message.headers_mut().remove("internal");
///         Step::CONTINUE
///     }
/// }
/// ```
pub trait ChannelInterceptor: Send + Sync + 'static {
    /// Before the message is handed on: may change it, drop it or fail it. Once a verdict is not to
    /// continue, the interceptors that follow do not see the message.
    fn pre_send<'a>(&'a self, message: &'a mut Message, context: ChannelContext<'a>) -> Step<'a> {
        let _ = (message, context);
        Step::CONTINUE
    }

    /// Before a message takes effect that [`pre_send`](Self::pre_send) let pass a while ago: it belongs
    /// to a transaction, which is about to be committed. Nothing can be changed any more; whoever had a
    /// reason to let it pass looks whether that still holds. If one message of the transaction is not to
    /// continue, the COMMIT is refused as a whole.
    fn pre_commit<'a>(&'a self, message: &'a Message, context: ChannelContext<'a>) -> Step<'a> {
        let _ = (message, context);
        Step::CONTINUE
    }

    /// After everybody is done with the message; not called when it was dropped or failed on the
    /// way.
    fn post_send(&self, message: &Message, outcome: Outcome, context: ChannelContext<'_>) {
        let _ = (message, outcome, context);
    }

    /// At the end of every message that this interceptor let pass, in reverse order: the place to
    /// undo what `pre_send` set up.
    fn after_completion(
        &self,
        message: &Message,
        result: Result<Outcome, &MessagingError>,
        context: ChannelContext<'_>,
    ) {
        let _ = (message, result, context);
    }
}

/// An interceptor from a closure, for what needs no state and no waiting.
///
/// ```
/// use stompframe_core::channel::{Verdict, intercept};
///
/// let stamp = intercept(|message, _context| {
///     message.headers_mut().set("server", "blue");
///     Verdict::Continue
/// });
/// # let _ = stamp;
/// ```
pub fn intercept<F>(pre_send: F) -> impl ChannelInterceptor
where
    F: Fn(&mut Message, ChannelContext<'_>) -> Verdict + Send + Sync + 'static,
{
    Closure(pre_send)
}

struct Closure<F>(F);

impl<F> ChannelInterceptor for Closure<F>
where
    F: Fn(&mut Message, ChannelContext<'_>) -> Verdict + Send + Sync + 'static,
{
    fn pre_send<'a>(&'a self, message: &'a mut Message, context: ChannelContext<'a>) -> Step<'a> {
        Step::Ready(self.0(message, context))
    }
}
