use std::sync::Arc;

use super::authentication::Authenticator;
use super::error_frame::ErrorHandler;
use super::limits::Limits;
use crate::channel::ClientInboundChannel;
use crate::destination::Pattern;
use crate::event::{DisconnectReason, Listeners, SessionEventKind};
use crate::message::{Message, MessageType};
use crate::security::Authorizer;
use crate::session::{Backlog, Rate, ScopeFactories, Session, SessionRegistry};
use crate::stomp::HeartBeat;
use crate::user::UserDestinations;

/// What all connections of an application share.
#[derive(Debug)]
pub(crate) struct Shared {
    /// Who finds out who connects, where that is not for the handshake alone.
    pub(crate) authenticator: Option<Authenticator>,
    pub(crate) error_handler: Option<ErrorHandler>,
    pub(crate) inbound: ClientInboundChannel,
    pub(crate) events: Listeners,
    pub(crate) users: Arc<UserDestinations>,
    pub(crate) sessions: Arc<SessionRegistry>,
    pub(crate) authorizer: Arc<Authorizer>,
    /// What waits for all clients.
    pub(crate) backlog: Arc<Backlog>,
    pub(crate) limits: Limits,
    /// How often users may send where.
    pub(crate) rates: Vec<(Pattern, Rate)>,
    pub(crate) scope: Arc<ScopeFactories>,
    /// What the server offers.
    pub(crate) heart_beat: HeartBeat,
}

impl Shared {
    /// Tells whoever wants to know that a session is over, once.
    pub(super) async fn tell_disconnected(&self, session: &Arc<Session>, reason: DisconnectReason) {
        if session.is_connected() && session.is_end_untold() {
            let disconnected = || SessionEventKind::Disconnected(reason);
            let message = Some(disconnect(session));
            self.events.tell(session, message, disconnected).await;
        }
        session.end_scope();
    }

    /// Does what is left to do for a session whose connection was cut off: nobody keeps anything of it,
    /// and whoever wants to know is told.
    pub(super) async fn let_go(&self, session: &Arc<Session>) {
        if session.is_connected() {
            let message = disconnect(session);
            if let Err(error) = self.inbound.send_past_interceptors(message, session).await {
                tracing::warn!(%error, "not everybody could let go of the session");
            }
            self.sessions.remove(session);
        }
        let ended = session.outbox().sealed().map(DisconnectReason::Ended);
        self.tell_disconnected(session, ended.unwrap_or(DisconnectReason::Lost))
            .await;
    }
}

/// The message that a session is over, as listeners and brokers get it.
fn disconnect(session: &Session) -> Message {
    let mut message = Message::new(MessageType::Disconnect, "");
    message.set_principal(session.principal());
    message
}
