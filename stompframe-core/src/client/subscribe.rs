use std::future::IntoFuture;
use std::sync::Arc;

use bytestring::ByteString;
use futures_util::future::BoxFuture;

use super::subscription::Waiting;
use super::subscriptions::Consumer;
use super::{ClientError, StompClient, Subscription};
use crate::message::AckMode;
use crate::stomp::{Command, Frame, Headers};

/// What the smallest message counts in a window of bytes.
const SMALLEST: usize = 128;

/// A subscription to be made: by [`StompClient::subscribe`], when it is awaited.
#[derive(Debug)]
#[must_use = "it is made when it is awaited"]
pub struct SubscribeRequest {
    client: StompClient,
    id: Option<ByteString>,
    frame: Frame,
    ack: AckMode,
}

impl SubscribeRequest {
    pub(super) fn new(client: StompClient, destination: ByteString) -> Self {
        Self {
            client,
            id: None,
            frame: Frame::new(Command::Subscribe).with_header("destination", destination),
            ack: AckMode::Auto,
        }
    }

    /// Its id; made by the client unless told otherwise. What a server keeps under it, such as a durable
    /// subscription, is found again by the same one.
    pub fn id(mut self, id: impl Into<ByteString>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// When a message counts as received; as soon as it is sent, unless told otherwise. If not, each is
    /// to be [acknowledged](super::Received::ack), and the server sends no more than may wait here
    /// unacknowledged, if it understands the header `prefetch-count` (this framework, RabbitMQ),
    /// `activemq.prefetchSize`, or `consumer-window-size` (`ActiveMQ` Artemis, in bytes).
    pub const fn ack(mut self, mode: AckMode) -> Self {
        self.ack = mode;
        self
    }

    /// A header, such as `selector`. It takes the place of another of the same name.
    pub fn header(mut self, name: impl Into<ByteString>, value: impl Into<ByteString>) -> Self {
        self.frame.headers.set(name, value);
        self
    }

    /// As awaiting it, with somebody else who takes what comes.
    pub(crate) async fn with_consumer(
        mut self,
        consumer: Arc<dyn Consumer>,
    ) -> Result<Subscribed, ClientError> {
        let shared = Arc::clone(&self.client.shared);
        let id = self
            .id
            .unwrap_or_else(|| format!("sub-{}", self.client.next_id()).into());
        let mode = match self.ack {
            AckMode::Auto => "auto",
            AckMode::Client => "client",
            AckMode::ClientIndividual => "client-individual",
        };
        let headers = &mut self.frame.headers;
        headers.set("id", id.clone());
        headers.set("ack", mode);
        if self.ack != AckMode::Auto {
            let window = shared.limits.max_waiting_messages;
            for (name, value) in [
                ("prefetch-count", window),
                ("activemq.prefetchSize", window),
                ("consumer-window-size", window.saturating_mul(SMALLEST)),
            ] {
                if !headers.contains(name) {
                    headers.push(name, value.to_string());
                }
            }
        }
        let link = self.client.link()?;
        shared
            .subscriptions
            .reserve(&id, self.frame.clone(), consumer)?;
        // From here on it ends where this future does, unless it is live.
        let mut subscribed = Subscribed {
            id,
            client: self.client,
            is_sent: false,
        };
        if shared.confirms_subscriptions {
            let confirmation = link.send_with_receipt(self.frame).await?;
            subscribed.is_sent = true;
            confirmation.await?;
        } else {
            link.send(&self.frame).await?;
            subscribed.is_sent = true;
        }
        let is_live = shared
            .subscriptions
            .confirm(&subscribed.id, link.generation);
        if is_live {
            Ok(subscribed)
        } else {
            let because = ByteString::from_static("it ended as the subscription was made");
            Err(ClientError::Lost(because))
        }
    }
}

impl IntoFuture for SubscribeRequest {
    type Output = Result<Subscription, ClientError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let waiting = Arc::new(Waiting::new(&self.client.shared.limits));
            let consumer = Arc::clone(&waiting);
            let subscribed = self.with_consumer(consumer).await?;
            Ok(Subscription::new(subscribed, waiting))
        })
    }
}

/// A subscription that is live, or about to be. It ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Subscribed {
    id: ByteString,
    client: StompClient,
    /// Whether the server may know of it.
    is_sent: bool,
}

impl Subscribed {
    pub(crate) const fn id(&self) -> &ByteString {
        &self.id
    }

    /// Waits until it is live over the connection that there is now. Says no if it has ended.
    pub(crate) async fn live(&self) -> bool {
        let subscriptions = &self.client.shared.subscriptions;
        loop {
            let changed = subscriptions.changed();
            let Some(confirmed) = subscriptions.confirmed(&self.id) else {
                return false;
            };
            if self
                .client
                .link()
                .is_ok_and(|link| link.generation == confirmed)
            {
                return true;
            }
            changed.await;
        }
    }

    /// UNSUBSCRIBE with these headers, and its receipt: nothing comes afterwards.
    pub(crate) async fn unsubscribe(self, headers: Headers) -> Result<(), ClientError> {
        let mut frame = Frame::new(Command::Unsubscribe);
        frame.headers = headers;
        frame.headers.set("id", self.id.clone());
        // Without a connection there is nothing to end but here.
        let Ok(link) = self.client.link() else {
            return Ok(());
        };
        if self.client.shared.confirms_subscriptions {
            link.send_with_receipt(frame).await?.await?;
        } else {
            link.send(&frame).await?;
        }
        self.client.shared.subscriptions.remove(&self.id);
        Ok(())
    }
}

impl Drop for Subscribed {
    fn drop(&mut self) {
        self.client.shared.abandon(&self.id, self.is_sent);
    }
}
