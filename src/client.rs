#![doc = include_str!("../docs/client.md")]

#[doc(inline)]
pub use stompframe_core::client::{
    Backoff, ClientBuilder, ClientError, ClientLimits, ClientState, Confirmation, Connected,
    Connector, Incoming, Received, SendRequest, ServerError, StompClient, SubscribeRequest,
    Subscription, Tcp, Transaction, Transport,
};

#[cfg(feature = "tls")]
#[cfg_attr(docsrs, doc(cfg(feature = "tls")))]
#[doc(inline)]
pub use stompframe_core::client::Tls;

#[cfg(feature = "websocket-client")]
#[cfg_attr(docsrs, doc(cfg(feature = "websocket-client")))]
#[doc(inline)]
pub use stompframe_axum::WebSocket;
