//! What travels through the channels: a type, a destination, headers and a payload.

mod ack;
mod audience;
mod converter;
mod converters;
mod kept;
mod payload;
mod principal;
mod reserved;
mod subscription;
mod wordings;

use std::sync::Arc;

use bytes::Bytes;
use bytestring::ByteString;

pub use self::ack::AckMode;
pub use self::audience::Audience;
pub use self::converter::{MessageConverter, PayloadReader, PayloadValue};
pub use self::converters::Converters;
pub(crate) use self::payload::CONTENT_TYPE;
pub use self::payload::{IntoPayload, Payload, PayloadAs};
pub use self::principal::Principal;
use self::reserved::is_credential;
pub(crate) use self::reserved::is_reserved;
pub use self::subscription::SubscriptionId;
use crate::stomp::Headers;

/// What a message asks for (Spring's `SimpMessageType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MessageType {
    /// A session opens. An interceptor that fails it refuses the client.
    Connect,
    /// A payload for a destination.
    Message,
    /// A session wants what is published to a destination.
    Subscribe,
    /// A session wants it no longer.
    Unsubscribe,
    /// A session has received a message: that which its [`acknowledged`](Message::acknowledged)
    /// names.
    Ack,
    /// A session refuses a message that it was given.
    Nack,
    /// A session has ended, for whatever reason; comes exactly once for each session that
    /// connected.
    Disconnect,
}

/// One message on its way.
///
/// What the framework knows about a message (its type, destination, subscription and receipt) are fields of
/// their own, not headers, so that nothing a client writes into a header can be mistaken for it.
/// The [`headers`](Self::headers) are the application's: what one client sends, another receives.
/// Cloning is cheap: texts and payload are shared.
#[derive(Clone, Debug)]
pub struct Message {
    message_type: MessageType,
    destination: ByteString,
    subscription: Option<SubscriptionId>,
    receipt: Option<ByteString>,
    nobody_waits: bool,
    audience: Audience,
    ack_mode: AckMode,
    acknowledged: Option<ByteString>,
    principal: Option<Principal>,
    headers: Headers,
    payload: Bytes,
}

impl Message {
    /// A message of this type for this destination (empty for CONNECT and DISCONNECT), without
    /// headers or payload.
    #[must_use]
    pub fn new(message_type: MessageType, destination: impl Into<ByteString>) -> Self {
        Self {
            message_type,
            destination: destination.into(),
            subscription: None,
            receipt: None,
            nobody_waits: false,
            audience: Audience::Everybody,
            ack_mode: AckMode::Auto,
            acknowledged: None,
            principal: None,
            headers: Headers::default(),
            payload: Bytes::new(),
        }
    }

    /// What a client sends to a destination, as it is moved only once then.
    #[inline]
    pub(crate) fn sent(
        destination: ByteString,
        by: Option<Principal>,
        receipt: Option<ByteString>,
        nobody_waits: bool,
        headers: Headers,
        payload: Bytes,
    ) -> Self {
        Self {
            message_type: MessageType::Message,
            destination,
            subscription: None,
            receipt,
            nobody_waits,
            audience: Audience::Everybody,
            ack_mode: AckMode::Auto,
            acknowledged: None,
            principal: by,
            headers,
            payload,
        }
    }

    /// What a handler replies.
    #[inline]
    pub(crate) fn replied(
        destination: ByteString,
        audience: Audience,
        headers: Headers,
        payload: Bytes,
    ) -> Self {
        let mut message = Self::sent(destination, None, None, false, headers, payload);
        message.audience = audience;
        message
    }

    /// A payload for a destination, with the `content-type` that belongs to the payload.
    ///
    /// It knows the formats that are built in. For those of the application's own converters there
    /// is [`MessagingTemplate::message`](crate::MessagingTemplate::message).
    ///
    /// # Errors
    ///
    /// When the payload cannot be serialized.
    pub fn with_payload(
        destination: impl Into<ByteString>,
        payload: impl IntoPayload,
    ) -> Result<Self, crate::MessagingError> {
        Self::converted(destination, payload, &Converters::default())
    }

    pub(crate) fn converted(
        destination: impl Into<ByteString>,
        payload: impl IntoPayload,
        converters: &Converters,
    ) -> Result<Self, crate::MessagingError> {
        let (content_type, payload) = payload.into_payload(converters)?;
        let mut message = Self::new(MessageType::Message, destination);
        message.headers.set(CONTENT_TYPE, content_type);
        message.payload = payload;
        Ok(message)
    }

