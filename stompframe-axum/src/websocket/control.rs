use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

/// How these frames begin (RFC 6455, 5.2): FIN, and the opcode.
const CLOSE: u8 = 0x88;
const PONG: u8 = 0x8a;

/// What waits at most: a client that asks for many signs of life and reads none gets no more.
const MAX_WAITING: usize = 1024;

/// The frames with which the reading half answers the client's pings and its close. The writing half
/// sends them, between two messages.
#[derive(Debug, Default)]
pub(super) struct Control {
    waiting: Mutex<Vec<u8>>,
    /// The client has closed, and its close is answered.
    answered: AtomicBool,
    /// The server has closed, so that nothing is to follow.
    closed: AtomicBool,
    /// The client has broken the rules, so that its close is not heard any more.
    failed: AtomicBool,
}

impl Control {
    /// Answers a ping.
    pub(super) fn pong(&self, payload: &[u8]) {
        self.push(PONG, payload);
    }

    /// Answers the client's close; gives its code. One that means nothing is answered with, and taken
    /// for, that of a violation.
    pub(super) fn answer(&self, payload: &[u8]) -> Option<u16> {
        let code = payload.first_chunk().copied().map(u16::from_be_bytes);
        let code = match code {
            Some(code) if !CloseCode::from(code).is_allowed() => {
                let violation = CloseCode::Protocol.into();
                self.push(CLOSE, &u16::to_be_bytes(violation));
                Some(violation)
            }
            code => {
                self.push(CLOSE, payload);
                code
            }
        };
        self.answered.store(true, Ordering::Release);
        code
    }

    /// Takes a frame to be sent. Where there is no room, it takes that of the pongs that wait: only the
    /// last ping has to be answered (RFC 6455, 5.5.3).
    fn push(&self, first: u8, payload: &[u8]) {
        // Nothing may follow the server's close.
        if self.closed.load(Ordering::Acquire) {
            return;
        }
        let mut waiting = self.waiting();
        if waiting.len() + 2 + payload.len() > MAX_WAITING {
            waiting.clear();
        }
        // It is a control frame's, and at most 125 bytes.
        let len = payload.len().to_le_bytes()[0];
        waiting.extend([first, len]);
        waiting.extend_from_slice(payload);
    }

    /// What is to be sent now.
    pub(super) fn take(&self) -> Option<Bytes> {
        let mut waiting = self.waiting();
        (!waiting.is_empty()).then(|| std::mem::take(&mut *waiting).into())
    }

    pub(super) fn is_answered(&self) -> bool {
        self.answered.load(Ordering::Acquire)
    }

    /// The server closes: what the reading half still wants to say has no place behind that.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// What the client sends makes no sense any more.
    pub(super) fn fail(&self) {
        self.failed.store(true, Ordering::Release);
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<u8>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
