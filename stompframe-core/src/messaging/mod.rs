//! The assembly: the one place that knows all the others.

mod builder;
mod compat;
mod handlers;
mod hooks;
mod openness;
mod problems;
mod routing;
mod trust;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

pub use self::builder::MessagingBuilder;
pub use self::problems::BuildError;
use crate::broker::BrokerStatus;
use crate::connection::{
    self, Admission, Connections, EndpointConfig, Limits, TransportSink, TransportSource,
};
use crate::error::ErrorCode;
use crate::event::EventStream;
use crate::security::RulesHandle;
use crate::session::SessionRegistry;
use crate::template::MessagingTemplate;
use crate::user::{Nodes, UserRegistry};

/// An application's messaging: its handlers, its broker and its connections. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Messaging {
    connections: Arc<Connections>,
    template: MessagingTemplate,
    broker_status: Option<BrokerStatus>,
    nodes: Option<Nodes>,
    rules: RulesHandle,
    endpoints: Arc<[Box<dyn EndpointConfig>]>,
}

impl Messaging {
    /// Starts with nothing: no handler, no broker, no endpoint.
    pub fn builder() -> MessagingBuilder {
        MessagingBuilder::default()
    }

    /// To publish from anywhere.
    #[must_use]
    pub const fn template(&self) -> &MessagingTemplate {
        &self.template
    }

    /// The sessions that are connected now.
    #[must_use]
    pub fn sessions(&self) -> &SessionRegistry {
        &self.connections.shared().sessions
    }

    /// The users who are connected now, with their sessions and subscriptions.
    #[must_use]
    pub fn users(&self) -> UserRegistry {
        UserRegistry::new(Arc::clone(&self.connections.shared().sessions))
    }

    /// How things stand with the broker that `.broker(..)` named; none if none was. A readiness probe
    /// asks it.
    #[must_use]
    pub const fn broker_status(&self) -> Option<&BrokerStatus> {
        self.broker_status.as_ref()
    }

    /// The other nodes of the application, and who is connected to them; none unless
    /// [`share_users`](crate::broker::BrokerRelay::share_users) says so.
    #[must_use]
    pub const fn nodes(&self) -> Option<&Nodes> {
        self.nodes.as_ref()
    }

    /// What becomes of sessions from now on, for code that would rather read than be called:
    ///
    /// ```
    /// # use stompframe_core::{Messaging, SessionEventKind};
    /// # async fn example(messaging: Messaging) {
    /// let mut events = messaging.events();
    /// while let Some(event) = events.next().await {
    ///     if let SessionEventKind::Disconnected(reason) = event.kind() {
    ///         println!("{} has left: {reason:?}", event.session().id());
    ///     }
    /// }
    /// # }
    /// ```
    ///
    /// Each event comes once, and those of a session in their order, but nobody waits for whoever reads:
    /// where what follows has to come before the session's next frame, there is
    /// [`on_event`](MessagingBuilder::on_event).
    #[must_use]
    pub fn events(&self) -> EventStream {
        self.connections.shared().events.stream()
    }

    /// The rules that hold, to replace them or to judge live subscriptions once more.
    #[must_use]
    pub const fn rules(&self) -> &RulesHandle {
        &self.rules
    }

    /// The endpoints that were given to the builder, for those who serve them.
    #[must_use]
    pub fn endpoints(&self) -> &[Box<dyn EndpointConfig>] {
        &self.endpoints
    }

    /// The limits that hold, for those who serve endpoints.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.connections.shared().limits
    }

    /// Takes a place for a connection, before its handshake is answered.
    ///
    /// # Errors
    ///
    /// `overloaded` when as many connections are open as the limits allow, `server-shutdown` when
    /// the application is going down.
    pub fn admit(&self) -> Result<Admission, ErrorCode> {
        self.connections.admit(None)
    }

    /// As [`admit`](Self::admit), for a client whose address is known: there may be fewer connections
    /// of one address than of all.
    ///
    /// # Errors
    ///
    /// As for [`admit`](Self::admit).
    pub fn admit_from(&self, address: impl Into<Option<IpAddr>>) -> Result<Admission, ErrorCode> {
        self.connections.admit(address.into())
    }

    /// Tells a client for which there is no [place](Self::admit) why, over its transport, and
    /// closes. For transports whose handshake cannot say it; it is over within twice
    /// [`Limits::close_timeout`].
    pub async fn refuse(
        &self,
        code: ErrorCode,
        source: impl TransportSource,
        sink: impl TransportSink,
    ) {
        connection::refuse(code, self.limits().close_timeout, source, sink).await;
    }

    /// Comes when the application begins to go down, for those who take clients: from then on
    /// nobody is admitted.
    pub async fn shutting_down(&self) {
        self.connections.shutdown().cancelled().await;
    }

    /// Ends all sessions: nobody new is admitted, and each session finishes the frames that it has
    /// received, writes what is queued, and is told `server-shutdown`. More than 100 sessions end one
    /// after the other, within [`Limits::shutdown_spread`].
    ///
    /// Returns how many connections were cut because that took longer than `within`.
    pub async fn shut_down(&self, within: Duration) -> usize {
        self.connections.shut_down(within).await
    }
}
