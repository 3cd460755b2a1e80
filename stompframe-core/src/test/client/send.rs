use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;

use super::TestClient;
use crate::message::{Converters, IntoPayload as _, Payload};
use crate::stomp::{Command, Frame};
use crate::test::expectation::Failure;
use crate::test::{Expectation, TestError};

/// Sending.
impl TestClient {
    /// SENDs a value as JSON. Returns once it is handled and what it caused is in every
    /// subscriber's queue. A refusal fails the test.
    ///
    /// # Panics
    ///
    /// When the value cannot be serialized.
    #[track_caller]
    pub fn send(&self, destination: &str, body: &(impl Serialize + ?Sized)) -> Expectation<()> {
        self.send_frame(json(destination, body))
    }

    /// SENDs text; otherwise as [`send`](Self::send).
    #[track_caller]
    pub fn send_text(&self, destination: &str, text: impl Into<String>) -> Expectation<()> {
        let frame = Frame::new(Command::Send)
            .with_header("destination", destination.to_owned())
            .with_header("content-type", "text/plain;charset=UTF-8");
        self.send_frame(frame.with_body(text.into()))
    }

    /// Sends any frame but CONNECT, and returns after its RECEIPT; the kit asks for one if the
    /// frame does not. A refusal fails the test.
    #[track_caller]
    pub fn send_frame(&self, frame: Frame) -> Expectation<()> {
        let connection = Arc::clone(self.connection());
        Expectation::new(async move { connection.accepted(frame).await })
    }

    /// SENDs a value as JSON, for a test in which the refusal is the point.
    ///
    /// Unless the client is subscribed to `/user/queue/errors`, a refusal also ends the session, as
    /// STOMP says.
    ///
    /// # Panics
    ///
    /// When the value cannot be serialized.
    #[track_caller]
    pub fn try_send(
        &self,
        destination: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Expectation<Result<(), TestError>> {
        self.try_send_frame(json(destination, body))
    }

    /// As [`send_frame`](Self::send_frame), for a test in which the refusal is the point.
    #[track_caller]
    pub fn try_send_frame(&self, frame: Frame) -> Expectation<Result<(), TestError>> {
        let connection = Arc::clone(self.connection());
        Expectation::new(async move { connection.confirm(frame).await })
    }

    /// SENDs a value as JSON, without asking what becomes of it.
    ///
    /// # Panics
    ///
    /// When the value cannot be serialized.
    #[track_caller]
    pub fn send_and_forget(&self, destination: &str, body: &(impl Serialize + ?Sized)) {
        let sent = self.connection().send_frame(&json(destination, body));
        sent.unwrap_or_else(|Failure(text)| panic!("{text}"));
    }

    /// Sends bytes as they are: a part of a frame, or several frames.
    pub fn send_bytes(&self, bytes: impl Into<Bytes>) {
        self.connection().send(bytes.into());
    }
}

#[track_caller]
fn json(destination: &str, body: &(impl Serialize + ?Sized)) -> Frame {
    match Payload(body).into_payload(&Converters::default()) {
        Ok((content_type, body)) => Frame::new(Command::Send)
            .with_header("destination", destination.to_owned())
            .with_header("content-type", content_type)
            .with_body(body),
        Err(error) => panic!("the body cannot be serialized: {error:?}"),
    }
}
