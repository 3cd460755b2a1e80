//! Both directions of a connection in memory.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::mailbox::Mailbox;
use crate::connection::{TransportError, TransportSink, TransportSource};
use crate::session::{Close, OutgoingFrame};

/// What a client sends with, until it closes its side or is gone.
pub(super) struct Uplink(Mutex<Option<UnboundedSender<Result<Bytes, TransportError>>>>);

impl Uplink {
    pub(super) fn open() -> (Self, Source) {
        let (uplink, source) = unbounded_channel();
        (Self(Mutex::new(Some(uplink))), Source(source))
    }

    /// Sends bytes; into the void if the server does not listen any more.
    pub(super) fn send(&self, bytes: Bytes) {
        if let Some(uplink) = &*self.lock() {
            let _ = uplink.send(Ok(bytes));
        }
    }

    /// Closes in order.
    pub(super) fn close(&self) {
        self.lock().take();
    }

    /// Breaks without a word. Says whether it was open.
    pub(super) fn cut(&self) -> bool {
        let Some(uplink) = self.lock().take() else {
            return false;
        };
        let _ = uplink.send(Err(gone()));
        true
    }

    fn lock(&self) -> MutexGuard<'_, Option<UnboundedSender<Result<Bytes, TransportError>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the server reads what the client sends.
pub(super) struct Source(UnboundedReceiver<Result<Bytes, TransportError>>);

impl TransportSource for Source {
    fn poll_receive(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TransportError>>> {
        self.0.poll_recv(context)
    }
}

/// Puts what the server writes straight into the client's mailbox.
pub(super) struct Sink {
    pub(super) mailbox: Arc<Mailbox>,
    pub(super) uplink: Arc<Uplink>,
    pub(super) is_broken: bool,
}

impl TransportSink for Sink {
    fn push(&mut self, frame: OutgoingFrame) {
        self.is_broken |= !self.mailbox.file(frame.as_bytes());
    }

    fn poll_flush(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(if self.is_broken { Err(gone()) } else { Ok(()) })
    }

    fn poll_close(
        &mut self,
        context: &mut Context<'_>,
        close: &Close,
    ) -> Poll<Result<(), TransportError>> {
        self.mailbox.close(close);
        // A client answers a close with its own.
        self.uplink.close();
        self.poll_flush(context)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.mailbox.cut();
    }
}

/// What a server learns of a client that is gone.
fn gone() -> TransportError {
    TransportError::Gone("the test let go of its client".into())
}
