use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use tokio::sync::Notify;

use super::backlog::{Backlog, PLACE, STEP};
use super::close::Close;
use super::cork::{self, Outlet};
use super::frames::OutgoingFrames;
use super::load::Load;
use super::outgoing::OutgoingFrame;
use crate::error::ErrorCode;

/// What a session's outbound queue may hold. Going past either bound ends the session with
/// `slow-consumer`.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct OutboxLimits {
    /// Bytes of encoded frames; 512 KiB unless told otherwise, as Spring's send buffer.
    pub max_bytes: usize,
    /// Frames; 4096 unless told otherwise.
    pub max_frames: usize,
}

impl Default for OutboxLimits {
    fn default() -> Self {
        Self {
            max_bytes: 512 * 1024,
            max_frames: 4096,
        }
    }
}

/// The bounded queue between everybody who publishes and the one connection that writes.
#[derive(Debug)]
pub(crate) struct Outbox {
    limits: OutboxLimits,
    state: Mutex<State>,
    /// How the connection ends, once that is decided, which is done while the state is locked. It is asked for before
    /// each frame of the client, and then nothing is locked.
    sealed: OnceLock<Close>,
    /// Who writes; nobody once the connection is over.
    outlet: OnceLock<Weak<dyn Outlet>>,
    /// Rung when all that was queued has been written.
    emptied: Notify,
    /// What all queues hold together; none where it is alone.
    backlog: Option<Arc<Backlog>>,
}

#[derive(Debug, Default)]
struct State {
    queue: OutgoingFrames,
    /// What is queued, or drained and not yet written: both are memory that a slow client holds.
    load: Load,
    /// How many bytes are taken of what all queues share.
    taken: usize,
    /// Whether somebody is about to write. So the outlet is told once for a burst, not once for a
    /// frame, and only one writes at a time.
    attended: bool,
    /// Whether somebody waits until all is written.
    awaited: bool,
    waiting_for_room: Vec<Arc<dyn OnRoom>>,
}

/// Somebody who gives a session only as much as it takes, and waits for room in its queue.
pub(crate) trait OnRoom: fmt::Debug + Send + Sync {
    /// Called once, when there is room again.
    fn on_room(self: Arc<Self>);
}

impl Outbox {
    pub(crate) fn new(limits: OutboxLimits) -> Self {
        Self {
            limits,
            state: Mutex::default(),
            sealed: OnceLock::new(),
            outlet: OnceLock::new(),
            emptied: Notify::new(),
            backlog: None,
        }
    }

    /// Counts what it holds together with others.
    pub(super) fn share(&mut self, backlog: Arc<Backlog>) {
        self.backlog = Some(backlog);
    }

    /// Takes as much as the queue needs of what all share, or gives back what it needs no more.
    fn take(&self, state: &mut State) {
        let Some(backlog) = &self.backlog else { return };
        let needed = (state.load.frames * PLACE + state.load.own) / STEP * STEP;
        if needed > state.taken {
            backlog.take(needed - state.taken);
        } else if needed + STEP < state.taken || state.load.frames == 0 {
            backlog.give_back(state.taken - needed);
        } else {
            return;
        }
        state.taken = needed;
    }

    /// Says who writes, before anything is pushed.
    pub(crate) fn attach(&self, outlet: Weak<dyn Outlet>) {
        let first = self.outlet.set(outlet).is_ok();
        debug_assert!(first, "a session has one connection");
    }

    fn outlet(&self) -> Option<Arc<dyn Outlet>> {
        self.outlet.get().and_then(Weak::upgrade)
    }

    pub(crate) fn push(&self, frame: OutgoingFrame) {
        let mut state = self.state();
        if self.is_sealed() {
            return;
        }
        // One frame alone always fits: how large a frame may be is decided where it is made.
        let load = state.load;
        let over_bytes = load.frames > 0 && load.bytes + frame.len() > self.limits.max_bytes;
        if over_bytes || load.frames >= self.limits.max_frames {
            self.overflow_with(state);
            return;
        }
        state.load += Load::of(&frame);
        state.queue.push(frame);
        self.take(&mut state);
        let was_attended = std::mem::replace(&mut state.attended, true);
        drop(state);
        if !was_attended && let Some(outlet) = self.outlet() {
            cork::filled(outlet);
        }
        if let Some(backlog) = &self.backlog {
            backlog.make_room();
        }
    }

