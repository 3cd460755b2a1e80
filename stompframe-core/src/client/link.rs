//! One connection to the server: the handle by which frames are sent over it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytestring::ByteString;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use super::places::Place;
use super::receipts::{Confirmation, Receipts};
use super::told::{Answer, Told};
use super::{ClientError, ClientLimits};
use crate::session::OutgoingFrame;
use crate::stomp::{Command, Frame, Headers, Version};

/// A connection over which CONNECTED came.
#[derive(Debug)]
pub(super) struct Link {
    /// Which of the client's connections it is.
    pub(super) generation: u64,
    pub(super) version: Version,
    /// What CONNECTED said.
    pub(super) connected: Headers,
    outgoing: mpsc::Sender<Outgoing>,
    /// For those who cannot wait, and of whose frames there is a bound already: the end of a
    /// subscription, an acknowledgement.
    urgent: mpsc::UnboundedSender<Frame>,
    room: Arc<Semaphore>,
    max_bytes: usize,
    pub(super) receipts: Arc<Receipts>,
    /// DISCONNECT is on its way.
    disconnecting: AtomicBool,
    /// Set when it is to end, in order.
    pub(super) ends: CancellationToken,
}

/// What waits to be written.
pub(super) struct Unsent {
    pub(super) outgoing: mpsc::Receiver<Outgoing>,
    pub(super) urgent: mpsc::UnboundedReceiver<Frame>,
}

/// A frame that waits to be written, and the room it takes until then.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) frame: OutgoingFrame,
    /// Whom to tell what became of it, where it has no receipt of its own.
    pub(super) told: Option<Told>,
    _room: OwnedSemaphorePermit,
}

impl Link {
    pub(super) fn new(
        generation: u64,
        version: Version,
        connected: Headers,
        limits: &ClientLimits,
    ) -> (Self, Unsent) {
        let (urgent, urgent_waiting) = mpsc::unbounded_channel();
        let (outgoing, waiting) = mpsc::channel(limits.max_unsent_frames.max(1));
        let max_bytes = limits.max_unsent_bytes.clamp(1, u32::MAX as usize);
        let link = Self {
            generation,
            version,
            connected,
            outgoing,
            urgent,
            room: Arc::new(Semaphore::new(max_bytes)),
            max_bytes,
            receipts: Arc::new(Receipts::new(
                limits.max_unconfirmed,
                limits.receipt_timeout,
            )),
            disconnecting: AtomicBool::new(false),
            ends: CancellationToken::new(),
        };
        let unsent = Unsent {
            outgoing: waiting,
            urgent: urgent_waiting,
        };
        (link, unsent)
    }

    /// Hands a frame over to be written, as soon as there is room.
    pub(super) async fn send(&self, frame: &Frame) -> Result<(), ClientError> {
        let outgoing = self.outgoing(frame).await?;
        let sent = self.outgoing.send(outgoing).await;
        sent.map_err(|_| self.is_over())
    }

    /// As [`send`](Self::send), and tells what became of it, as somebody else's receipt says.
    pub(super) async fn send_and_tell(
        &self,
        frame: &Frame,
        tell: impl FnOnce(Answer) + Send + Sync + 'static,
    ) -> Result<(), ClientError> {
        let place = self.receipts.place().await?;
        let mut outgoing = self.outgoing(frame).await?;
        outgoing.told = Some(Told::new(tell, place));
        let sent = self.outgoing.send(outgoing).await;
        sent.map_err(|unsent| {
            if let Some(told) = unsent.0.told {
                told.forget();
            }
            self.is_over()
        })
    }

    /// Encodes a frame, and waits until there is room for it.
    async fn outgoing(&self, frame: &Frame) -> Result<Outgoing, ClientError> {
        let frame = OutgoingFrame::encode(frame, self.version)?;
        let room = Arc::clone(&self.room).acquire_many_owned(self.permits(&frame));
        let room = room.await.map_err(|_| self.is_over())?;
        Ok(Outgoing {
            frame,
            told: None,
            _room: room,
        })
    }

    /// As [`send`](Self::send), and asks for a receipt.
    pub(super) async fn send_with_receipt(
        &self,
        frame: Frame,
    ) -> Result<Confirmation, ClientError> {
        self.send_expecting(frame, None).await
    }

    /// Makes this subscription anew: as soon as its receipt is read, it is told of the gap.
    pub(super) async fn resubscribe(
        &self,
        id: ByteString,
        frame: Frame,
    ) -> Result<Confirmation, ClientError> {
        self.send_expecting(frame, Some(id)).await
    }

    /// As [`send_with_receipt`](Self::send_with_receipt), in a place of the window that is taken
    /// already.
    pub(super) async fn send_in(
        &self,
        place: &Place,
        frame: Frame,
    ) -> Result<Confirmation, ClientError> {
        let expected = self.receipts.expect_in(place.clone(), None)?;
        self.send_expected(frame, expected).await
    }

    async fn send_expecting(
        &self,
        frame: Frame,
        renews: Option<ByteString>,
    ) -> Result<Confirmation, ClientError> {
        let expected = self.receipts.expect(renews).await?;
        self.send_expected(frame, expected).await
    }

    async fn send_expected(
        &self,
        mut frame: Frame,
        (receipt, confirmation): (String, Confirmation),
    ) -> Result<Confirmation, ClientError> {
        frame.headers.set("receipt", receipt.clone());
        if let Err(error) = self.send(&frame).await {
            // Its place in the window is free again.
            self.receipts.refuse(&receipt, error.clone());
            return Err(error);
        }
        Ok(confirmation)
    }

    /// Hands over a frame of which there cannot be many; says whether the connection still takes it.
    pub(super) fn send_urgently(&self, frame: Frame) -> bool {
        self.urgent.send(frame).is_ok()
    }

    /// DISCONNECT, and its receipt: all that was sent before has arrived then (STOMP 1.2,
    /// DISCONNECT).
    pub(super) async fn disconnect(&self) -> Result<(), ClientError> {
        self.disconnecting.store(true, Ordering::Release);
        let frame = Frame::new(Command::Disconnect);
        self.send_with_receipt(frame).await?.await
    }

    /// Says whether DISCONNECT is still to be said, which is then the caller's to do.
    pub(super) fn begin_disconnecting(&self) -> bool {
        !self.disconnecting.swap(true, Ordering::AcqRel)
    }

    /// The ACK or NACK of a MESSAGE: STOMP 1.2 names its `ack` header, and earlier versions its
    /// `message-id`, 1.1 with the subscription.
    pub(super) fn acknowledgement(&self, command: Command, message: &Frame) -> Option<Frame> {
        let value = |name| message.headers.get_bytestring(name).cloned();
        let frame = Frame::new(command);
        Some(match self.version {
            Version::V1_2 => frame.with_header("id", value("ack")?),
            Version::V1_1 => frame
                .with_header("subscription", value("subscription")?)
                .with_header("message-id", value("message-id")?),
            Version::V1_0 => frame.with_header("message-id", value("message-id")?),
        })
    }

    /// The connection is over: nothing more is sent, and who waits learns why.
    pub(super) fn end(&self, because: &ClientError) {
        self.room.close();
        self.receipts.end(because);
    }

    /// One frame always fits: how large it may be is for the server to say.
    fn permits(&self, frame: &OutgoingFrame) -> u32 {
        u32::try_from(frame.len().min(self.max_bytes)).unwrap_or(u32::MAX)
    }

    fn is_over(&self) -> ClientError {
        ClientError::Lost(ByteString::from_static(
            "it ended before the frame was sent",
        ))
    }
}
