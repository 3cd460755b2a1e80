use std::ops::{AddAssign, SubAssign};

use super::OutgoingFrame;

/// What frames amount to that wait for a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Load {
    pub(super) bytes: usize,
    pub(super) frames: usize,
    /// The bytes among them that no other queue holds.
    pub(super) own: usize,
}

impl Load {
    pub(crate) fn of(frame: &OutgoingFrame) -> Self {
        let bytes = frame.len();
        Self {
            bytes,
            frames: 1,
            own: if frame.is_counted() { 0 } else { bytes },
        }
    }
}

impl AddAssign for Load {
    fn add_assign(&mut self, more: Self) {
        self.bytes += more.bytes;
        self.frames += more.frames;
        self.own += more.own;
    }
}

impl SubAssign for Load {
    /// There is never less than nothing: what stands behind the seal of a queue was never counted.
    fn sub_assign(&mut self, less: Self) {
        self.bytes = self.bytes.saturating_sub(less.bytes);
        self.frames = self.frames.saturating_sub(less.frames);
        self.own = self.own.saturating_sub(less.own);
    }
}
