//! A topic of the framework's own, over which the nodes of an application talk.

use std::sync::Arc;
use std::time::Duration;

use bytestring::ByteString;

use super::Relay;
use super::headers;
use super::translation::Kind;
use crate::client::{Consumer, Incoming, Subscribed};
use crate::error::{Chain, MessagingError};
use crate::message::{Message, MessageType};

/// A topic that no client reaches: no destination is ever translated to its name.
#[derive(Clone)]
pub(crate) struct SystemTopic {
    relay: Arc<Relay>,
    destination: ByteString,
}

/// What nobody's destination begins with at the broker: `~` is always followed by two digits there.
pub(super) const SYSTEM: &str = "/topic/~-stompframe.";

/// How long to wait until a subscription that could not be made is tried again.
const RETRY: Duration = Duration::from_secs(1);

impl SystemTopic {
    pub(super) fn new(relay: Arc<Relay>, name: &str) -> Self {
        let destination = format!("{SYSTEM}{name}").into();
        Self { relay, destination }
    }

    /// Publishes to all nodes, this one included.
    pub(crate) async fn publish(&self, mut message: Message) -> Result<(), MessagingError> {
        let connections = &self.relay.connections;
        let (client, translation) = connections.to_publish(&self.destination).await?;
        message.set_destination(self.destination.clone());
        let (name, dialect) = (self.destination.to_string(), translation.dialect);
        let frame = headers::send(&message, name, Kind::Topic, dialect, false);
        let sent = match client.send_frame(frame).await {
            Ok(confirmation) => confirmation.await,
            Err(error) => Err(error),
        };
        sent.map_err(|error| connections.failed(error))
    }

    /// Subscribes, as soon as that is possible, and keeps the subscription for as long as what it gives
    /// is kept.
    pub(crate) async fn subscribe(
        &self,
        heard: impl Fn(Message) + Send + Sync + 'static,
    ) -> Subscribed {
        let ear: Arc<dyn Consumer> = Arc::new(Ear(heard));
        loop {
            match self.try_subscribe(Arc::clone(&ear)).await {
                Ok(subscribed) => return subscribed,
                Err(error) => {
                    tracing::warn!(error = %Chain(&error), "this node cannot hear the others yet");
                    tokio::time::sleep(RETRY).await;
                }
            }
        }
    }

    async fn try_subscribe(&self, ear: Arc<dyn Consumer>) -> Result<Subscribed, MessagingError> {
        let connections = &self.relay.connections;
        let (client, translation) = connections.to_hear(&self.destination).await?;
        let name = self.destination.to_string();
        let subscribing = headers::subscribe(client, name, Kind::Topic, translation.dialect, []);
        let subscribed = subscribing.with_consumer(ear).await;
        subscribed.map_err(|error| connections.failed(error))
    }
}

struct Ear<F>(F);

impl<F: Fn(Message) + Send + Sync> Consumer for Ear<F> {
    fn take(&self, incoming: Incoming) {
        match incoming {
            Incoming::Message(received) => {
                (self.0)(headers::from_broker(received.frame(), ByteString::new()));
            }
            // What is told again and again is not missed for long.
            Incoming::Gap => {}
            Incoming::Ended(error) => {
                tracing::error!(%error, "this node cannot hear the others any more");
            }
        }
    }
}

/// Whether clients may not use this destination.
pub(super) fn is_system(message: &Message) -> bool {
    matches!(
        message.message_type(),
        MessageType::Message | MessageType::Subscribe
    ) && message.destination().starts_with(SYSTEM)
}