    /// The message as other clients may receive it: without what shows who sent it.
    pub(crate) fn without_credentials(self: &Arc<Self>) -> Arc<Self> {
        if !self.headers.iter().any(|(name, _)| is_credential(name)) {
            return Arc::clone(self);
        }
        let mut message = Self::clone(self);
        message.headers.retain(|name, _| !is_credential(name));
        Arc::new(message)
    }

    /// What the message asks for.
    #[must_use]
    pub const fn message_type(&self) -> MessageType {
        self.message_type
    }

    /// Where it goes; empty for CONNECT, DISCONNECT, ACK and NACK, and for an UNSUBSCRIBE of an unknown id.
    #[must_use]
    pub fn destination(&self) -> &str {
        &self.destination
    }

    pub(crate) const fn shared_destination(&self) -> &ByteString {
        &self.destination
    }

    /// Sends it elsewhere.
    pub fn set_destination(&mut self, destination: impl Into<ByteString>) {
        self.destination = destination.into();
    }

    /// Which subscription a SUBSCRIBE or UNSUBSCRIBE is about, or a delivered message belongs to.
    #[must_use]
    pub const fn subscription(&self) -> Option<&SubscriptionId> {
        self.subscription.as_ref()
    }

    /// Says which subscription it is about.
    pub fn set_subscription(&mut self, subscription: SubscriptionId) {
        self.subscription = Some(subscription);
    }

    /// The receipt that the client asks for with the frame that this message came in: at most 256
    /// bytes, which it chose. The framework answers it; nobody else has to.
    #[must_use]
    pub fn receipt(&self) -> Option<&str> {
        self.receipt.as_deref()
    }

    pub(crate) fn set_receipt(&mut self, receipt: Option<ByteString>) {
        self.receipt = receipt;
    }

    /// Whether nobody waits to learn what becomes of it, so that whoever hands it on need not wait
    /// either: a client sent it without a receipt, and in no transaction.
    pub(crate) const fn nobody_waits(&self) -> bool {
        self.nobody_waits
    }

    /// For whom it is.
    #[must_use]
    pub const fn audience(&self) -> &Audience {
        &self.audience
    }

    /// Says for whom it is.
    pub fn set_audience(&mut self, audience: Audience) {
        self.audience = audience;
    }

    /// How a SUBSCRIBE wants what is delivered to be acknowledged.
    #[must_use]
    pub const fn ack_mode(&self) -> AckMode {
        self.ack_mode
    }

    pub(crate) const fn set_ack_mode(&mut self, mode: AckMode) {
        self.ack_mode = mode;
    }

    /// Refuses a SUBSCRIBE that asks for what only a broker does: acknowledgements, a selector. To
    /// ignore it would promise what is not kept.
    pub(crate) fn check_plain_subscription(&self) -> Result<(), crate::MessagingError> {
        if self.ack_mode == AckMode::Auto && !self.headers.contains("selector") {
            return Ok(());
        }
        Err(crate::MessagingError::new(crate::ErrorCode::Unsupported).with_detail(
            "only what a broker delivers can be acknowledged and selected: subscribe with ack:auto, without a selector",
        ))
    }

    /// What an ACK or NACK is about: the `ack` header (STOMP 1.2) or the `message-id` (1.0 and 1.1)
    /// of the MESSAGE.
    #[must_use]
    pub fn acknowledged(&self) -> Option<&str> {
        self.acknowledged.as_deref()
    }

    pub(crate) fn set_acknowledged(&mut self, id: ByteString) {
        self.acknowledged = Some(id);
    }

    /// Who sent it; none if that was somebody anonymous, or the application itself.
    #[must_use]
    pub const fn principal(&self) -> Option<&Principal> {
        self.principal.as_ref()
    }

    /// Says who sent it (Spring's `setUser`).
    ///
    /// An interceptor of clientInbound that says so on a CONNECT decides whose session it is; on any
    /// other message, it decides for that message alone.
    pub fn set_principal(&mut self, principal: impl Into<Option<Principal>>) {
        self.principal = principal.into();
    }

    /// The application's headers (what Spring calls native headers), `content-type` among them.
    #[must_use]
    pub const fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The application's headers, to change them.
    pub const fn headers_mut(&mut self) -> &mut Headers {
        &mut self.headers
    }

    /// The payload.
    #[must_use]
    pub const fn payload(&self) -> &Bytes {
        &self.payload
    }

    /// Replaces the payload. The `content-type` header stays as it is.
    pub fn set_payload(&mut self, payload: impl Into<Bytes>) {
        self.payload = payload.into();
    }
}
