//! Annotated handlers: what the attributes register, how a message finds its handler, and what
//! becomes of the reply.

pub mod extract;

mod context;
mod dispatch;
mod error;
mod mapping;
mod registration;
mod registry;
mod reply;
mod requirements;

pub use self::context::MessageContext;
pub(crate) use self::context::{Services, States};
pub(crate) use self::dispatch::AnnotatedHandlers;
pub use self::error::HandlerError;
pub use self::extract::FromMessage;
pub use self::mapping::{Mapping, MappingKind, Origin};
pub(crate) use self::registration::discovered;
pub use self::registration::{AnnotatedFunction, Controller, Registered, Registration};
pub(crate) use self::registry::MappingRegistry;
use self::registry::lookup_path;
pub use self::reply::{IntoReply, Reply};
pub use self::requirements::HandlerSpec;
