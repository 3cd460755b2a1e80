use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::stream::{SelectAll, Stream, StreamExt as _};
use tokio::sync::watch;

use crate::client::StompClient;

/// How things stand between this process and its broker: from
/// [`Messaging::broker_status`](crate::Messaging::broker_status). Cloning shares it.
#[derive(Clone, Debug)]
pub struct BrokerStatus {
    available: watch::Receiver<bool>,
    counters: Arc<Counters>,
}

/// What a relay has done since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BrokerStatistics {
    /// Messages that the broker has confirmed.
    pub confirmed: u64,
    /// Messages that it has not: refused, or in doubt as the connection was lost or no RECEIPT came.
    pub unconfirmed: u64,
    /// Messages that came from it, each counted once, however many clients get it.
    pub received: u64,
    /// How often subscriptions were told that they may have missed messages.
    pub gaps: u64,
    /// Connections to the broker that were begun.
    pub connections: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) confirmed: AtomicU64,
    pub(super) unconfirmed: AtomicU64,
    pub(super) received: AtomicU64,
    pub(super) gaps: AtomicU64,
    connections: AtomicU64,
}

pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl BrokerStatus {
    /// Watches these connections, until the last of them has ended.
    pub(super) fn watch(clients: &[StompClient], counters: Arc<Counters>) -> Self {
        let (sender, available) = watch::channel(false);
        let mut states: SelectAll<_> = clients
            .iter()
            .enumerate()
            .map(|(number, client)| client.states().map(move |state| (number, state)))
            .collect();
        let mut connected = vec![false; clients.len()];
        let counting = Arc::clone(&counters);
        tokio::spawn(async move {
            while let Some((number, state)) = states.next().await {
                if state.is_connected() && !connected[number] {
                    count(&counting.connections);
                }
                connected[number] = state.is_connected();
                let all = connected.iter().all(|connected| *connected);
                let has_changed =
                    sender.send_if_modified(|available| std::mem::replace(available, all) != all);
                if has_changed {
                    tracing::info!(available = all, "the broker");
                }
            }
        });
        Self {
            available,
            counters,
        }
    }

    /// Whether all connections to the broker are there: what a readiness probe wants to know. While they
    /// are not, clients stay connected, and what they ask of the broker fails after
    /// [`patience`](super::RelayLimits::patience).
    #[must_use]
    pub fn is_available(&self) -> bool {
        *self.available.borrow()
    }

    /// Waits until the broker is available.
    pub async fn available(&self) {
        // The sender lives as long as the relay.
        let _ = self
            .available
            .clone()
            .wait_for(|available| *available)
            .await;
    }

    /// Whether the broker is available now, and whenever that changes (Spring's
    /// `BrokerAvailabilityEvent`).
    pub fn changes(&self) -> impl Stream<Item = bool> + Send + Unpin + use<> {
        let available = self.available.clone();
        futures_util::stream::unfold((available, true), async |(mut available, is_first)| {
            if !is_first {
                available.changed().await.ok()?;
            }
            let now = *available.borrow_and_update();
            Some((now, (available, false)))
        })
        .boxed()
    }

    /// What the relay has done since it began.
    #[must_use]
    pub fn statistics(&self) -> BrokerStatistics {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let Counters {
            confirmed,
            unconfirmed,
            received,
            gaps,
            connections,
        } = &*self.counters;
        BrokerStatistics {
            confirmed: read(confirmed),
            unconfirmed: read(unconfirmed),
            received: read(received),
            gaps: read(gaps),
            connections: read(connections),
        }
    }
}
