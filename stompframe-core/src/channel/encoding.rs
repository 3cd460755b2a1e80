//! Messages as MESSAGE frames.

use smallvec::SmallVec;

use super::message_id::MessageId;
use super::outbound::Delivery;
use crate::message::{Message, SubscriptionId};
use crate::stomp::{Encoded, MessageTemplate, Version, encode_message};

/// What every MESSAGE has of its own; an application's header of the same name would stand there
/// twice.
const OWN: [&str; 3] = ["destination", "message-id", "subscription"];

/// One message as those see it who receive it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen<'m> {
    pub(super) message: &'m Message,
    /// Where it came to, in the recipients' eyes.
    pub(super) destination: &'m str,
}

impl<'m> Seen<'m> {
    /// The message where it says itself that it goes.
    pub(super) fn as_addressed(message: &'m Message) -> Self {
        Self {
            message,
            destination: message.destination(),
        }
    }

    /// What the frames of all recipients have.
    fn headers(self) -> impl Iterator<Item = (&'m str, &'m str)> + Clone {
        let application = self.message.headers().iter();
        let application = application.filter(|(name, _)| !OWN.contains(name));
        std::iter::once(("destination", self.destination)).chain(application)
    }

    /// The frame for one subscription, and for no other.
    pub(super) fn encode(
        self,
        version: Version,
        subscription: &SubscriptionId,
        id: &str,
        delivery: Delivery,
    ) -> Encoded {
        // STOMP 1.2, ACK; earlier versions name the message-id.
        let is_acknowledged = delivery.acknowledge && version == Version::V1_2;
        let ack = is_acknowledged.then_some(("ack", id));
        let count = delivery.redelivered.saturating_add(1);
        let count = (delivery.redelivered > 0).then(|| count.to_string());
        let redelivered = count
            .iter()
            .flat_map(|count| [("redelivered", "true"), ("delivery-count", count)]);
        let headers = own(subscription, id)
            .chain(ack)
            .chain(redelivered)
            .chain(self.headers());
        encode_message(version, headers, self.message.payload())
    }
}

/// Headers on their way into a frame, in an order that is theirs.
type HeaderList<'a> = SmallVec<[(&'a str, &'a str); 8]>;

/// Encodes one message for many subscriptions: what they share once for each version, and the rest
/// for each.
#[derive(Debug)]
pub(super) struct Encoder<'m> {
    seen: Seen<'m>,
    id: MessageId,
    shared: [Option<MessageTemplate>; 3],
}

impl<'m> Encoder<'m> {
    pub(super) const fn new(seen: Seen<'m>, id: MessageId) -> Self {
        Self {
            seen,
            id,
            shared: [const { None }; 3],
        }
    }

    pub(super) fn encode(&mut self, version: Version, subscription: &SubscriptionId) -> Encoded {
        let seen = self.seen;
        let shared = self.shared[version as usize].get_or_insert_with(|| {
            let headers: HeaderList<'_> = seen.headers().collect();
            MessageTemplate::new(version, &headers, seen.message.payload())
        });
        let own: SmallVec<[_; 2]> = own(subscription, self.id.as_str()).collect();
        shared.fill(&own)
    }
}

/// What only the frame for this subscription has.
fn own<'a>(
    subscription: &'a SubscriptionId,
    id: &'a str,
) -> impl Iterator<Item = (&'a str, &'a str)> + Clone {
    let subscription = subscription.header().map(|id| ("subscription", id));
    subscription.into_iter().chain([("message-id", id)])
}
