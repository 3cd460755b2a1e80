use std::sync::Arc;

use bytestring::ByteString;

use super::link::Link;
use super::send::send_frame;
use super::{ClientError, Received};
use crate::message::IntoPayload;
use crate::stomp::{Command, Frame};

/// A transaction: made by [`StompClient::begin`](super::StompClient::begin). Dropped without
/// [`commit`](Self::commit), it is aborted.
#[derive(Debug)]
pub struct Transaction {
    id: ByteString,
    link: Arc<Link>,
    is_open: bool,
}

impl Transaction {
    pub(super) async fn begin(link: Arc<Link>, id: String) -> Result<Self, ClientError> {
        let transaction = Self {
            id: id.into(),
            link,
            is_open: true,
        };
        let begin = transaction.frame(Command::Begin);
        transaction.link.send(&begin).await?;
        Ok(transaction)
    }

    /// A message that is sent with the COMMIT.
    ///
    /// # Errors
    ///
    /// When the payload cannot be written, or the connection is lost.
    pub async fn send(
        &self,
        destination: impl Into<ByteString>,
        payload: impl IntoPayload,
    ) -> Result<(), ClientError> {
        self.hold(send_frame(destination.into(), payload)?).await
    }

    /// Acknowledges a message with the COMMIT.
    ///
    /// # Errors
    ///
    /// When there is nothing to acknowledge, or the message came over another connection.
    pub async fn ack(&self, message: &Received) -> Result<(), ClientError> {
        if !message.came_over(&self.link) {
            return Err(ClientError::Lost(ByteString::from_static(
                "the message came over another connection than the transaction's",
            )));
        }
        self.hold(message.acknowledgement(Command::Ack)?).await
    }

    async fn hold(&self, frame: Frame) -> Result<(), ClientError> {
        let frame = frame.with_header("transaction", self.id.clone());
        self.link.send(&frame).await
    }

    /// Carries it out; returns when the server has confirmed it.
    ///
    /// # Errors
    ///
    /// When the server refuses it, or any of its frames, or the connection is lost; see also
    /// [`is_in_doubt`](ClientError::is_in_doubt).
    pub async fn commit(mut self) -> Result<(), ClientError> {
        self.is_open = false;
        let commit = self.frame(Command::Commit);
        self.link.send_with_receipt(commit).await?.await
    }

    /// Drops it; returns when the server has confirmed that.
    ///
    /// # Errors
    ///
    /// When the connection is lost, and the transaction with it.
    pub async fn abort(mut self) -> Result<(), ClientError> {
        self.is_open = false;
        let abort = self.frame(Command::Abort);
        self.link.send_with_receipt(abort).await?.await
    }

    fn frame(&self, command: Command) -> Frame {
        Frame::new(command).with_header("transaction", self.id.clone())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if self.is_open {
            self.link.send_urgently(self.frame(Command::Abort));
        }
    }
}
