use std::sync::Arc;
use std::task::{Context, Poll};

use stompframe_core::ErrorCode;
use stompframe_core::connection::{TransportError, TransportSink};
use stompframe_core::session::{Close, OutgoingFrame};

use super::{Session, wake};
use crate::sockjs::frame::INTERRUPTED;

/// What a client is to get, from the driver. It is written when a receiver has taken it: until then
/// it counts as waiting in the session's queue, whose limits hold for clients that ask too seldom.
#[derive(Debug)]
pub(in crate::sockjs) struct Sink {
    session: Arc<Session>,
}

impl Sink {
    pub(in crate::sockjs) const fn new(session: Arc<Session>) -> Self {
        Self { session }
    }

    /// Waits until at most this many bytes wait for a receiver.
    pub(in crate::sockjs) fn poll_room(
        &self,
        context: &mut Context<'_>,
        most: usize,
    ) -> Poll<Result<(), TransportError>> {
        let mut state = self.session.state();
        if state.end.is_some() {
            return Poll::Ready(Err(TransportError::Gone("the client has gone".into())));
        }
        let waiting: usize = state
            .outgoing
            .iter()
            .map(|one| one.as_bytes().len() + 1)
            .sum();
        if waiting <= most {
            return Poll::Ready(Ok(()));
        }
        state.wake_sink = Some(context.waker().clone());
        Poll::Pending
    }
}

impl TransportSink for Sink {
    fn push(&mut self, frame: OutgoingFrame) {
        let mut state = self.session.state();
        if state.is_over() {
            return;
        }
        if !frame.is_text() {
            let code = ErrorCode::BinaryBody;
            tracing::warn!(%code, "a session over SockJS ends: {}", code.message());
            state.outgoing.extend(OutgoingFrame::error(code));
            drop(state);
            self.session.close(&Close::because(code));
            return;
        }
        state.outgoing.push_back(frame);
        wake(&mut state.wake_receiver);
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        self.poll_room(context, 0)
    }

    /// Leaves what is outgoing, and the close behind it, to whoever receives.
    fn poll_close(
        &mut self,
        _: &mut Context<'_>,
        close: &Close,
    ) -> Poll<Result<(), TransportError>> {
        self.session.close(close);
        Poll::Ready(Ok(()))
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let mut state = self.session.state();
        if state.close.is_some() {
            return;
        }
        // The driver has given the client up, and what it did not take with it.
        state.outgoing.clear();
        drop(state);
        self.session.close(&INTERRUPTED);
    }
}

/// The same where the receiver can ask for a sign of life.
#[derive(Debug)]
pub(in crate::sockjs) struct PingingSink(pub(in crate::sockjs) Sink);

impl TransportSink for PingingSink {
    const PINGS: bool = true;

    fn push(&mut self, frame: OutgoingFrame) {
        self.0.push(frame);
    }

    fn ping(&mut self) {
        let mut state = self.0.session.state();
        state.ping = true;
        wake(&mut state.wake_receiver);
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        self.0.poll_flush(context)
    }

    fn poll_close(
        &mut self,
        context: &mut Context<'_>,
        close: &Close,
    ) -> Poll<Result<(), TransportError>> {
        self.0.poll_close(context, close)
    }
}
