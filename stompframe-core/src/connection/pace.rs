use tokio::time::Instant;

use crate::session::{Bucket, RateLimits, Session, Used};

/// Counts what a client sends, and says when it has to wait.
///
/// To wait is not to read: what the client sends meanwhile stays in its socket, and nothing is lost.
pub(super) struct Pace<'a> {
    limits: &'a RateLimits,
    session: &'a Session,
    used: Used,
    signs_of_life: Bucket,
    /// What has come since it was counted last.
    uncounted: (u64, u64),
}

impl<'a> Pace<'a> {
    pub(super) fn new(limits: &'a RateLimits, session: &'a Session) -> Self {
        Self {
            limits,
            session,
            used: Used::default(),
            signs_of_life: Bucket::default(),
            uncounted: (0, 0),
        }
    }

    pub(super) fn bytes(&mut self, bytes: usize) {
        self.uncounted.1 += bytes as u64;
    }

    pub(super) fn frame(&mut self) {
        self.uncounted.0 += 1;
    }

    /// Counts what has come; says until when to wait before more is read.
    pub(super) fn count(&mut self, now: Instant) -> Option<Instant> {
        let uncounted = std::mem::take(&mut self.uncounted);
        let limits = self.limits;
        let of_session = (limits.session_frames, limits.session_bytes);
        let of_user = (limits.user_frames, limits.user_bytes);
        let own = self.used.take_alone(of_session, uncounted, now);
        own.max(self.session.used().take(of_user, uncounted, now))
    }

    /// A sign of life without a frame has come. Says whether that may be.
    pub(super) fn sign_of_life(&mut self) -> bool {
        let mut taken = |rate| self.signs_of_life.try_take(rate, Instant::now());
        self.limits
            .signs_of_life
            .is_none_or(|rate| taken(rate).is_ok())
    }
}
