use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytestring::ByteString;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use super::ClientError;
use super::incoming::Incoming;
use crate::stomp::Frame;

/// Who takes what comes for a subscription. It is called where the connection is read, so it must not
/// wait.
pub(crate) trait Consumer: Send + Sync {
    fn take(&self, incoming: Incoming);
}

/// The subscriptions of a client, which outlive its connections.
pub(super) struct Subscriptions {
    limit: usize,
    table: Mutex<Table>,
    /// Whenever the server has confirmed one anew, or one has ended.
    changed: Notify,
}

#[derive(Default)]
struct Table {
    /// Which of the client's connections is the current one.
    generation: u64,
    entries: HashMap<ByteString, Entry>,
}

struct Entry {
    /// The SUBSCRIBE, without a receipt.
    frame: Frame,
    consumer: Arc<dyn Consumer>,
    /// The connection over which the server has last confirmed it: then it is made anew over the next
    /// one.
    confirmed: Option<u64>,
}

impl Subscriptions {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            table: Mutex::default(),
            changed: Notify::new(),
        }
    }

    /// Takes the id for a subscription that is being made.
    pub(super) fn reserve(
        &self,
        id: &ByteString,
        frame: Frame,
        consumer: Arc<dyn Consumer>,
    ) -> Result<(), ClientError> {
        let mut table = self.table();
        if table.entries.contains_key(id) {
            return Err(ClientError::DuplicateSubscription(id.clone()));
        }
        if table.entries.len() >= self.limit {
            return Err(ClientError::TooManySubscriptions(self.limit));
        }
        let entry = Entry {
            frame,
            consumer,
            confirmed: None,
        };
        table.entries.insert(id.clone(), entry);
        Ok(())
    }

    /// The server has confirmed it, over the connection of this generation. If there is another
    /// meanwhile, which does not know of it, says no.
    pub(super) fn confirm(&self, id: &str, generation: u64) -> bool {
        let mut table = self.table();
        let is_current = table.generation == generation;
        match table.entries.get_mut(id) {
            Some(entry) if is_current => entry.confirmed = Some(generation),
            _ => return false,
        }
        true
    }

    /// It was made anew over the connection of this generation: what was published in between may have
    /// been missed.
    pub(super) fn renewed(&self, id: &str, generation: u64) {
        self.confirm(id, generation);
        self.take(id, Incoming::Gap);
        self.changed.notify_waiters();
    }

    /// The connection over which it was last confirmed; none if it has ended.
    pub(super) fn confirmed(&self, id: &str) -> Option<u64> {
        self.table().entries.get(id)?.confirmed
    }

    /// Something about one of them is about to change.
    pub(super) fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }

    /// Forgets it; says whether it was there.
    pub(super) fn remove(&self, id: &str) -> bool {
        let was_there = self.table().entries.remove(id).is_some();
        self.changed.notify_waiters();
        was_there
    }

    /// Another connection begins: gives its number, and the subscriptions to be made over it.
    pub(super) fn begin_connection(&self) -> (u64, Vec<(ByteString, Frame)>) {
        let mut table = self.table();
        table.generation += 1;
        let live = table
            .entries
            .iter()
            .filter(|(_, entry)| entry.confirmed.is_some());
        let live = live.map(|(id, entry)| (id.clone(), entry.frame.clone()));
        (table.generation, live.collect())
    }

    /// Hands over what came for a subscription; says whether anybody still wants it.
    pub(super) fn take(&self, id: &str, incoming: Incoming) -> bool {
        let consumer = {
            let table = self.table();
            let Some(entry) = table.entries.get(id) else {
                return false;
            };
            Arc::clone(&entry.consumer)
        };
        consumer.take(incoming);
        true
    }

    /// Ends one subscription because of this.
    pub(super) fn end(&self, id: &str, because: ClientError) {
        let entry = self.table().entries.remove(id);
        if let Some(entry) = entry {
            entry.consumer.take(Incoming::Ended(because));
        }
        self.changed.notify_waiters();
    }

    /// Ends all of them.
    pub(super) fn end_all(&self, because: &ClientError) {
        let entries = std::mem::take(&mut self.table().entries);
        for entry in entries.into_values() {
            entry.consumer.take(Incoming::Ended(because.clone()));
        }
        self.changed.notify_waiters();
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Subscriptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subscriptions({})", self.table().entries.len())
    }
}
