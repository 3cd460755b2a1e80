use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, poll_immediate};
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::time::timeout;

use super::context::{Parts, Services};
use super::exception::{self, Exceptions};
use super::mapping::{MappingKind, Origin};
use super::registry::Route;
use super::replies::Replies;
use super::reply::{Items, ReplyMessage};
use super::{HandlerError, MappingRegistry, MessageContext, Reply, lookup_path};
use crate::channel::{BrokerChannel, ClientOutboundChannel, Handling, MessageHandler};
use crate::error::{Chain, ErrorCode, MessagingError};
use crate::message::{Message, MessageType};
use crate::session::Session;

/// Finds the handler of a message, calls it, and sends its reply on its way (Spring's
/// `SimpAnnotationMethodMessageHandler`).
pub(crate) struct AnnotatedHandlers {
    prefixes: Vec<String>,
    registry: Arc<MappingRegistry>,
    services: Arc<Services>,
    calls: Arc<Calls>,
}

/// What every call of a handler needs.
struct Calls {
    /// The exception handlers for all.
    exceptions: Exceptions,
    replies: Replies,
    limits: CallLimits,
}

/// What a call of a handler may take.
#[derive(Clone, Copy)]
pub(crate) struct CallLimits {
    pub(crate) time: Duration,
    /// How many replies of one session may go on at a time.
    pub(crate) streams: usize,
}

impl AnnotatedHandlers {
    pub(crate) fn new(
        prefixes: Vec<String>,
        registry: Arc<MappingRegistry>,
        exceptions: Exceptions,
        services: Arc<Services>,
        limits: CallLimits,
        broker: Arc<BrokerChannel>,
        outbound: Arc<ClientOutboundChannel>,
    ) -> Self {
        let replies = Replies { broker, outbound };
        Self {
            prefixes,
            registry,
            services,
            calls: Arc::new(Calls {
                exceptions,
                replies,
                limits,
            }),
        }
    }
}

impl MessageHandler for AnnotatedHandlers {
    fn handle(&self, message: &Arc<Message>, session: Option<&Arc<Session>>) -> Handling {
        let Some(kind) = MappingKind::of(message.message_type()) else {
            return Handling::Ignored;
        };
        let path = lookup_path(&self.prefixes, message.destination());
        let (Some(session), Some(path)) = (session, path) else {
            return Handling::Ignored;
        };
        let Some((route, captures)) = self.registry.find(kind, path) else {
            return Handling::Ignored;
        };
        if kind == MappingKind::Subscribe
            && let Err(error) = message.check_plain_subscription()
        {
            return Handling::Done(Err(error));
        }
        let context = MessageContext::new(Parts {
            lookup_path: message.destination().len() - path.len(),
            message: Arc::clone(message),
            session: Arc::clone(session),
            services: Arc::clone(&self.services),
            captures,
            variables: Arc::clone(&route.variables),
        });
        let call = Call {
            calls: Arc::clone(&self.calls),
            route: Arc::clone(route),
            context,
        };
        Handling::Pending(Arc::clone(&route.invoke).invoke(call))
    }

    fn check(&self, message: &Message, _session: &Session) -> Result<bool, MessagingError> {
        let path = lookup_path(&self.prefixes, message.destination());
        let is_mapped = |path| self.registry.find(MappingKind::Message, path).is_some();
        Ok(message.message_type() == MessageType::Message && path.is_some_and(is_mapped))
    }
}

/// One call of a handler.
pub(super) struct Call {
    calls: Arc<Calls>,
    route: Arc<Route>,
    context: MessageContext,
}

/// A function that messages can be mapped to.
pub(super) trait Invoke: Send + Sync {
    /// Calls it, with all that stands around a call. What the function's own future is gets lost
    /// only here, so that there is one box for both.
    fn invoke(self: Arc<Self>, call: Call) -> BoxFuture<'static, Result<(), MessagingError>>;
}

impl<I, F> Invoke for I
where
    I: Fn(MessageContext) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Reply, HandlerError>> + Send + 'static,
{
    fn invoke(self: Arc<Self>, call: Call) -> BoxFuture<'static, Result<(), MessagingError>> {
        Box::pin(async move {
            let mut result = Ok(Reply::none());
            let called = {
                // In a block of its own, so that a panic while the future is made counts as one, too. It stays where
                // it is made, for what is moved into a future takes its room twice; it leaves its result where that is
                // needed, past all that stands around it; and it is gone before the reply is sent, so that both have
                // the same room.
                let called = async {
                    result = self(call.context.clone())
                        .await
                        .map_err(HandlerError::into_inner);
                };
                let called = pin!(catch(call.route.origin, called));
                call.calls.guard(&call.route.origin, called).await
            };
            if let Err(error) = called {
                result = Err(error);
            }
            // From here on it is the same for all functions, and compiled once.
            call.calls
                .finish(&mut result, &call.route, &call.context)
                .await
        })
    }
}

impl Calls {
    /// Sends what a handler gave, or lets an exception handler have its error.
    async fn finish(
        self: &Arc<Self>,
        result: &mut Result<Reply, MessagingError>,
        route: &Arc<Route>,
        context: &MessageContext,
    ) -> Result<(), MessagingError> {
        let replied = match result {
            Ok(reply) => {
                let sent = self.send(route, context, &mut reply.messages).await;
                match reply.stream.take() {
                    Some(items) if sent.is_ok() => self.go_on(items, route, context),
                    _ => sent,
                }
            }
            Err(error) => Err(std::mem::replace(error, ErrorCode::Internal.into())),
        };
        match replied {
            Ok(()) => Ok(()),
            Err(error) => Err(Box::pin(self.except(route, context, error)).await),
        }
    }

