//! A session, which outlives the requests that carry it.
//!
//! The connection's driver has its two ends, [`Source`] and [`Sink`]. Requests come and go at the
//! other side: one [`Receiver`] at a time takes what the client is to get, and whoever brings what
//! the client sent waits for the [turn](Session::turn).

mod owner;
mod receiver;
mod sink;
mod source;
mod table;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::task::Waker;

use stompframe_core::connection::TransportError;
use stompframe_core::session::{self as stomp, Close, OutgoingFrame};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::incoming::Batch;

pub(super) use self::owner::Owner;
pub(super) use self::receiver::Receiver;
pub(super) use self::sink::{PingingSink, Sink};
pub(super) use self::source::Source;
pub(super) use self::table::{Kind, Refused, Table};

/// What requests and the driver share.
#[derive(Debug)]
pub(super) struct Session {
    state: Mutex<State>,
    /// The session of STOMP on top, if there is one.
    stomp: OnceLock<Weak<stomp::Session>>,
    /// Rung when the driver has handled all that came, and when it takes no more.
    handled: Notify,
    /// Held by who brings what the client sent. In the order of asking for it.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct State {
    /// What the client is to get, and nobody has taken yet.
    outgoing: VecDeque<OutgoingFrame>,
    /// Whether the client is to be asked for a sign of life.
    ping: bool,
    /// Whether a receiver was given the open frame.
    is_open: bool,
    /// How this side ends the session. What is outgoing goes before it.
    close: Option<Close>,
    receiver: Presence,
    /// What the client sent, and the driver has not taken yet.
    incoming: Batch,
    /// Whether the client gave a sign of life.
    alive: bool,
    /// Whether the driver waits for more, so that all that came is handled.
    idle: bool,
    /// What is wrong with what the client sent, while it can still be told.
    failure: Option<TransportError>,
    end: Option<End>,
    wake_receiver: Option<Waker>,
    wake_source: Option<Waker>,
    wake_sink: Option<Waker>,
}

/// Whether somebody is there who takes what the client is to get.
#[derive(Clone, Copy, Debug)]
enum Presence {
    Attached,
    AwaySince(Instant),
}

/// How the client's side came to its end.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    /// It went, with a code where it gave one.
    Closed(Option<u16>),
    /// Nobody knows when.
    Lost,
}

impl Session {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                outgoing: VecDeque::new(),
                ping: false,
                is_open: false,
                close: None,
                receiver: Presence::AwaySince(Instant::now()),
                incoming: Batch::default(),
                alive: false,
                idle: true,
                failure: None,
                end: None,
                wake_receiver: None,
                wake_source: None,
                wake_sink: None,
            }),
            stomp: OnceLock::new(),
            handled: Notify::new(),
            turn: tokio::sync::Mutex::new(()),
        })
    }

    /// Says which session of STOMP runs over this one.
    pub(super) fn carries(&self, session: &Arc<stomp::Session>) {
        let _ = self.stomp.set(Arc::downgrade(session));
    }

    /// Whether heart-beats of STOMP make those of SockJS needless.
    fn beats_by_itself(&self) -> bool {
        let session = self.stomp.get().and_then(Weak::upgrade);
        session
            .and_then(|session| session.heart_beat())
            .is_some_and(|agreed| agreed.server_sends.is_some())
    }

    /// Waits until it is this request's turn to bring what the client sent, and all that came before is
    /// handled. While one holds it, nobody else's body is read. None if the session is over.
    pub(super) async fn turn(&self) -> Option<Turn<'_>> {
        let turn = self.turn.lock().await;
        self.until_idle().await;
        (!self.state().is_over()).then_some(Turn {
            session: self,
            _turn: turn,
        })
    }

    /// Waits until the driver has handled all that came, or the session is over. For who holds the turn.
    async fn until_idle(&self) {
        loop {
            {
                let state = self.state();
                if state.idle || state.is_over() {
                    return;
                }
            }
            self.handled.notified().await;
        }
    }

    /// Nothing that the client sends can be read any more.
    pub(super) fn fail(&self, error: TransportError) {
        let mut state = self.state();
        state.failure = Some(error);
        wake(&mut state.wake_source);
    }

    /// The client's side is over.
    pub(super) fn end(&self, end: End) {
        let mut state = self.state();
        state.end.get_or_insert(end);
        state.wake_all();
        drop(state);
        self.handled.notify_one();
    }

    /// Ends the session from this side, unless it has ended.
    fn close(&self, close: &Close) {
        let mut state = self.state();
        state.close.get_or_insert_with(|| close.clone());
        state.wake_all();
        drop(state);
        self.handled.notify_one();
    }

    /// Whether a client that comes back is still to hear how the session was closed.
    pub(super) fn has_last_words(&self) -> bool {
        let state = self.state();
        state.end.is_none() && state.close.is_some()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    const fn is_over(&self) -> bool {
        self.end.is_some() || self.close.is_some()
    }

    fn wake_all(&mut self) {
        wake(&mut self.wake_receiver);
        wake(&mut self.wake_source);
        wake(&mut self.wake_sink);
    }
}

fn wake(waker: &mut Option<Waker>) {
    if let Some(waker) = waker.take() {
        waker.wake();
    }
}

/// The right to bring what the client sent.
#[must_use]
pub(super) struct Turn<'a> {
    session: &'a Session,
    _turn: tokio::sync::MutexGuard<'a, ()>,
}

impl Turn<'_> {
    /// Hands all of it to the driver at once.
    pub(super) fn bring(&self, messages: Batch) {
        if messages.is_empty() {
            return;
        }
        let mut state = self.session.state();
        // The turn comes when nothing is left of what came before.
        state.incoming = messages;
        state.idle = false;
        wake(&mut state.wake_source);
    }

    /// Hands on that the client is there.
    pub(super) fn is_alive(&self) {
        let mut state = self.session.state();
        state.alive = true;
        wake(&mut state.wake_source);
    }

    /// Waits until the driver has handled what was brought, or the session is over.
    pub(super) async fn until_handled(&self) {
        self.session.until_idle().await;
    }
}
