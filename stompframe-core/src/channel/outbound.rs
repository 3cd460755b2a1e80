use std::sync::Arc;

use super::encoding::{Encoder, Seen};
use super::interceptor::{ChannelContext, ChannelName, Outcome};
use super::interceptors::Interceptors;
use super::message_id::MessageIds;
use crate::error::{Chain, MessagingError};
use crate::message::{Message, SubscriptionId};
use crate::session::{Backlog, OutgoingFrame, Session};
use crate::stomp::Version;

/// One subscription of one session: where a message can be delivered to.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// The session.
    pub session: Arc<Session>,
    /// Which of its subscriptions.
    pub subscription: SubscriptionId,
}

/// One delivery of a message to one recipient, and what it says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Delivery {
    /// Its number, which no other delivery has: what its `message-id` is made of.
    number: u64,
    /// How often the message has been delivered before, to anybody.
    pub redelivered: u32,
    /// Whether the client is to acknowledge it.
    pub acknowledge: bool,
}

impl Delivery {
    /// The number.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }
}

/// From the broker into the sessions' outbound queues. The last stop of every MESSAGE.
#[derive(Debug)]
pub struct ClientOutboundChannel {
    interceptors: Interceptors,
    /// What waits for all clients.
    backlog: Arc<Backlog>,
    ids: MessageIds,
}

impl ClientOutboundChannel {
    pub(crate) fn new(interceptors: Interceptors, backlog: Arc<Backlog>) -> Self {
        Self {
            interceptors,
            backlog,
            ids: MessageIds::new(),
        }
    }

