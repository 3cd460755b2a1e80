use std::fmt;

use bytestring::ByteString;
use serde::Serialize;

use crate::handler::Properties;
use crate::message::{
    Converters, IntoPayload, Message, MessageConverter, MessageType, Payload, SubscriptionId,
};
use crate::session::{Principal, ScopeFactories, Session, SessionAttributes};
use crate::states::States;

/// A message to [call](super::call) a handler with, and what the application shares with it.
#[derive(Clone)]
#[must_use = "give it to `call`"]
pub struct CallMessage {
    pub(super) message: Message,
    pub(super) states: States,
    pub(super) properties: Properties,
    pub(super) sender: Option<Principal>,
    pub(super) attributes: SessionAttributes,
    pub(super) scope: ScopeFactories,
    pub(super) converters: Converters,
}

/// A SEND to this destination, which is written without the application's prefix.
pub fn message(destination: impl Into<ByteString>) -> CallMessage {
    CallMessage {
        message: Message::new(MessageType::Message, destination),
        states: States::default(),
        properties: Properties::default(),
        sender: None,
        attributes: SessionAttributes::new(),
        scope: ScopeFactories::default(),
        converters: Converters::default(),
    }
}

/// A SUBSCRIBE to this destination, which is written without the application's prefix.
pub fn subscription(destination: impl Into<ByteString>) -> CallMessage {
    let mut message = Message::new(MessageType::Subscribe, destination);
    message.set_subscription(SubscriptionId::Named(ByteString::from_static("sub-0")));
    CallMessage {
        message,
        states: States::default(),
        properties: Properties::default(),
        sender: None,
        attributes: SessionAttributes::new(),
        scope: ScopeFactories::default(),
        converters: Converters::default(),
    }
}

impl CallMessage {
    /// Says which user sent it; nobody known unless told.
    pub fn sent_by(mut self, user: impl Into<ByteString>) -> Self {
        self.sender = Some(Principal::new(user));
        self
    }

    /// Knows this converter, and no other but what is built in: for [`body`](Self::body), if it
    /// comes before it, and for the handler.
    ///
    /// # Panics
    ///
    /// When an application with this converter could not start.
    #[track_caller]
    pub fn message_converter(mut self, converter: impl MessageConverter) -> Self {
        let mut problems = Vec::new();
        self.converters = Converters::new(vec![Box::new(converter)], &mut problems);
        assert!(problems.is_empty(), "{}", problems.join("; "));
        self
    }

    /// Gives it this value as its body, in JSON.
    ///
    /// # Panics
    ///
    /// When the value cannot be serialized.
    #[track_caller]
    pub fn json(self, body: &(impl Serialize + ?Sized)) -> Self {
        self.body(Payload(body))
    }

    /// Gives it this text as its body.
    pub fn text(self, body: impl Into<String>) -> Self {
        self.body(body.into())
    }

    /// Gives it a body, and the `content-type` that belongs to it.
    ///
    /// # Panics
    ///
    /// When the body cannot be serialized.
    #[track_caller]
    pub fn body(mut self, body: impl IntoPayload) -> Self {
        match body.into_payload(&self.converters) {
            Ok((content_type, body)) => {
                self.message.headers_mut().set("content-type", content_type);
                self.message.set_payload(body);
                self
            }
            Err(error) => panic!("the body cannot be serialized: {error:?}"),
        }
    }

    /// Sets a header.
    pub fn header(mut self, name: impl Into<ByteString>, value: impl Into<ByteString>) -> Self {
        self.message.headers_mut().set(name, value);
        self
    }

    /// Asks for this receipt.
    pub fn receipt(mut self, id: impl Into<ByteString>) -> Self {
        self.message.set_receipt(Some(id.into()));
        self
    }

    /// Gives the handler a value that it takes as `State<T>`. There is one for each type.
    pub fn state<T: Send + Sync + 'static>(mut self, state: T) -> Self {
        self.states.insert(state);
        self
    }

    /// Comes from a session that begins with a copy of these attributes.
    pub fn attributes(mut self, attributes: &SessionAttributes) -> Self {
        self.attributes = attributes.clone();
        self
    }

    /// Says how to make a value that the handler takes as `SessionScoped<T>`. There is one for each type.
    pub fn session_scoped<T: Send + Sync + 'static>(
        mut self,
        make: impl Fn(&Session) -> T + Send + Sync + 'static,
    ) -> Self {
        self.scope.insert(make);
        self
    }

    /// Gives placeholders of this name in the handler's destinations their value.
    pub fn property(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.properties.insert(name.into(), value.into());
        self
    }
}

impl fmt::Debug for CallMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallMessage")
            .field("message", &self.message)
            .field("states", &self.states.len())
            .finish()
    }
}
