//! What becomes of sessions, for those who want to know.

mod listeners;
mod reason;
mod stream;
mod typed;

use std::fmt;
use std::sync::Arc;

use bytestring::ByteString;

pub(crate) use self::listeners::{Listener, Listeners};
pub use self::reason::DisconnectReason;
pub use self::stream::EventStream;
pub use self::typed::{
    ConnectEvent, ConnectedEvent, DisconnectedEvent, Event, SubscribedEvent, UnsubscribedEvent,
};
use crate::message::{Message, SubscriptionId};
use crate::session::Session;
use crate::template::MessagingTemplate;

/// Something has become of a session (Spring's `SessionConnectEvent` and its like).
///
/// A session that connects has each of `Connect`, `Connected` and `Disconnected` exactly once, in this
/// order, and those of its subscriptions in between, in the order of its frames. Only one whose
/// connection a shutdown has to cut, as it takes too long, has no `Disconnected`.
#[derive(Clone)]
pub struct SessionEvent {
    kind: SessionEventKind,
    message: Arc<Message>,
    session: Arc<Session>,
    template: MessagingTemplate,
}

/// What has become of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionEventKind {
    /// Its CONNECT was accepted, and who it belongs to is decided. The client has not been told yet.
    Connect,
    /// It is connected: CONNECTED is on its way.
    Connected,
    /// A subscription is live: nothing that is published from now on is missed, and its RECEIPT, if the
    /// client asked for one, is on its way.
    Subscribed {
        /// The subscription.
        id: SubscriptionId,
        /// To what, as the client named it.
        destination: ByteString,
    },
    /// A subscription has ended, because the client said UNSUBSCRIBE or because it was
    /// [revoked](Session::revoke). Those that a session still has as it ends are not told one by one.
    Unsubscribed {
        /// The subscription.
        id: SubscriptionId,
        /// To what it was, as the client named it.
        destination: ByteString,
    },
    /// It is over, and neither the registry nor the broker knows it any more. What it was subscribed to
    /// still stands in [`Session::subscriptions`].
    Disconnected(DisconnectReason),
}

impl SessionEvent {
    /// What has become of the session.
    #[must_use]
    pub const fn kind(&self) -> &SessionEventKind {
        &self.kind
    }

    /// The frame that brought it about, as the client sent it: CONNECT, SUBSCRIBE or UNSUBSCRIBE; for the
    /// end of the session, a DISCONNECT without headers, whatever ended it.
    #[must_use]
    pub fn message(&self) -> &Message {
        &self.message
    }

    pub(crate) const fn shared_message(&self) -> &Arc<Message> {
        &self.message
    }

    /// The session.
    #[must_use]
    pub const fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// To publish what follows from it.
    #[must_use]
    pub const fn template(&self) -> &MessagingTemplate {
        &self.template
    }
}

impl fmt::Debug for SessionEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionEvent")
            .field("session", self.session.id())
            .field("kind", &self.kind)
            .finish()
    }
}
