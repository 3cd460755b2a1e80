//! Handlers: what the attributes register and what is routed without them, how a message finds its
//! handler, and what becomes of the reply.

pub mod extract;

mod context;
mod dispatch;
mod error;
mod event_listener;
mod exception;
mod exception_route;
mod function;
mod guards;
mod mapping;
mod properties;
mod registration;
mod registry;
mod replies;
mod reply;
mod reply_to;
mod requirements;
mod route;

pub use self::context::MessageContext;
pub(crate) use self::context::Services;
pub(crate) use self::dispatch::{AnnotatedHandlers, CallLimits};
pub use self::error::HandlerError;
pub use self::event_listener::{EventListener, ListenerResult};
pub use self::exception::ExceptionHandler;
pub(crate) use self::exception::Exceptions;
pub use self::exception_route::{Exception, ExceptionFunction, ExceptionSpec, exception};
pub use self::extract::FromMessage;
pub use self::function::Handler;
pub(crate) use self::guards::MappingGuards;
pub use self::mapping::{Mapping, MappingKind, Origin};
pub(crate) use self::properties::Properties;
pub(crate) use self::registration::discovered;
pub use self::registration::{AnnotatedFunction, Controller, Registered, Registration};
pub(crate) use self::registry::MappingRegistry;
use self::registry::lookup_path;
pub use self::reply::{
    ExceptSender, IntoReply, Messages, Reply, ReplyPart, SendTo, SendToUser, Stream,
};
pub use self::reply_to::ReplyTo;
pub use self::requirements::HandlerSpec;
pub use self::route::{RouteSpec, message, subscription};

/// What the expansion of `#[message_exception_handler]` calls.
#[doc(hidden)]
pub mod exceptions {
    pub use super::exception::{NotThis, distance_to, distance_to_owned, find, take};
}