    async fn send(
        &self,
        route: &Route,
        context: &MessageContext,
        messages: &mut [ReplyMessage],
    ) -> Result<(), MessagingError> {
        let (kind, targets) = (route.kind, &route.targets);
        self.replies
            .send(messages, kind, targets, &route.origin, context)
            .await
            .map(|_| ())
    }

    /// Sends what a stream gives, in a task of its own, until it or what it is for has ended.
    fn go_on(
        self: &Arc<Self>,
        mut items: Items,
        route: &Arc<Route>,
        context: &MessageContext,
    ) -> Result<(), MessagingError> {
        let session = context.session();
        let Some(running) = session.begin_stream(self.limits.streams) else {
            return Err(MessagingError::new(ErrorCode::TooManyStreams));
        };
        let (calls, route, context) = (Arc::clone(self), Arc::clone(route), context.clone());
        let ended = session.ended().clone();
        let sending = async move {
            let _running = running;
            loop {
                let sent = match catch(route.origin, items.next()).await {
                    Ok(Some(Ok(reply))) if is_wanted(&route, &context) => {
                        let mut messages = reply.messages;
                        calls.send(&route, &context, &mut messages).await
                    }
                    Ok(Some(Ok(_)) | None) => return,
                    Ok(Some(Err(error))) => Err(error.into_inner()),
                    Err(panicked) => Err(panicked),
                };
                if let Err(error) = sent {
                    let error = calls.except(&route, &context, error).await;
                    tracing::warn!(handler = %route.origin, error = %Chain(&error), "a stream failed");
                    return;
                }
                // A stream that never waits must not keep others from running.
                tokio::task::consume_budget().await;
            }
        };
        tokio::spawn(ended.run_until_cancelled_owned(sending));
        Ok(())
    }

    /// Lets an exception handler have the error, if there is one for it. What comes back is told to
    /// the client, unless the exception handler has done so.
    async fn except(
        &self,
        route: &Route,
        context: &MessageContext,
        error: MessagingError,
    ) -> MessagingError {
        let Some(handler) = exception::choose(&route.exceptions, &self.exceptions, &error) else {
            return error;
        };
        tracing::debug!(
            handler = %route.origin,
            exception_handler = %handler.origin,
            error = %Chain(&error),
            "an exception handler takes the error of a handler"
        );
        let for_client = error.without_source();
        let mut result = Ok(Reply::none());
        let called = {
            let called = async {
                result = handler
                    .call(context.clone(), error)
                    .await
                    .map_err(HandlerError::into_inner);
            };
            let called = pin!(catch(handler.origin, called));
            self.guard(&handler.origin, called).await
        };
        let replied = match called.and(result) {
            Ok(Reply { mut messages, .. }) => {
                let (kind, targets) = (MappingKind::Message, handler.targets);
                self.replies
                    .send(&mut messages, kind, targets, &handler.origin, context)
                    .await
            }
            Err(error) => Err(error),
        };
        match replied {
            Ok(reached_sender) => for_client.handled(reached_sender),
            Err(error) => {
                tracing::error!(
                    exception_handler = %handler.origin,
                    error = %Chain(&error),
                    "an exception handler failed"
                );
                for_client
            }
        }
    }

    /// Runs a handler within its bounds.
    async fn guard(
        &self,
        origin: &Origin,
        mut call: Pin<&mut (impl Future<Output = Result<(), MessagingError>> + Send)>,
    ) -> Result<(), MessagingError> {
        // Most handlers have nothing to wait for, and need no timer.
        if let Some(result) = poll_immediate(call.as_mut()).await {
            return result;
        }
        // In a box, so that they need not have room for it either.
        let timed = Box::pin(timeout(self.limits.time, call));
        timed.await.unwrap_or_else(|_| {
            Err(MessagingError::new(ErrorCode::HandlerTimeout)
                .with_source(format!("{origin} took longer than {:?}", self.limits.time)))
        })
    }
}

/// Whether somebody can still receive replies: what answers a SUBSCRIBE straight ends with it.
fn is_wanted(route: &Route, context: &MessageContext) -> bool {
    let straight = route.kind == MappingKind::Subscribe && route.targets.is_empty();
    let lives = |id| context.session().subscription(id).is_some();
    !straight || context.message().subscription().is_none_or(lives)
}

/// Runs what the application wrote. A panic in it ends here: it is one message's failure and nobody
/// else's.
fn catch<T>(
    origin: Origin,
    call: impl Future<Output = T> + Send,
) -> impl Future<Output = Result<T, MessagingError>> + Send {
    AssertUnwindSafe(call)
        .catch_unwind()
        .map(move |caught| caught.map_err(|panic| panicked(&origin, panic.as_ref())))
}

#[cold]
fn panicked(origin: &Origin, panic: &(dyn Any + Send)) -> MessagingError {
    let panic = panic_message(panic);
    tracing::error!(handler = %origin, panic, "a handler panicked");
    MessagingError::new(ErrorCode::Internal).with_source(format!("handler panicked: {panic}"))
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("(not a text)")
}
