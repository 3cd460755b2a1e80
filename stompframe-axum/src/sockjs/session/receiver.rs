use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

use super::{End, Presence, Session, State, wake};
use crate::sockjs::frame::{BUSY, INTERRUPTED, Output};

/// What a message takes besides its bytes, at least: quotes and a comma.
const QUOTED: usize = 3;

/// Takes what a client is to get, for a request that waits for it. Whoever drops it without
/// [finishing](Self::finish) has lost the client, which ends the session: nobody knows what has
/// arrived.
#[derive(Debug)]
pub(in crate::sockjs) struct Receiver {
    session: Arc<Session>,
    heart_beat: Duration,
    due: Pin<Box<Sleep>>,
    finished: bool,
}

impl Receiver {
    /// Begins to receive, unless somebody does already: then, what to say to that.
    pub(in crate::sockjs) fn attach(
        session: &Arc<Session>,
        heart_beat: Duration,
    ) -> Result<Self, Output> {
        let mut state = session.state();
        if state.end.is_some() {
            return Err(Output::Close(INTERRUPTED));
        }
        match (state.receiver, &state.close) {
            (Presence::Attached, Some(close)) => return Err(Output::Close(close.clone())),
            (Presence::Attached, None) => return Err(Output::Close(BUSY)),
            (Presence::AwaySince(_), _) => {}
        }
        state.receiver = Presence::Attached;
        wake(&mut state.wake_source);
        drop(state);
        Ok(Self {
            session: Arc::clone(session),
            heart_beat,
            due: Box::pin(sleep(heart_beat)),
            finished: false,
        })
    }

    /// What comes next. Of messages, about as many as this many bytes hold, and at least one.
    pub(in crate::sockjs) fn poll_next(
        &mut self,
        context: &mut Context<'_>,
        room: usize,
    ) -> Poll<Output> {
        let mut state = self.session.state();
        if let Some(output) = state.next(room) {
            drop(state);
            self.due.as_mut().reset(Instant::now() + self.heart_beat);
            return Poll::Ready(output);
        }
        state.wake_receiver = Some(context.waker().clone());
        drop(state);
        while self.due.as_mut().poll(context).is_ready() {
            self.due.as_mut().reset(Instant::now() + self.heart_beat);
            if !self.session.beats_by_itself() {
                return Poll::Ready(Output::HeartBeat);
            }
        }
        Poll::Pending
    }

    /// Ends the request as it should: another one may follow.
    pub(in crate::sockjs) fn finish(mut self) {
        self.finished = true;
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let mut state = self.session.state();
        state.receiver = Presence::AwaySince(Instant::now());
        state.wake_receiver = None;
        if self.finished {
            wake(&mut state.wake_source);
        } else {
            drop(state);
            self.session.end(End::Closed(None));
        }
    }
}

impl State {
    fn next(&mut self, room: usize) -> Option<Output> {
        if !self.is_open {
            self.is_open = true;
            return Some(Output::Open);
        }
        if !self.outgoing.is_empty() {
            let mut bytes = 0;
            let fit = self.outgoing.iter().take_while(|frame| {
                let fits = bytes == 0 || bytes < room;
                bytes += frame.as_bytes().len() + QUOTED;
                fits
            });
            let count = fit.count();
            let messages = self.outgoing.drain(..count).collect();
            if self.outgoing.is_empty() {
                self.outgoing = VecDeque::new();
                wake(&mut self.wake_sink);
            }
            return Some(Output::Messages(messages));
        }
        if std::mem::take(&mut self.ping) {
            return Some(Output::Ping);
        }
        self.close.clone().map(Output::Close)
    }
}

#[cfg(test)]
mod tests {
    use stompframe_core::session::Close;

    use super::*;

    #[tokio::test]
    async fn k_21_k_23_beside_a_receiver_there_is_no_other_and_the_close_goes_before_that() {
        let session = Session::new();
        let attach = || Receiver::attach(&session, Duration::from_secs(25));
        let first = attach().unwrap();
        let said = |second: Result<Receiver, Output>| second.unwrap_err().frame();
        assert_eq!(said(attach()), Output::Close(BUSY).frame());
        session.close(&Close::new(3000, "Go away!".into()));
        assert_eq!(said(attach()), r#"c[3000,"Go away!"]"#);
        first.finish();
    }
}
