//! From the broker's messages into the sessions' outbound queues.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::BoxFuture;
use serde_json::Map;
use tokio::sync::mpsc;

use super::status::{Counters, count};
use crate::broker::simple::Topic;
use crate::channel::{ClientOutboundChannel, Delivery, Recipient};
use crate::client::Received;
use crate::error::{Chain, ErrorCode, MessagingError};
use crate::message::{Message, MessageType, Payload};
use crate::session::Session;

/// Tells a session something about itself, where it listens for that.
pub(crate) type Tell = Arc<dyn Fn(Arc<Session>, Message) -> BoxFuture<'static, ()> + Send + Sync>;

/// Where clients hear of what has gone wrong.
const ERRORS: &str = "/queue/errors";

/// What all subscriptions of a relay need to deliver.
pub(super) struct Deliveries {
    pub(super) outbound: Arc<ClientOutboundChannel>,
    pub(super) counters: Arc<Counters>,
    tell: Tell,
    /// Where interceptors may wait, and so nobody who reads a connection may.
    intercepted: mpsc::UnboundedSender<Intercepted>,
    waiting: Arc<AtomicUsize>,
    max_waiting: usize,
}

struct Intercepted {
    message: Message,
    recipients: Vec<Recipient>,
    /// What is to be acknowledged then.
    received: Option<Received>,
    /// What the delivery says of itself, if there is one alone.
    delivery: Option<Delivery>,
}

impl Deliveries {
    pub(super) fn new(
        outbound: Arc<ClientOutboundChannel>,
        counters: Arc<Counters>,
        tell: Tell,
        max_waiting: usize,
    ) -> Self {
        let (intercepted, mut coming) = mpsc::unbounded_channel::<Intercepted>();
        let waiting = Arc::new(AtomicUsize::new(0));
        if !outbound.is_plain() {
            let (outbound, waiting) = (Arc::clone(&outbound), Arc::clone(&waiting));
            tokio::spawn(async move {
                while let Some(next) = coming.recv().await {
                    deliver(&outbound, &next).await;
                    if let Some(received) = next.received {
                        received.ack_now();
                    }
                    waiting.fetch_sub(1, Ordering::Relaxed);
                }
            });
        }
        Self {
            outbound,
            counters,
            tell,
            intercepted,
            waiting,
            max_waiting,
        }
    }

    /// Delivers to everybody who is subscribed; says whether it could.
    pub(super) fn to_all(&self, message: Message, topic: &Topic) -> bool {
        count(&self.counters.received);
        if self.outbound.is_plain() {
            let mut fan_out = self.outbound.fan_out(&message);
            topic.with_subscribers(|subscribers| {
                let takers = subscribers
                    .all()
                    .filter(|one| one.subscription.takes(&message));
                fan_out.deliver(takers.map(|one| &one.subscription.recipient));
            });
            return true;
        }
        if self.waiting.load(Ordering::Relaxed) >= self.max_waiting {
            return false;
        }
        let recipients = topic.with_subscribers(|subscribers| {
            let takers = subscribers
                .all()
                .filter(|one| one.subscription.takes(&message));
            takers
                .map(|one| one.subscription.recipient.clone())
                .collect()
        });
        self.intercept(message, recipients, None, None);
        true
    }

    /// Delivers a message of a queue to one, and acknowledges it.
    pub(super) fn to_one(&self, message: Message, received: Received, recipient: &Recipient) {
        count(&self.counters.received);
        if !self.outbound.is_plain() {
            self.intercept(message, vec![recipient.clone()], Some(received), None);
            return;
        }
        let mut delivery = self.outbound.next_delivery();
        delivery.redelivered = u32::from(received.header("redelivered") == Some("true"));
        self.outbound.push(&message, recipient, delivery);
        received.ack_now();
    }

    /// Delivers to one what the broker keeps for it alone.
    pub(super) fn to_its_own(&self, message: Message, recipient: &Recipient, delivery: Delivery) {
        count(&self.counters.received);
        if self.outbound.is_plain() {
            self.outbound.push(&message, recipient, delivery);
        } else {
            self.intercept(message, vec![recipient.clone()], None, Some(delivery));
        }
    }

    fn intercept(
        &self,
        message: Message,
        recipients: Vec<Recipient>,
        received: Option<Received>,
        delivery: Option<Delivery>,
    ) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _ = self.intercepted.send(Intercepted {
            message,
            recipients,
            received,
            delivery,
        });
    }

    /// Tells all who are subscribed that they may have missed messages.
    pub(super) fn tell_gap(&self, destination: &str, recipients: Vec<Recipient>) {
        count(&self.counters.gaps);
        self.tell_each(ErrorCode::MessagesMissed, destination, recipients);
    }

    /// Tells these sessions about subscriptions of theirs.
    pub(super) fn tell_each(&self, code: ErrorCode, destination: &str, recipients: Vec<Recipient>) {
        if recipients.is_empty() {
            return;
        }
        let (tell, destination) = (Arc::clone(&self.tell), destination.to_owned());
        tokio::spawn(async move {
            for Recipient {
                session,
                subscription,
            } in recipients
            {
                let about = [
                    ("destination", &*destination),
                    ("subscription", &subscription.to_string()),
                ];
                let message = problem(code, None, &about);
                tell(session, message).await;
            }
        });
    }

    /// Tells a session that a message of its own was not published.
    pub(super) async fn tell(
        &self,
        session: Arc<Session>,
        error: &MessagingError,
        destination: &str,
    ) {
        let message = problem(
            error.code(),
            error.detail(),
            &[("destination", destination)],
        );
        (self.tell)(session, message).await;
    }
}

async fn deliver(outbound: &ClientOutboundChannel, next: &Intercepted) {
    let (Some(delivery), [recipient]) = (next.delivery, next.recipients.as_slice()) else {
        return outbound.deliver_each(&next.message, &next.recipients).await;
    };
    let delivered = outbound
        .deliver_as(&next.message, recipient, delivery)
        .await;
    if let Err(error) = delivered {
        let session = recipient.session.id();
        tracing::warn!(%session, error = %Chain(&error), "a delivery was failed by an interceptor");
    }
}

/// What a session is told, in the form in which it hears of its own frames that failed.
fn problem(code: ErrorCode, detail: Option<&str>, about: &[(&str, &str)]) -> Message {
    let mut problem = Map::new();
    let known = [("code", code.as_str()), ("message", code.message())];
    let detail = detail.map(|detail| ("detail", detail));
    for (name, value) in known.iter().chain(&detail).chain(about) {
        problem.insert((*name).to_owned(), (*value).into());
    }
    let message = Message::with_payload(ERRORS, Payload(problem));
    let mut message = message.unwrap_or_else(|_| Message::new(MessageType::Message, ERRORS));
    message.headers_mut().set("error-code", code.as_str());
    message
}
