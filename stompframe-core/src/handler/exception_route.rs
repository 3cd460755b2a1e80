//! Exception handlers without attributes: which errors a plain function or a closure is for.

use std::any::type_name;
use std::error::Error as StdError;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::panic::Location;

use futures_util::future::{BoxFuture, ready};

use super::exception::{NotThis, distance_to, find, take};
use super::route::origin;
use super::{ExceptionHandler, HandlerError, HandlerSpec, MessageContext, Reply, ReplyTo};
use crate::error::MessagingError;

/// Which errors an exception handler takes, and where its reply goes: what
/// `#[message_exception_handler]` says, for
/// [`exception_handler`](crate::MessagingBuilder::exception_handler). Made by [`exception`].
#[must_use = "give it to `exception_handler`"]
pub struct ExceptionSpec<E> {
    reply_to: Vec<ReplyTo>,
    takes: PhantomData<fn() -> E>,
}

/// Errors of this type, anywhere in the chain of causes; [`MessagingError`] is whatever nobody else
/// takes.
///
/// ```
/// use stompframe_core::handler::{Exception, exception, message};
/// use stompframe_core::{Messaging, Principal};
///
/// #[derive(Debug, thiserror::Error)]
/// #[error("room {0} is full")]
/// struct RoomIsFull(u64);
///
/// let messaging = Messaging::builder()
///     .route(message("/enter"), async || Err::<(), _>(RoomIsFull(7)))
///     .exception_handler(
///         exception::<RoomIsFull>().send_to_user("/queue/refused"),
///         async |error: Exception<RoomIsFull>, user: Option<Principal>| {
///             format!("{error}, {}", user.as_ref().map_or("stranger", Principal::name))
///         },
///     )
///     .simple_broker(["/topic"])
///     .build()?;
/// # Ok::<(), stompframe_core::BuildError>(())
/// ```
pub const fn exception<E: StdError + Send + Sync + 'static>() -> ExceptionSpec<E> {
    ExceptionSpec {
        reply_to: Vec::new(),
        takes: PhantomData,
    }
}

impl<E: StdError + Send + Sync + 'static> ExceptionSpec<E> {
    /// Sends the reply to this destination. Can be said several times. Without any, it goes to the
    /// `/user/queue/errors` of the session whose message failed.
    pub fn send_to(mut self, destination: impl Into<String>) -> Self {
        self.reply_to.push(ReplyTo::Broker(destination.into()));
        self
    }

    /// Sends the reply to the user whose message failed, to all sessions of that user. `None` means
    /// `/queue/errors`.
    pub fn send_to_user<'d>(self, destination: impl Into<Option<&'d str>>) -> Self {
        self.user(destination.into(), true)
    }

    /// As [`send_to_user`](Self::send_to_user), but only to the session that sent the message.
    pub fn send_to_session<'d>(self, destination: impl Into<Option<&'d str>>) -> Self {
        self.user(destination.into(), false)
    }

    fn user(mut self, destination: Option<&str>, broadcast: bool) -> Self {
        self.reply_to.push(ReplyTo::User {
            destination: destination.map(str::to_owned),
            broadcast,
        });
        self
    }

    /// The exception handler that was given at a place in the source.
    pub(crate) fn into_handler<H: ExceptionFunction<E, Args>, Args>(
        self,
        function: H,
        place: &'static Location<'static>,
    ) -> ExceptionHandler {
        let origin = origin(type_name::<H>(), place);
        let handler = ExceptionHandler::new(origin, distance_to::<E>, move |context, error| {
            match Exception::new(error) {
                Ok(error) => function.call(error, context),
                Err(error) => Box::pin(ready(Err(error.into()))),
            }
        });
        let add = |handler: ExceptionHandler, to| match to {
            ReplyTo::Broker(destination) => handler.send_to(destination),
            ReplyTo::User {
                destination,
                broadcast,
            } => handler.send_to_user(destination.as_deref(), broadcast),
        };
        let handler = self.reply_to.into_iter().fold(handler, add);
        handler.describe(H::describe)
    }
}

impl<E> fmt::Debug for ExceptionSpec<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExceptionSpec")
            .field("takes", &type_name::<E>())
            .field("reply_to", &self.reply_to)
            .finish()
    }
}

/// The error that an exception handler takes, for one without attributes. It is read as the `E`
/// that was found in the chain of causes.
pub struct Exception<E> {
    error: MessagingError,
    found: PhantomData<fn() -> E>,
}

impl<E: StdError + Send + Sync + 'static> Exception<E> {
    fn new(error: MessagingError) -> Result<Self, NotThis> {
        find::<E>(&error).ok_or(NotThis)?;
        Ok(Self {
            error,
            found: PhantomData,
        })
    }

    /// The failure of the message, of which the `E` is a cause: its code, and what the client may
    /// hear of it.
    #[must_use]
    pub const fn failure(&self) -> &MessagingError {
        &self.error
    }

    /// The `E` itself.
    ///
    /// # Errors
    ///
    /// Gives the failure back if the `E` is not what the handler returned but the cause of that: it
    /// cannot be taken out of an error that it caused.
    pub fn into_inner(self) -> Result<E, MessagingError> {
        take(self.error)
    }
}

impl<E: StdError + 'static> Deref for Exception<E> {
    type Target = E;

    fn deref(&self) -> &E {
        find(&self.error).unwrap_or_else(|| unreachable!("it was there when this was made"))
    }
}

impl<E: StdError + 'static> fmt::Display for Exception<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl<E> fmt::Debug for Exception<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Exception").field(&self.error).finish()
    }
}

/// A plain asynchronous function or closure that can take errors, for
/// [`exception_handler`](crate::MessagingBuilder::exception_handler): its first argument is the
/// [`Exception<E>`], all else, up to twelve more arguments, is as in a [`Handler`](super::Handler).
///
/// It is implemented for all of them and for nothing else.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot take a `{E}`",
    label = "not an exception handler",
    note = "it is an `async fn`, or a closure that returns a future, and its first argument is the `Exception<{E}>`",
    note = "each of its other arguments, 12 at most, implements `FromMessage`, its result implements `IntoReply`, and \
            its future is `Send`"
)]
pub trait ExceptionFunction<E, Args>: Send + Sync + 'static {
    /// Reads the other arguments from the message that failed and calls the function.
    fn call(
        &self,
        error: Exception<E>,
        context: MessageContext,
    ) -> BoxFuture<'static, Result<Reply, HandlerError>>;

    /// Lets arguments and result say what they need of the application.
    fn describe(spec: &mut HandlerSpec);
}
