use std::any::TypeId;
use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::reply_to::Target;
use super::{HandlerError, HandlerSpec, MessageContext, Origin, Reply, ReplyTo};
use crate::error::MessagingError;

/// Takes the errors of handlers, by their type: what `#[message_exception_handler]` builds.
#[derive(Clone)]
pub struct ExceptionHandler {
    pub(crate) origin: Origin,
    pub(crate) reply_to: Vec<ReplyTo>,
    pub(crate) spec: HandlerSpec,
    distance: fn(&MessagingError) -> Option<usize>,
    invoke: Arc<Invoke>,
}

type Invoke = dyn Fn(MessageContext, MessagingError) -> BoxFuture<'static, Result<Reply, HandlerError>>
    + Send
    + Sync;

impl ExceptionHandler {
    /// `distance` says how far down the chain of causes the error stands that it takes, if there is
    /// one: see [`distance_to`] and [`distance_to_owned`].
    pub fn new<F>(
        origin: Origin,
        distance: fn(&MessagingError) -> Option<usize>,
        invoke: impl Fn(MessageContext, MessagingError) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Reply, HandlerError>> + Send + 'static,
    {
        Self {
            origin,
            reply_to: Vec::new(),
            spec: HandlerSpec::default(),
            distance,
            invoke: Arc::new(move |context, error| invoke(context, error).boxed()),
        }
    }

    /// Adds a destination for the reply.
    #[must_use]
    pub fn send_to(mut self, destination: impl Into<String>) -> Self {
        self.reply_to.push(ReplyTo::Broker(destination.into()));
        self
    }

    /// Adds a user destination for the reply; without one, it is `/queue/errors`. With `broadcast`
    /// it goes to all sessions of the user.
    #[must_use]
    pub fn send_to_user(mut self, destination: Option<&str>, broadcast: bool) -> Self {
        let destination = Some(destination.unwrap_or(ERRORS).to_owned());
        self.reply_to.push(ReplyTo::User {
            destination,
            broadcast,
        });
        self
    }

    /// Everything that is written about destinations, in which there may be placeholders.
    pub(crate) fn destinations_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.reply_to.iter_mut().filter_map(ReplyTo::template_mut)
    }

    /// Lets an extractor or a reply describe itself.
    #[must_use]
    pub fn describe(mut self, describe: impl FnOnce(&mut HandlerSpec)) -> Self {
        describe(&mut self.spec);
        self
    }
}

impl fmt::Debug for ExceptionHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExceptionHandler")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

/// Where an error goes when nobody says otherwise: to who caused it, and to nobody else. (Spring
/// tells everybody who is subscribed to `/topic` and the lookup path.)
const ERRORS: &str = "/queue/errors";

/// Exception handlers that have been checked.
#[derive(Default)]
pub(crate) struct Exceptions(Vec<Checked>);

struct Checked {
    handler: ExceptionHandler,
    targets: Vec<Target>,
}

impl Exceptions {
    /// Checks handlers; what is wrong goes to `problems`.
    pub(crate) fn new(handlers: Vec<ExceptionHandler>, problems: &mut Vec<String>) -> Self {
        let mut checked = Vec::new();
        for handler in handlers {
            if handler.spec.is_stream() {
                problems.push(format!(
                    "{}: an exception handler cannot give a `Stream`: give `Messages` or a single \
                     reply",
                    handler.origin
                ));
            }
            let mut reply_to = handler.reply_to.clone();
            if reply_to.is_empty() {
                reply_to.push(ReplyTo::User {
                    destination: Some(ERRORS.to_owned()),
                    broadcast: false,
                });
            }
            match reply_to.iter().map(|to| Target::parse(to, &[])).collect() {
                Ok(targets) => checked.push(Checked { handler, targets }),
                Err(problem) => problems.push(format!("{}: {problem}", handler.origin)),
            }
        }
        Self(checked)
    }

    /// The one that takes an error closest to where the chain of causes begins.
    fn nearest(&self, error: &MessagingError) -> Option<(usize, &Checked)> {
        let distances = self
            .0
            .iter()
            .filter_map(|c| Some(((c.handler.distance)(error)?, c)));
        distances.min_by_key(|(distance, _)| *distance)
    }
}

/// A handler for an error, and where its reply goes.
pub(super) struct Chosen<'e> {
    pub(super) origin: Origin,
    pub(super) targets: &'e [Target],
    invoke: &'e Invoke,
}

/// Finds a handler for an error: first among those of the controller, then among those for all.
pub(super) fn choose<'e>(
    own: &'e Exceptions,
    global: &'e Exceptions,
    error: &MessagingError,
) -> Option<Chosen<'e>> {
    let (_, chosen) = own.nearest(error).or_else(|| global.nearest(error))?;
    let Checked { handler, targets } = chosen;
    Some(Chosen {
        origin: handler.origin,
        targets,
        invoke: &*handler.invoke,
    })
}

impl Chosen<'_> {
    pub(super) fn call(
        &self,
        context: MessageContext,
        error: MessagingError,
    ) -> BoxFuture<'static, Result<Reply, HandlerError>> {
        (self.invoke)(context, error)
    }
}

/// How far down the chain of causes there is an `E`; the framework's own error, which every failure
/// is, counts as the farthest, so that who takes it takes what nobody else does.
#[must_use]
pub fn distance_to<E: StdError + 'static>(error: &MessagingError) -> Option<usize> {
    if TypeId::of::<E>() == TypeId::of::<MessagingError>() {
        return Some(usize::MAX);
    }
    causes(error).position(<dyn StdError>::is::<E>)
}

/// As [`distance_to`], for a handler that takes the error itself and not a reference: that cannot
/// be taken out of an error that it caused.
#[must_use]
pub fn distance_to_owned<E: StdError + 'static>(error: &MessagingError) -> Option<usize> {
    distance_to::<E>(error).filter(|distance| matches!(*distance, 0 | usize::MAX))
}

/// An exception handler was called with an error that is not for it, which cannot be: it was asked
/// before.
#[derive(Debug, thiserror::Error)]
#[error("this error is not for this exception handler")]
pub struct NotThis;

/// The `E` in the chain of causes.
#[must_use]
pub fn find<E: StdError + 'static>(error: &MessagingError) -> Option<&E> {
    let itself: &(dyn StdError + 'static) = error;
    itself
        .downcast_ref()
        .or_else(|| causes(error).find_map(|cause| cause.downcast_ref()))
}

/// Takes the `E` out.
///
/// # Errors
///
/// Gives the error back if it is not an `E`.
pub fn take<E: StdError + Send + Sync + 'static>(
    error: MessagingError,
) -> Result<E, MessagingError> {
    match error.downcast() {
        Ok(error) => Ok(error),
        Err(error) => error.downcast_source(),
    }
}

fn causes(error: &MessagingError) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    let mut next = error.source();
    std::iter::from_fn(move || {
        let cause = next?;
        next = cause.source();
        Some(cause)
    })
}
