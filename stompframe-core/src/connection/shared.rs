use std::sync::Arc;

use super::authentication::Authenticator;
use super::error_frame::ErrorHandler;
use super::limits::Limits;
use crate::channel::ClientInboundChannel;
use crate::destination::Pattern;
use crate::event::Listeners;
use crate::security::Authorizer;
use crate::session::{Backlog, Rate, ScopeFactories, SessionRegistry};
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
