//! The events one by one, for listeners that want to hear of one kind.

use bytestring::ByteString;

use super::{DisconnectReason, SessionEvent, SessionEventKind};
use crate::message::SubscriptionId;

/// What an event listener can hear of: the type of its parameter `event`.
///
/// [`SessionEvent`] is all of them. It is implemented for nothing else than the types of this module.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no event of a session",
    label = "not an event",
    note = "take `SessionEvent` for all of them, or one of `ConnectEvent`, `ConnectedEvent`, `SubscribedEvent`, \
            `UnsubscribedEvent`, `DisconnectedEvent`"
)]
pub trait Event: Sized + Send + 'static {
    /// The event, if it is of this kind.
    fn of(event: &SessionEvent) -> Option<Self>;
}

/// Somebody connects: CONNECT was accepted, and the client has not been told yet (Spring's
/// `SessionConnectEvent`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectEvent;

/// Somebody is connected: CONNECTED is on its way (Spring's `SessionConnectedEvent`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectedEvent;

/// A subscription is live: nothing that is published from now on is missed (Spring's
/// `SessionSubscribeEvent`, which comes before that).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SubscribedEvent {
    /// The subscription.
    pub id: SubscriptionId,
    /// To what, as the client named it.
    pub destination: ByteString,
}

/// A subscription has ended before its session (Spring's `SessionUnsubscribeEvent`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnsubscribedEvent {
    /// The subscription.
    pub id: SubscriptionId,
    /// To what it was, as the client named it.
    pub destination: ByteString,
}

/// A session is over, and only once (Spring's `SessionDisconnectEvent`). What it was subscribed to still
/// stands in [`Session::subscriptions`](crate::Session::subscriptions).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DisconnectedEvent {
    /// Why.
    pub reason: DisconnectReason,
}

impl Event for SessionEvent {
    fn of(event: &SessionEvent) -> Option<Self> {
        Some(event.clone())
    }
}

impl Event for ConnectEvent {
    fn of(event: &SessionEvent) -> Option<Self> {
        matches!(event.kind, SessionEventKind::Connect).then_some(Self)
    }
}

impl Event for ConnectedEvent {
    fn of(event: &SessionEvent) -> Option<Self> {
        matches!(event.kind, SessionEventKind::Connected).then_some(Self)
    }
}

impl Event for SubscribedEvent {
    fn of(event: &SessionEvent) -> Option<Self> {
        match event.kind.clone() {
            SessionEventKind::Subscribed { id, destination } => Some(Self { id, destination }),
            _ => None,
        }
    }
}

impl Event for UnsubscribedEvent {
    fn of(event: &SessionEvent) -> Option<Self> {
        match event.kind.clone() {
            SessionEventKind::Unsubscribed { id, destination } => Some(Self { id, destination }),
            _ => None,
        }
    }
}

impl Event for DisconnectedEvent {
    fn of(event: &SessionEvent) -> Option<Self> {
        match event.kind.clone() {
            SessionEventKind::Disconnected(reason) => Some(Self { reason }),
            _ => None,
        }
    }
}
