//! The connections to the broker, which all clients of this process share.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::RelayLimits;
use super::config::BrokerRelay;
use super::dialect::Dialect;
use super::translation::Translation;
use crate::client::{ClientError, ClientState, StompClient, Subscribed};
use crate::error::{ErrorCode, MessagingError};

/// Some to publish and some to hear: a broker that cannot take more stops reading from who publishes, and
/// nothing else is to wait for that. What one destination needs always goes over the same ones, so that
/// its order is kept.
pub(super) struct Connections {
    publishing: Vec<Publishing>,
    hearing: Vec<StompClient>,
    /// For queues: it ends, and begins anew, where that is the only way to give a message back.
    consuming: StompClient,
    dialect: Option<Dialect>,
    separator: char,
    limits: RelayLimits,
    hasher: RandomState,
}

/// A connection to publish over, and how many transactions may be under way over it, if there is a bound.
#[derive(Clone)]
pub(super) struct Publishing {
    pub(super) client: StompClient,
    pub(super) turns: Option<Arc<Semaphore>>,
}

impl Publishing {
    pub(super) const fn unbounded(client: StompClient) -> Self {
        Self {
            client,
            turns: None,
        }
    }

    fn bounded(client: StompClient, transactions: usize) -> Self {
        let turns = transactions.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            client,
            turns: Some(Arc::new(Semaphore::new(turns))),
        }
    }
}

impl Connections {
    pub(super) fn start(config: &BrokerRelay, separator: char) -> Self {
        let many = || (0..config.limits.connections.max(1)).map(|_| config.client().start());
        Self {
            publishing: many()
                .map(|client| Publishing::bounded(client, config.limits.max_transactions))
                .collect(),
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
        let publishing = publishing.iter().map(|one| &one.client);
        let all = publishing.chain(hearing).chain([consuming]);
        all.cloned().collect()
    }

    /// The connection over which to publish to this destination, and how that is written.
    pub(super) async fn to_publish(
        &self,
        destination: &str,
    ) -> Result<(&StompClient, Translation), MessagingError> {
        let publishing = &self.publishing[self.one_of(self.publishing.len(), destination)];
        self.ready(&publishing.client).await
    }

    /// A connection over which to publish to all of these destinations together; the others over which
    /// one would have published to some of them; and how destinations are written.
    pub(super) async fn to_publish_together(
        &self,
        destinations: impl Iterator<Item = &str>,
    ) -> Result<(Publishing, Vec<StompClient>, Translation), MessagingError> {
        let mut numbers: Vec<_> = destinations
            .map(|destination| self.one_of(self.publishing.len(), destination))
            .collect();
        let first = numbers.first().copied().unwrap_or_default();
        numbers.sort_unstable();
        numbers.dedup();
        let others = numbers.into_iter().filter(|other| *other != first);
        let others = others.map(|other| self.publishing[other].client.clone());
        let publishing = &self.publishing[first];
        let (_, translation) = self.ready(&publishing.client).await?;
        Ok((publishing.clone(), others.collect(), translation))
    }

    /// The connection over which to hear what is published to this destination.
    pub(super) async fn to_hear(
        &self,
        destination: &str,
    ) -> Result<(&StompClient, Translation), MessagingError> {
        let hearing = &self.hearing[self.one_of(self.hearing.len(), destination)];
        self.ready(hearing).await
    }

    /// The connection over which to consume queues.
    pub(super) async fn to_consume(&self) -> Result<(&StompClient, Translation), MessagingError> {
        self.ready(&self.consuming).await
    }

    /// Waits a while until this subscription is live. Says no if it has ended.
    pub(super) async fn live(&self, subscribed: &Subscribed) -> Result<bool, MessagingError> {
        let waited = timeout(self.limits.patience, subscribed.live()).await;
        waited.map_err(|_| self.failed(ClientError::NotConnected))
    }

    /// Which of so many a destination always gets.
    fn one_of(&self, many: usize, destination: &str) -> usize {
        let hash = self.hasher.hash_one(destination) % (many as u64);
        usize::try_from(hash).unwrap_or_default()
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
        let translation = Translation {
            dialect: self.dialect_of(&state),
            separator: self.separator,
        };
        Ok((client, translation))
    }

    /// What the broker is, by what it said when it let this client in.
    pub(super) fn dialect_of(&self, client: &ClientState) -> Dialect {
        let server = match client {
            ClientState::Connected(connected) => connected.server(),
            _ => None,
        };
        self.dialect.unwrap_or_else(|| Dialect::of_server(server))
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