    /// Whether a message goes to its recipients as it is, so that
    /// [`fan_out`](Self::fan_out) will do.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.interceptors.is_empty()
    }

    /// Begins to deliver a message to many without asking interceptors: the short way, which never
    /// waits.
    #[must_use]
    pub fn fan_out<'m>(&'m self, message: &'m Message) -> FanOut<'m> {
        debug_assert!(self.is_plain());
        let id = self.ids.id(self.ids.next());
        FanOut {
            encoder: Encoder::new(Seen::as_addressed(message), id),
            backlog: &self.backlog,
        }
    }

    /// A delivery of its own, to be acknowledged by nobody.
    #[must_use]
    pub fn next_delivery(&self) -> Delivery {
        Delivery {
            number: self.ids.next(),
            redelivered: 0,
            acknowledge: false,
        }
    }

    /// The number of the delivery that has this `message-id`, if it is one of ours.
    #[must_use]
    pub fn delivery_number(&self, message_id: &str) -> Option<u64> {
        self.ids.number(message_id)
    }

    /// Delivers to one recipient without asking interceptors, and whether or not it still has the
    /// subscription: the caller knows that.
    pub fn push(&self, message: &Message, recipient: &Recipient, delivery: Delivery) {
        let Recipient {
            session,
            subscription,
        } = recipient;
        self.push_seen(Seen::as_addressed(message), session, subscription, delivery);
    }

    /// As [`push`](Self::push), to one that sees the message come to this destination, and has nothing to
    /// acknowledge.
    pub(crate) fn push_at(
        &self,
        destination: &str,
        message: &Message,
        session: &Session,
        subscription: &SubscriptionId,
    ) {
        let seen = Seen {
            message,
            destination,
        };
        self.push_seen(seen, session, subscription, self.next_delivery());
    }

    fn push_seen(
        &self,
        seen: Seen<'_>,
        session: &Session,
        subscription: &SubscriptionId,
        delivery: Delivery,
    ) {
        debug_assert!(self.is_plain());
        session.push(self.encode(seen, session, subscription, delivery));
    }

    /// Delivers to one recipient without asking interceptors, as long as it has the subscription.
    pub fn push_if_subscribed(&self, message: &Message, recipient: &Recipient, delivery: Delivery) {
        debug_assert!(self.is_plain());
        let Recipient {
            session,
            subscription,
        } = recipient;
        let frame = self.encode(Seen::as_addressed(message), session, subscription, delivery);
        session.push_if_subscribed(subscription, frame);
    }

    /// Delivers to one recipient, through the interceptors, as long as it has the subscription.
    ///
    /// # Errors
    ///
    /// When an interceptor failed the message. The other recipients of the same message are not
    /// affected.
    pub async fn deliver(
        &self,
        message: &Message,
        recipient: &Recipient,
    ) -> Result<Outcome, MessagingError> {
        self.deliver_as(message, recipient, self.next_delivery())
            .await
    }

    /// As [`deliver`](Self::deliver), and says this of the delivery.
    ///
    /// # Errors
    ///
    /// When an interceptor failed the message.
    pub async fn deliver_as(
        &self,
        message: &Message,
        recipient: &Recipient,
        delivery: Delivery,
    ) -> Result<Outcome, MessagingError> {
        let Recipient {
            session,
            subscription,
        } = recipient;
        if self.is_plain() {
            self.push_if_subscribed(message, recipient, delivery);
            return Ok(Outcome::Handled);
        }
        let mut message = message.clone();
        message.set_subscription(subscription.clone());
        let context = ChannelContext {
            channel: ChannelName::ClientOutbound,
            session: Some(session),
        };
        if let Err(stopped) = self.interceptors.pre_send(&mut message, context).await? {
            return Ok(stopped);
        }
        // Interceptors may have taken their time, and the client may have unsubscribed meanwhile.
        let frame = self.encode(
            Seen::as_addressed(&message),
            session,
            subscription,
            delivery,
        );
        session.push_if_subscribed(subscription, frame);
        let result = Ok(Outcome::Handled);
        self.interceptors.done(&message, &result, context);
        result
    }

    fn encode(
        &self,
        seen: Seen<'_>,
        session: &Session,
        subscription: &SubscriptionId,
        delivery: Delivery,
    ) -> OutgoingFrame {
        let id = self.ids.id(delivery.number);
        let frame = seen.encode(session.version(), subscription, id.as_str(), delivery);
        frame.into()
    }

    /// Delivers to many, each through the interceptors; one that fails is logged and hinders no
    /// other.
    pub async fn deliver_each(&self, message: &Message, recipients: &[Recipient]) {
        for recipient in recipients {
            if let Err(error) = self.deliver(message, recipient).await {
                tracing::warn!(
                    session = %recipient.session.id(),
                    code = %error.code(),
                    error = %Chain(&error),
                    "an interceptor of clientOutbound failed a delivery"
                );
            }
        }
    }
}

/// One message on its way to many, past all interceptors.
#[derive(Debug)]
pub struct FanOut<'m> {
    encoder: Encoder<'m>,
    backlog: &'m Arc<Backlog>,
}

impl FanOut<'_> {
    /// Puts the message into the queues of these recipients. It is encoded once for each distinct
    /// subscription id (and version of the protocol), and the bytes are shared.
    pub fn deliver<'a>(&mut self, recipients: impl IntoIterator<Item = &'a Recipient>) {
        let mut encoded: Vec<(Version, &SubscriptionId, OutgoingFrame)> = Vec::new();
        for Recipient {
            session,
            subscription,
        } in recipients
        {
            let version = session.version();
            // Clients of one kind name their subscriptions alike, so the last hit is the likeliest
            // next one.
            let known = encoded
                .iter()
                .rposition(|(v, s, _)| *v == version && *s == subscription);
            let frame = match known {
                Some(position) => encoded[position].2.clone(),
                None => {
                    let frame = self.encoder.encode(version, subscription);
                    if encoded.len() == MAX_SHARED {
                        frame.into()
                    } else {
                        let frame = OutgoingFrame::for_many(frame, self.backlog);
                        encoded.push((version, subscription, frame.clone()));
                        frame
                    }
                }
            };
            session.push(frame);
        }
    }
}

/// How many distinct encodings of one message are remembered while it is delivered. Where every
/// client names its subscription differently, looking further costs more than encoding again.
const MAX_SHARED: usize = 16;
