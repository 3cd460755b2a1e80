use std::any::type_name;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::expectation::Failure;
use super::show::Shown;
use crate::error::MessagingError;
use crate::message::{Converters, Message};
use crate::session::Close;
use crate::stomp::{Command, Frame, Headers};

/// The next thing that the server sent, whatever it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// A frame.
    Frame(Frame),
    /// A heart-beat: one line feed.
    HeartBeat,
    /// The end of the connection.
    Closed(Close),
}

/// A message that came to a subscription, or that a handler sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestMessage {
    destination: String,
    headers: Headers,
    body: Bytes,
}

impl TestMessage {
    pub(super) fn new(frame: Frame) -> Self {
        Self {
            destination: frame.header("destination").unwrap_or_default().to_owned(),
            headers: frame.headers,
            body: frame.body,
        }
    }

    pub(super) fn of_message(message: &Message) -> Self {
        Self {
            destination: message.destination().to_owned(),
            headers: message.headers().clone(),
            body: message.payload().clone(),
        }
    }

    /// Where it was published.
    #[must_use]
    pub fn destination(&self) -> &str {
        &self.destination
    }

    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// All headers.
    #[must_use]
    pub const fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The body as it is.
    #[must_use]
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body as a value, read as a handler's [`Payload`](crate::Payload) is: JSON, or text where
    /// the `content-type` says so.
    ///
    /// # Panics
    ///
    /// When it cannot be read as a `T`.
    #[must_use]
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        self.read().unwrap_or_else(|Failure(text)| panic!("{text}"))
    }

    /// The body as text, whatever its `content-type`.
    ///
    /// # Panics
    ///
    /// When it is not UTF-8.
    #[must_use]
    #[track_caller]
    pub fn text(&self) -> String {
        self.read_text()
            .unwrap_or_else(|Failure(text)| panic!("{text}"))
    }

    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        Converters::default()
            .read(self.header("content-type"), &self.body)
            .map_err(|error| self.unreadable(type_name::<T>(), &error))
    }

    pub(super) fn read_text(&self) -> Result<String, Failure> {
        String::from_utf8(self.body.to_vec()).map_err(|error| {
            let error = MessagingError::from(crate::ErrorCode::Conversion).with_source(error);
            self.unreadable("text", &error)
        })
    }

    fn unreadable(&self, wanted: &str, error: &MessagingError) -> Failure {
        let shown = Shown {
            command: Command::Message,
            headers: &self.headers,
            body: &self.body,
        };
        Failure(format!(
            "expected a body that can be read as `{wanted}`, but: {error}\n\nthe message:\n{shown}"
        ))
    }
}
