use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use bytestring::ByteString;

use super::headers::{on_its_own, transaction_of};
use super::{Fatal, Next, Protocol};
use crate::channel::Held;
use crate::connection::answer::About;
use crate::connection::limits::TransactionLimits;
use crate::error::{ErrorCode, MessagingError};
use crate::message::Message;
use crate::stomp::Frame;

/// The transactions that a session has open (STOMP 1.2, BEGIN, COMMIT, ABORT).
///
/// What belongs to one has passed the interceptors and would be taken; it waits here.
#[derive(Debug, Default)]
pub(super) struct Transactions {
    open: HashMap<ByteString, Vec<Held>>,
    bytes: usize,
    /// What open transactions are going to acknowledge, and nobody else can any more.
    acknowledged: HashSet<ByteString>,
}

impl Transactions {
    fn begin(&mut self, id: &ByteString, limits: TransactionLimits) -> Result<(), Fatal> {
        if self.open.contains_key(id) {
            return Err(ErrorCode::DuplicateTransaction.into());
        }
        if self.open.len() >= limits.max_open {
            return Err(limit(format!("{} may be open", limits.max_open)));
        }
        self.open.insert(on_its_own(id), Vec::new());
        Ok(())
    }

    fn add(&mut self, id: &str, held: Held, limits: TransactionLimits) -> Result<(), Fatal> {
        let held_in = self.open.get_mut(id).ok_or(ErrorCode::UnknownTransaction)?;
        if held_in.len() >= limits.max_frames {
            return Err(limit(format!("one may hold {} frames", limits.max_frames)));
        }
        let bytes = held.message().footprint();
        if self.bytes + bytes > limits.max_bytes {
            return Err(limit(format!("all may hold {} bytes", limits.max_bytes)));
        }
        self.bytes += bytes;
        self.acknowledged
            .extend(held.message().acknowledged().map(ByteString::from));
        held_in.push(held);
        Ok(())
    }

    fn take(&mut self, id: &str) -> Result<Vec<Held>, Fatal> {
        let held = self.open.remove(id).ok_or(ErrorCode::UnknownTransaction)?;
        for message in held.iter().map(Held::message) {
            self.bytes -= message.footprint();
            if let Some(id) = message.acknowledged() {
                self.acknowledged.remove(id);
            }
        }
        Ok(held)
    }

    /// Whether an open transaction is going to acknowledge this.
    pub(super) fn acknowledge(&self, id: &str) -> bool {
        self.acknowledged.contains(id)
    }
}

impl Protocol {
    /// BEGIN.
    pub(super) fn begin(&mut self, frame: &Frame, receipt: Option<&str>) -> Result<Next, Fatal> {
        let limits = self.shared.limits.transactions;
        self.transactions.begin(&transaction_of(frame)?, limits)?;
        self.answers.receipt(receipt);
        Ok(Next::Continue)
    }

    /// Adds a message to the transaction that its frame names. Says whether it is held; if not, an
    /// interceptor dropped it.
    pub(super) async fn hold(
        &mut self,
        id: &str,
        message: Arc<Message>,
        receipt: Option<&str>,
    ) -> Result<Result<bool, MessagingError>, Fatal> {
        if !self.transactions.open.contains_key(id) {
            return Err(ErrorCode::UnknownTransaction.into());
        }
        let held = match self.shared.inbound.hold(message, &self.session).await {
            Ok(Ok(held)) => held,
            Ok(Err(_dropped)) if receipt.is_some() => return Ok(Err(ErrorCode::Denied.into())),
            Ok(Err(_dropped)) => return Ok(Ok(false)),
            Err(error) => return Ok(Err(error)),
        };
        let limits = self.shared.limits.transactions;
        self.transactions.add(id, held, limits)?;
        Ok(Ok(true))
    }

    /// COMMIT. If any of its frames would be refused by now, none takes effect. What fails beyond
    /// that, such as a handler, ends it there: it cannot be undone what was done before.
    pub(super) async fn commit(
        &mut self,
        frame: &Frame,
        receipt: Option<&str>,
    ) -> Result<Next, Fatal> {
        let held = self.transactions.take(&transaction_of(frame)?)?;
        let committed = self.shared.inbound.commit(held, &self.session).await;
        let (destination, committed) = match committed {
            Ok(()) => (ByteString::new(), Ok(true)),
            Err((destination, error)) => (destination, Err(error)),
        };
        let about = About {
            command: frame.command,
            destination: &destination,
            receipt,
        };
        Ok(self.answer(committed, about).await)
    }

    /// ABORT.
    pub(super) fn abort(&mut self, frame: &Frame, receipt: Option<&str>) -> Result<Next, Fatal> {
        let held = self.transactions.take(&transaction_of(frame)?)?;
        self.discard(held);
        self.answers.receipt(receipt);
        Ok(Next::Continue)
    }

    /// Aborts all that are open, as the session ends (STOMP 1.2, BEGIN).
    pub(super) fn abort_all(&mut self) {
        let open = std::mem::take(&mut self.transactions).open;
        self.discard(open.into_values().flatten());
    }

    fn discard(&self, held: impl IntoIterator<Item = Held>) {
        for held in held {
            self.shared.inbound.discard(&held, &self.session);
        }
    }
}

fn limit(detail: String) -> Fatal {
    MessagingError::new(ErrorCode::TransactionLimit).with_detail(detail)
}
