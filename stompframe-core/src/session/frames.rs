use std::collections::VecDeque;

use super::OutgoingFrame;

/// What a queue keeps its memory for, while it is empty.
const KEPT: usize = 64;

/// Frames that wait for their turn, in the order in which they leave.
///
/// There is room for one in the queue itself: where messages come one at a time, it needs no memory elsewhere, nor
/// has it to be fetched.
#[derive(Debug, Default)]
pub struct OutgoingFrames {
    /// Ahead of the rest. Taken only while there is no rest, so that nothing has to be moved.
    first: Option<OutgoingFrame>,
    rest: VecDeque<OutgoingFrame>,
}

impl OutgoingFrames {
    /// Whether there are none.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_none() && self.rest.is_empty()
    }

    /// Adds one at the end.
    pub fn push(&mut self, frame: OutgoingFrame) {
        if self.is_empty() {
            self.first = Some(frame);
        } else {
            self.rest.push_back(frame);
        }
    }

    /// Adds all of the others at the end, and leaves none of them. They are not moved one by one if there were none
    /// here.
    pub fn append(&mut self, others: &mut Self) {
        if self.is_empty() {
            std::mem::swap(self, others);
        } else {
            others.drain(|frame| self.push(frame));
        }
    }

    /// The first, which stays.
    #[inline]
    pub(crate) fn front(&self) -> Option<&OutgoingFrame> {
        self.first.as_ref().or_else(|| self.rest.front())
    }

    /// Takes the first.
    #[inline]
    pub(crate) fn pop(&mut self) -> Option<OutgoingFrame> {
        self.first.take().or_else(|| self.rest.pop_front())
    }

    /// All of them, which stay.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = &OutgoingFrame> {
        self.first.iter().chain(&self.rest)
    }

    /// Takes all out. Memory for more than 64 is given back.
    pub fn drain(&mut self, mut each: impl FnMut(OutgoingFrame)) {
        if let Some(first) = self.first.take() {
            each(first);
        }
        if !self.rest.is_empty() {
            self.rest.drain(..).for_each(each);
        }
        self.trim();
    }

    /// Gives back the memory for more than 64, once there are none.
    #[inline]
    pub(crate) fn trim(&mut self) {
        if self.rest.capacity() > KEPT && self.rest.is_empty() {
            self.rest = VecDeque::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(number: usize) -> OutgoingFrame {
        OutgoingFrame::binary(number.to_be_bytes().to_vec())
    }

    fn number(frame: &OutgoingFrame) -> usize {
        usize::from_be_bytes(frame.as_bytes()[..].try_into().unwrap())
    }

    #[test]
    fn what_goes_in_comes_out_in_order() {
        let mut frames = OutgoingFrames::default();
        let (mut pushed, mut popped) = (0, 0);
        for (push, pop) in [(1, 1), (3, 1), (1, 0), (0, 3), (200, 100), (5, 105), (2, 1)] {
            for _ in 0..push {
                frames.push(frame(pushed));
                pushed += 1;
            }
            assert!(frames.iter().map(number).eq(popped..pushed));
            for _ in 0..pop {
                assert_eq!(frames.front().map(number), Some(popped));
                assert_eq!(frames.pop().as_ref().map(number), Some(popped));
                popped += 1;
            }
            assert_eq!(frames.is_empty(), popped == pushed);
        }
        let mut drained = Vec::new();
        frames.drain(|frame| drained.push(number(&frame)));
        assert!(drained.into_iter().eq(popped..pushed));
        assert!(frames.pop().is_none());
    }

    #[test]
    fn others_follow_those_that_are_there() {
        for here in 0..3 {
            let (mut frames, mut others) = (OutgoingFrames::default(), OutgoingFrames::default());
            (0..here).for_each(|it| frames.push(frame(it)));
            (here..5).for_each(|it| others.push(frame(it)));
            frames.append(&mut others);
            assert!(frames.iter().map(number).eq(0..5));
            assert!(others.is_empty());
        }
    }

    #[test]
    fn memory_for_many_is_given_back() {
        let mut frames = OutgoingFrames::default();
        (0..10 * KEPT).for_each(|it| frames.push(frame(it)));
        frames.drain(drop);
        assert_eq!(frames.rest.capacity(), 0);
        frames.push(frame(0));
        assert_eq!(
            frames.rest.capacity(),
            0,
            "one has room in the queue itself"
        );
    }
}
