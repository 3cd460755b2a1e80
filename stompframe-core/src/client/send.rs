use std::future::IntoFuture;

use bytes::Bytes;
use bytestring::ByteString;
use futures_util::future::BoxFuture;

use super::{ClientError, Confirmation, StompClient};
use crate::error::MessagingError;
use crate::message::{Converters, IntoPayload, Message};
use crate::stomp::{Command, Frame};

/// A message to be sent: made by [`StompClient::send`], sent when it is awaited.
///
/// Awaited as it is, it is done when the message is handed over to the connection. There it may be lost
/// with it: [`confirmed`](Self::confirmed) knows, and [`with_receipt`](Self::with_receipt) learns it
/// later.
#[derive(Debug)]
#[must_use = "it is sent when it is awaited"]
pub struct SendRequest {
    client: StompClient,
    frame: Result<Frame, ClientError>,
}

/// A SEND of a payload.
pub(super) fn send_frame(
    destination: ByteString,
    payload: impl IntoPayload,
) -> Result<Frame, ClientError> {
    let (content_type, body) = payload
        .into_payload(&Converters::default())
        .map_err(unwritable)?;
    Ok(Frame::new(Command::Send)
        .with_header("destination", destination)
        .with_header("content-type", content_type)
        .with_body(body))
}

fn unwritable(error: MessagingError) -> ClientError {
    ClientError::Payload(std::sync::Arc::new(Box::new(error)))
}

impl SendRequest {
    pub(super) fn new(
        client: StompClient,
        destination: ByteString,
        payload: impl IntoPayload,
    ) -> Self {
        Self {
            client,
            frame: send_frame(destination, payload),
        }
    }

    /// A header: one of the application's own, or one that the server understands, such as
    /// `persistent`. It takes the place of another of the same name.
    pub fn header(mut self, name: impl Into<ByteString>, value: impl Into<ByteString>) -> Self {
        if let Ok(frame) = &mut self.frame {
            frame.headers.set(name, value);
        }
        self
    }

    /// Sends it, and waits for the server's RECEIPT.
    ///
    /// # Errors
    ///
    /// When there is no connection, or the message is refused; see also
    /// [`is_in_doubt`](ClientError::is_in_doubt).
    pub async fn confirmed(self) -> Result<(), ClientError> {
        self.with_receipt().await?.await
    }

    /// Sends it, and gives its RECEIPT, which comes later: so many can be on their way at a time, as many
    /// as [`max_unconfirmed`](super::ClientLimits::max_unconfirmed) says. Beyond, this waits.
    ///
    /// # Errors
    ///
    /// When there is no connection.
    pub async fn with_receipt(self) -> Result<Confirmation, ClientError> {
        let frame = self.frame?;
        self.client.link()?.send_with_receipt(frame).await
    }
}

impl IntoFuture for SendRequest {
    type Output = Result<(), ClientError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.client.link()?.send(&self.frame?).await })
    }
}

impl StompClient {
    /// As [`send`](Self::send), for a [`Message`] that there is already, with its headers.
    pub fn send_message(&self, message: &Message) -> SendRequest {
        let mut frame = Frame::new(Command::Send)
            .with_header("destination", message.destination().to_owned())
            .with_body(Bytes::clone(message.payload()));
        for (name, value) in message.headers() {
            frame.headers.push(name, value);
        }
        SendRequest {
            client: self.clone(),
            frame: Ok(frame),
        }
    }
}
