use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use bytestring::ByteString;
use stompframe_core::connection::{TransportError, TransportSource};
use tokio::time::{Sleep, sleep_until};

use super::{End, Presence, Session};
use crate::sockjs::incoming::Batch;

/// What a client sends, for the driver.
#[derive(Debug)]
pub(in crate::sockjs) struct Source {
    session: Arc<Session>,
    /// How long the client may have no request waiting.
    patience: Duration,
    /// Runs while it has none.
    away: Option<Pin<Box<Sleep>>>,
}

impl Source {
    pub(in crate::sockjs) const fn new(session: Arc<Session>, patience: Duration) -> Self {
        Self {
            session,
            patience,
            away: None,
        }
    }

    /// The next message; `None` for a sign of life.
    pub(in crate::sockjs) fn poll_message(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Option<ByteString>, TransportError>>> {
        let mut state = self.session.state();
        if let Some(message) = state.incoming.next() {
            return Poll::Ready(Some(Ok(Some(message))));
        }
        // What it was read into.
        state.incoming = Batch::default();
        if std::mem::take(&mut state.alive) {
            return Poll::Ready(Some(Ok(None)));
        }
        if let Some(failure) = state.failure.take() {
            return Poll::Ready(Some(Err(failure)));
        }
        if state.is_over() {
            return Poll::Ready(None);
        }
        state.wake_source = Some(context.waker().clone());
        if !std::mem::replace(&mut state.idle, true) {
            self.session.handled.notify_one();
        }
        let Presence::AwaySince(since) = state.receiver else {
            self.away = None;
            return Poll::Pending;
        };
        drop(state);
        let until = since + self.patience;
        let away = self
            .away
            .get_or_insert_with(|| Box::pin(sleep_until(until)));
        if away.deadline() != until {
            away.as_mut().reset(until);
        }
        if away.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        let gone = "no request of the client came back in time";
        self.session.end(End::Lost);
        Poll::Ready(Some(Err(TransportError::Gone(gone.into()))))
    }
}

impl TransportSource for Source {
    fn poll_receive(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TransportError>>> {
        self.poll_message(context).map(|next| {
            next.map(|result| {
                result.map(|message| message.map_or_else(Bytes::new, ByteString::into_bytes))
            })
        })
    }

    fn close_code(&self) -> Option<u16> {
        match self.session.state().end {
            Some(End::Closed(code)) => code,
            _ => None,
        }
    }
}
