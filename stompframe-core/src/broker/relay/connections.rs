//! The connections to the broker, which all clients of this process share.

use std::hash::{BuildHasher as _, RandomState};

use tokio::time::timeout;

use super::config::{BrokerRelay, RelayLimits};
use super::dialect::Dialect;
use super::translation::Translation;
use crate::client::{ClientError, ClientState, StompClient};
use crate::error::{ErrorCode, MessagingError};

/// Some to publish and some to hear: a broker that cannot take more stops reading from who publishes, and
/// nothing else is to wait for that. What one destination needs always goes over the same ones, so that
/// its order is kept.
pub(super) struct Connections {
    publishing: Vec<StompClient>,
    hearing: Vec<StompClient>,
    /// For queues: it ends, and begins anew, where that is the only way to give a message back.
    consuming: StompClient,
    dialect: Option<Dialect>,
    separator: char,
    limits: RelayLimits,
    hasher: RandomState,
}

impl Connections {
    pub(super) fn start(config: &BrokerRelay, separator: char) -> Self {
        let many = || (0..config.limits.connections.max(1)).map(|_| config.client().start());
        Self {
            publishing: many().collect(),
            hearing: many().collect(),
            consuming: config.client().give_back().start(),
            dialect: config.dialect,
            separator,
            limits: config.limits,
            hasher: RandomState::new(),
        }
    }

    pub(super) fn all(&self) -> Vec<StompClient> {
        let Self {
            publishing,
            hearing,
            consuming,
            ..
        } = self;
        let all = publishing.iter().chain(hearing).chain([consuming]);
        all.cloned().collect()
    }

    /// The connection over which to publish to this destination, and how that is written.
    pub(super) async fn to_publish(
        &self,
        destination: &str,
    ) -> Result<(&StompClient, Translation), MessagingError> {
        self.ready(self.one_of(&self.publishing, destination)).await
    }

    /// The connection over which to hear what is published to this destination.
    pub(super) async fn to_hear(
        &self,
        destination: &str,
    ) -> Result<(&StompClient, Translation), MessagingError> {
        self.ready(self.one_of(&self.hearing, destination)).await
    }

    /// The connection over which to consume queues.
    pub(super) async fn to_consume(&self) -> Result<(&StompClient, Translation), MessagingError> {
        self.ready(&self.consuming).await
    }

    fn one_of<'a>(&self, clients: &'a [StompClient], destination: &str) -> &'a StompClient {
        let hash = self.hasher.hash_one(destination) % (clients.len() as u64);
        &clients[usize::try_from(hash).unwrap_or_default()]
    }

    /// Waits a while for the connection, if there is none now.
    pub(super) async fn ready<'a>(
        &self,
        client: &'a StompClient,
    ) -> Result<(&'a StompClient, Translation), MessagingError> {
        let mut state = client.state();
        if !state.is_connected() {
            let waited = timeout(self.limits.patience, client.connected()).await;
            if !matches!(waited, Ok(Ok(()))) {
                return Err(self.failed(ClientError::NotConnected));
            }
            state = client.state();
        }
        let server = match &state {
            ClientState::Connected(connected) => connected.server(),
            _ => None,
        };
        let translation = Translation {
            dialect: self.dialect.unwrap_or_else(|| Dialect::of_server(server)),
            separator: self.separator,
        };
        Ok((client, translation))
    }

    /// What a client of ours is told. What the broker says is for the log.
    pub(super) fn failed(&self, error: ClientError) -> MessagingError {
        let detail = match &error {
            ClientError::NotConnected | ClientError::Closed => "try again later",
            ClientError::Refused(_) => "it refused this, or something else at the same time",
            error if error.is_in_doubt() => {
                "it did not confirm it: it may have happened all the same"
            }
            _ => "it could not be asked",
        };
        MessagingError::new(ErrorCode::BrokerUnavailable)
            .with_detail(detail)
            .with_source(error)
    }
}