    /// Whether a frame of about this many bytes fits with room to spare. If not, `waiter` is told when
    /// that may have changed; once the queue is sealed it never will.
    pub(crate) fn has_room(&self, bytes: usize, waiter: impl FnOnce() -> Arc<dyn OnRoom>) -> bool {
        let mut state = self.state();
        if self.is_sealed() {
            return false;
        }
        let has_room = state.has_room(bytes, self.limits);
        if !has_room {
            state.waiting_for_room.push(waiter());
        }
        has_room
    }

    /// Ends the session because more waits for it than may.
    pub(crate) fn overflow(&self) {
        let state = self.state();
        if !self.is_sealed() {
            self.overflow_with(state);
        }
    }

    fn overflow_with(&self, state: MutexGuard<'_, State>) {
        self.drop_queued(state, ErrorCode::SlowConsumer);
    }

    /// Ends the session because all together hold more than they may, and it the most.
    pub(super) fn give_way(&self) {
        let state = self.state();
        if !self.is_sealed() {
            self.drop_queued(state, ErrorCode::Overloaded);
        }
    }

    /// How much it holds; nothing once it is to end.
    pub(super) fn queued_bytes(&self) -> usize {
        let state = self.state();
        match self.sealed.get() {
            Some(_) => 0,
            None => state.load.bytes + state.load.frames * PLACE,
        }
    }

    fn drop_queued(&self, mut state: MutexGuard<'_, State>, code: ErrorCode) {
        // What is queued cannot be delivered in any useful time. Its memory is worth more than its
        // bytes.
        let mut dropped = Load::default();
        state.queue.drain(|frame| dropped += Load::of(&frame));
        state.load -= dropped;
        self.take(&mut state);
        if let Ok(error) = OutgoingFrame::error(code) {
            state.queue.push(error);
        }
        self.seal_with(state, Close::because(code));
    }

    /// Ends the queue, with one last frame if there is one. The first to seal it decides; later
    /// calls do nothing.
    pub(crate) fn seal(&self, last: Option<OutgoingFrame>, close: Close) {
        let mut state = self.state();
        if self.is_sealed() {
            return;
        }
        if let Some(frame) = last {
            // Past the limits if need be: it is one frame, and the last.
            state.load += Load::of(&frame);
            state.queue.push(frame);
        }
        self.seal_with(state, close);
    }

    fn seal_with(&self, mut state: MutexGuard<'_, State>, close: Close) {
        let first = self.sealed.set(close).is_ok();
        debug_assert!(first, "who seals it has looked");
        // There will never be room again, and who waits for it holds on to the session.
        let waiting = std::mem::take(&mut state.waiting_for_room);
        drop(state);
        drop(waiting);
        // However busy the queue is: only the connection itself can close.
        self.wake();
    }

    /// Has the connection's own task look at the queue.
    pub(crate) fn wake(&self) {
        if let Some(outlet) = self.outlet() {
            outlet.wake();
        }
    }

    /// How the connection is to end, once that is decided.
    pub(crate) fn sealed(&self) -> Option<Close> {
        self.sealed.get().cloned()
    }

    /// Whether that is decided.
    pub(crate) fn is_sealed(&self) -> bool {
        self.sealed.get().is_some()
    }

    /// Waits until all that was queued has been written. What is behind the seal is not counted as
    /// written: the connection is over then. For the reader alone; cancel-safe.
    pub(crate) async fn until_written(&self) {
        let is_done = || {
            let mut state = self.state();
            state.awaited = state.load.frames > 0;
            !state.awaited
        };
        while !is_done() {
            self.emptied.notified().await;
        }
    }

    /// Takes it on oneself to write, unless somebody has done so already.
    pub(crate) fn attend(&self) -> bool {
        !std::mem::replace(&mut self.state().attended, true)
    }

    /// Lets all that is queued be taken out. Says what has been drained by then and not yet written, and how the
    /// connection ends if this was the last.
    pub(crate) fn drain(&self, take: impl FnOnce(&mut OutgoingFrames)) -> (Load, Option<Close>) {
        let mut state = self.state();
        take(&mut state.queue);
        debug_assert!(state.queue.is_empty());
        (state.load, self.sealed())
    }

    /// Says that these drained frames have left, so that their room is free again. Says whether
    /// more has come; if not, whoever puts something in next tells the outlet again.
    pub(crate) fn written(&self, written: Load) -> bool {
        let mut state = self.state();
        state.load -= written;
        self.take(&mut state);
        state.attended = !state.queue.is_empty() || self.is_sealed();
        let more = state.attended;
        if state.load.frames == 0 && state.awaited {
            self.emptied.notify_one();
        }
        if !state.waiting_for_room.is_empty() && state.has_room(0, self.limits) {
            let waiting = std::mem::take(&mut state.waiting_for_room);
            drop(state);
            for waiter in waiting {
                waiter.on_room();
            }
        }
        more
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        let mut state = self.state();
        state.load = Load::default();
        self.take(&mut state);
    }
}

