//! The message flow of stompframe: from a client's bytes through the channels to handlers and
//! broker, and back.
//!
//! Applications use the `stompframe` crate, which shows what is here under shorter names, with the
//! attributes and the endpoints for axum. This crate knows tokio, but no HTTP.
//!
//! The modules stand in the order of the journey; none knows those after it.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod error;
pub mod stomp;

mod destination;
mod states;

pub mod message;
pub mod session;

pub mod transport;

pub mod client;

pub mod channel;

pub mod security;

pub mod template;

pub mod event;

pub mod handler;

pub mod broker;

pub mod user;

pub mod connection;

mod messaging;

#[cfg(feature = "test-util")]
#[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
pub mod test;

pub use self::connection::Limits;
pub use self::error::{BoxError, ErrorCode, MessagingError};
pub use self::event::{DisconnectReason, EventStream, SessionEvent, SessionEventKind};
pub use self::handler::{FromMessage, HandlerError, IntoReply, MessageContext};
pub use self::message::{Message, MessageConverter, MessageType, Payload, PayloadAs};
pub use self::messaging::{BuildError, Messaging, MessagingBuilder};
pub use self::session::{Principal, Session, SessionAttributes, SessionId, SessionRegistry};
pub use self::template::MessagingTemplate;
pub use self::user::UserRegistry;

/// The attributes, for those who use this crate without `stompframe`, which documents them.
pub use stompframe_macros::{
    core_authorize as authorize, core_controller as controller,
    core_event_listener as event_listener,
    core_message_exception_handler as message_exception_handler,
    core_message_mapping as message_mapping, core_send_to as send_to,
    core_send_to_user as send_to_user, core_subscribe_mapping as subscribe_mapping,
};

/// What the attributes expand to. Nothing here is for people, and it may change with any release.
#[doc(hidden)]
pub mod __private {
    pub use inventory;

    pub use crate::error::MessagingError;
    pub use crate::event::{Event, SessionEvent};
    pub use crate::handler::exceptions;

    pub use crate::handler::{
        AnnotatedFunction, Controller, EventListener, ExceptionHandler, FromMessage, HandlerError,
        HandlerSpec, IntoReply, ListenerResult, Mapping, MappingKind, MessageContext, Origin,
        Registered, Registration, Reply,
    };
}
