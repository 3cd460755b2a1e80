use std::sync::{Arc, Mutex, PoisonError};

use bytestring::ByteString;
use futures_util::future::{FutureExt as _, try_join_all};

use super::link::Link;
use super::places::Place;
use super::send::send_frame;
use super::{ClientError, Confirmation, Received};
use crate::message::IntoPayload;
use crate::stomp::{Command, Frame};

/// A transaction: made by [`StompClient::begin`](super::StompClient::begin). Dropped without
/// [`commit`](Self::commit), it is aborted.
#[derive(Debug)]
pub struct Transaction {
    id: ByteString,
    link: Arc<Link>,
    /// All of its receipts share one: some servers send them with that of COMMIT.
    place: Place,
    /// The receipts of what it holds.
    held: Mutex<Vec<Confirmation>>,
    is_open: bool,
}

impl Transaction {
    pub(super) async fn begin(link: Arc<Link>, id: String) -> Result<Self, ClientError> {
        let transaction = Self {
            id: id.into(),
            place: link.receipts.place().await?,
            link,
            held: Mutex::default(),
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
        self.acknowledge(Command::Ack, message).await
    }

    /// ACK or NACK of a message with the COMMIT.
    pub(crate) async fn acknowledge(
        &self,
        command: Command,
        message: &Received,
    ) -> Result<(), ClientError> {
        if !message.came_over(&self.link) {
            return Err(ClientError::Lost(ByteString::from_static(
                "the message came over another connection than the transaction's",
            )));
        }
        self.hold(message.acknowledgement(command)?).await
    }

    /// A frame that takes effect with the COMMIT.
    pub(crate) async fn hold(&self, frame: Frame) -> Result<(), ClientError> {
        let frame = frame.with_header("transaction", self.id.clone());
        let confirmation = self.link.send_in(&self.place, frame).await?;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.push(confirmation);
        Ok(())
    }

    /// Carries it out; returns when the server has confirmed it, and each message in it.
    ///
    /// # Errors
    ///
    /// When the server refuses it, or any of its frames, or the connection is lost; see also
    /// [`is_in_doubt`](ClientError::is_in_doubt).
    pub async fn commit(mut self) -> Result<(), ClientError> {
        self.settle().await?;
        self.finish().await
    }

    /// Waits until the server has seen all of it. If that fails, nothing of it takes effect.
    ///
    /// A server that refuses a frame may go on with those behind it, so COMMIT is not to be among them.
    /// Some confirm what a transaction holds with the COMMIT alone. But all say BEGIN of another one when
    /// they come to it, and what they have to say about frames before it is said by then.
    pub(crate) async fn settle(&mut self) -> Result<(), ClientError> {
        let id = ByteString::from(format!("{}-settles", self.id));
        let other = |command| Frame::new(command).with_header("transaction", id.clone());
        let begun = self
            .link
            .send_in(&self.place, other(Command::Begin))
            .await?;
        self.link.send(&other(Command::Abort)).await?;
        let settled = begun.await;
        let held = self.held.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut refusals = Vec::new();
        held.retain_mut(|held| match held.now_or_never() {
            None => true,
            Some(answer) => {
                refusals.extend(answer.err());
                false
            }
        });
        let by_name = |error: &ClientError| matches!(error, ClientError::Refused(_));
        match refusals.into_iter().find(by_name) {
            // Which says more than that the connection ended with it.
            Some(refused) => Err(refused),
            None => settled,
        }
    }

    /// COMMIT, of what has been settled.
    pub(crate) async fn finish(mut self) -> Result<(), ClientError> {
        self.is_open = false;
        let held = self.held.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut all = std::mem::take(held);
        let commit = self.frame(Command::Commit);
        // First, as it says best why it was refused.
        all.insert(0, self.link.send_in(&self.place, commit).await?);
        try_join_all(all).await?;
        Ok(())
    }

    /// Drops it; returns when the server has confirmed that.
    ///
    /// # Errors
    ///
    /// When the connection is lost, and the transaction with it.
    pub async fn abort(mut self) -> Result<(), ClientError> {
        self.is_open = false;
        let abort = self.frame(Command::Abort);
        self.link.send_in(&self.place, abort).await?.await
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
