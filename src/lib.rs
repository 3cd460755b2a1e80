#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(inline)]
pub use stompframe_axum::{
    Endpoint, Error, Handshake, HandshakeResult, MessagingRouter, MessagingTcp, SockJs,
    SockJsConnection, SockJsTransport, TcpEndpoint, TcpServer, TrustedProxies, serve, serve_on,
};
#[doc(inline)]
pub use stompframe_core::connection::{Connect, Denied, ErrorFrame};
#[doc(inline)]
pub use stompframe_core::handler::{
    ExceptSender, Exception, ExceptionFunction, ExceptionSpec, FromMessage, Handler, HandlerError,
    IntoReply, MessageContext, Messages, ReplyPart, RouteSpec, SendTo, SendToUser, Stream,
    exception, message, subscription,
};
#[doc(inline)]
pub use stompframe_core::message::{
    IntoPayload, Message, MessageConverter, MessageType, Payload, PayloadAs,
};
#[doc(inline)]
pub use stompframe_core::session::{
    Principal, Session, SessionAttributes, SessionId, SessionRegistry,
};
#[doc(inline)]
pub use stompframe_core::{
    BoxError, BuildError, DisconnectReason, ErrorCode, EventStream, Limits, Messaging,
    MessagingBuilder, MessagingError, MessagingTemplate, SessionEvent, SessionEventKind,
    UserRegistry,
};

#[doc(inline)]
pub use stompframe_core::handler::extract;
#[doc(inline)]
pub use stompframe_core::{
    broker, channel, connection, error, event, handler, message, security, session, stomp,
    transport, user,
};

#[cfg(feature = "test-util")]
#[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
#[doc(inline)]
pub use stompframe_core::test;

pub use self::attributes::{
    authorize, controller, event_listener, message_exception_handler, message_mapping, send_to,
    send_to_user, subscribe_mapping,
};

#[doc(hidden)]
pub use stompframe_core::__private;

pub mod client;

mod attributes;
pub mod guide;

/// What most modules with handlers need: `use stompframe::prelude::*`.
///
/// It brings the attributes, what handlers commonly take and give, the builder and the endpoint,
/// and serde's derives.
pub mod prelude {
    pub use serde::{Deserialize, Serialize};

    pub use crate::event::{
        ConnectEvent, ConnectedEvent, DisconnectedEvent, SubscribedEvent, UnsubscribedEvent,
    };
    #[cfg(feature = "garde")]
    #[cfg_attr(docsrs, doc(cfg(feature = "garde")))]
    pub use crate::extract::Valid;
    pub use crate::extract::{
        Destination, Header, HeaderName, Headers, ReceiptId, SessionScoped, State, Variables,
    };
    pub use crate::{
        Connect, Denied, Endpoint, ErrorCode, ExceptSender, FromMessage, HandlerError, Handshake,
        IntoReply, Message, MessageContext, Messages, Messaging, MessagingError, MessagingRouter,
        MessagingTcp, MessagingTemplate, Payload, PayloadAs, Principal, SendTo, SendToUser,
        Session, SessionAttributes, SessionEvent, SessionEventKind, UserRegistry,
    };
    pub use crate::{
        authorize, controller, event_listener, message_exception_handler, message_mapping, send_to,
        send_to_user, subscribe_mapping,
    };
}