impl State {
    /// Half of the queue is left to those who cannot wait: receipts, and what is for everybody.
    const fn has_room(&self, bytes: usize, limits: OutboxLimits) -> bool {
        let load = self.load;
        load.frames == 0
            || (load.bytes + bytes <= limits.max_bytes / 2 && load.frames < limits.max_frames / 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(length: usize) -> OutgoingFrame {
        OutgoingFrame::binary(vec![b'x'; length])
    }

    fn load(bytes: usize, frames: usize) -> Load {
        Load {
            bytes,
            frames,
            own: bytes,
        }
    }

    fn outbox(max_bytes: usize, max_frames: usize) -> Outbox {
        Outbox::new(OutboxLimits {
            max_bytes,
            max_frames,
        })
    }

    #[test]
    fn what_is_pushed_comes_out_in_order_and_at_once() {
        let outbox = outbox(100, 10);
        outbox.push(frame(1));
        outbox.push(frame(2));
        let mut drained = Vec::new();
        let take = |frames: &mut OutgoingFrames| frames.drain(|frame| drained.push(frame.len()));
        assert_eq!(outbox.drain(take), (load(3, 2), None));
        assert_eq!(drained, [1, 2]);
    }

    #[test]
    fn at_the_limit_it_holds_and_beyond_it_ends() {
        for (outbox, fits) in [(outbox(10, 100), 10), (outbox(1000, 10), 10)] {
            for _ in 0..fits {
                outbox.push(frame(1));
            }
            assert_eq!(outbox.sealed(), None);
            outbox.push(frame(1));
            assert_eq!(
                outbox.sealed(),
                Some(Close::because(ErrorCode::SlowConsumer))
            );
            let mut drained = Vec::new();
            let take = |frames: &mut OutgoingFrames| frames.drain(|frame| drained.push(frame));
            assert!(outbox.drain(take).1.is_some());
            assert_eq!(drained.len(), 1, "only the ERROR is left");
            assert!(drained[0].as_bytes().starts_with(b"ERROR\n"));
        }
    }

    #[test]
    fn what_was_drained_counts_until_it_is_written() {
        let outbox = outbox(10, 100);
        outbox.push(frame(10));
        outbox.drain(|frames| frames.drain(drop));
        outbox.written(load(10, 1));
        outbox.push(frame(10));
        outbox.drain(|frames| frames.drain(drop));
        assert_eq!(outbox.sealed(), None);
        outbox.push(frame(1));
        assert!(outbox.sealed().is_some());
    }

    #[test]
    fn l_09_nothing_comes_after_the_seal() {
        let outbox = outbox(100, 10);
        outbox.push(frame(1));
        outbox.seal(Some(frame(2)), Close::NORMAL);
        outbox.push(frame(3));
        outbox.seal(Some(frame(4)), Close::because(ErrorCode::Denied));
        let mut drained = Vec::new();
        let take = |frames: &mut OutgoingFrames| frames.drain(|frame| drained.push(frame.len()));
        assert_eq!(outbox.drain(take).1, Some(Close::NORMAL));
        assert_eq!(drained, [1, 2]);
    }

    /// Counts how often it is told.
    #[derive(Debug, Default)]
    struct Waiter(std::sync::atomic::AtomicUsize);

    impl OnRoom for Waiter {
        fn on_room(self: Arc<Self>) {
            self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    }

    #[test]
    fn who_waits_for_room_is_told_once_when_there_is_and_forgotten_at_the_end() {
        let told = |waiter: &Arc<Waiter>| waiter.0.load(std::sync::atomic::Ordering::Relaxed);
        let outbox = outbox(100, 100);
        let waiter = Arc::new(Waiter::default());
        let has_room = |bytes| outbox.has_room(bytes, || Arc::clone(&waiter) as _);
        assert!(has_room(1_000), "one frame always fits");
        outbox.push(frame(40));
        assert!(has_room(10));
        assert!(!has_room(11), "half of it is left to others");
        outbox.push(frame(20));
        outbox.drain(|frames| frames.drain(drop));
        outbox.written(load(5, 0));
        assert_eq!(told(&waiter), 0);
        outbox.written(load(5, 1));
        outbox.written(load(50, 1));
        assert_eq!(told(&waiter), 1);

        outbox.push(frame(90));
        assert!(!has_room(10));
        outbox.seal(None, Close::NORMAL);
        assert!(!has_room(0), "there will never be room again");
        assert_eq!(Arc::strong_count(&waiter), 1, "nobody holds on to it");
    }
}
