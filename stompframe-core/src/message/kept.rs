//! Messages that wait: in a queue, or for the end of their transaction.

use bytes::Bytes;
use bytestring::ByteString;

use super::{Message, SubscriptionId};

impl Message {
    /// The same message, which holds on to nothing but itself. What is cut from a frame shares the
    /// memory of its head and of the piece of input that it came in, which may be much more.
    pub(crate) fn on_its_own(&self) -> Self {
        let mut all = String::with_capacity(self.texts().map(str::len).sum());
        all.extend(self.texts());
        // One memory for all texts, in their order.
        let (all, mut at) = (ByteString::from(all), 0);
        let mut next = |text: &str| {
            let start = at;
            at += text.len();
            all.slice_ref(&all[start..at])
        };
        Self {
            destination: next(&self.destination),
            subscription: self.subscription.as_ref().map(|id| match id {
                SubscriptionId::Named(id) => SubscriptionId::Named(next(id)),
                SubscriptionId::Destination(to) => SubscriptionId::Destination(next(to)),
            }),
            receipt: self.receipt.as_deref().map(&mut next),
            acknowledged: self.acknowledged.as_deref().map(&mut next),
            headers: self
                .headers
                .iter()
                .map(|(name, value)| (next(name), next(value)))
                .collect(),
            payload: Bytes::copy_from_slice(&self.payload),
            message_type: self.message_type,
            nobody_waits: self.nobody_waits,
            audience: self.audience.clone(),
            ack_mode: self.ack_mode,
            principal: self.principal.clone(),
        }
    }

    /// How many bytes it holds where it is [on its own](Self::on_its_own).
    pub(crate) fn footprint(&self) -> usize {
        /// What is allocated and kept beside it, and the place in the list it stands in.
        const OVERHEAD: usize = 256;
        /// What one header takes, beside its text, where there are many.
        const HEADER: usize = 2 * size_of::<ByteString>();
        let texts: usize = self.texts().map(str::len).sum();
        size_of::<Self>() + OVERHEAD + self.headers.len() * HEADER + texts + self.payload.len()
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        let subscription = self.subscription.as_ref().map(|id| match id {
            SubscriptionId::Named(text) | SubscriptionId::Destination(text) => &**text,
        });
        let headers = self.headers.iter().flat_map(|(name, value)| [name, value]);
        std::iter::once(self.destination())
            .chain(subscription)
            .chain(self.receipt.as_deref())
            .chain(self.acknowledged.as_deref())
            .chain(headers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::MessageType;

    #[test]
    fn a_copy_is_the_same_and_shares_nothing() {
        let text = ByteString::from_static;
        let mut message = Message::new(MessageType::Message, "/topic/a");
        message.set_subscription(SubscriptionId::Named(text("sub")));
        message.set_receipt(Some(text("r")));
        message.set_acknowledged(text("7"));
        message.headers_mut().push("a", "b");
        message.headers_mut().push("empty", "");
        message.set_payload(Bytes::from_static(b"body"));
        let copy = message.on_its_own();
        assert_eq!(format!("{message:?}"), format!("{copy:?}"));
        for (one, other) in message.texts().zip(copy.texts()) {
            assert!(one.is_empty() || one.as_ptr() != other.as_ptr(), "{one}");
        }
        assert_ne!(message.payload().as_ptr(), copy.payload().as_ptr());
        assert_eq!(message.footprint(), copy.footprint());
    }
}
