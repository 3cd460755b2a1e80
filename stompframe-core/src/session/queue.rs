use std::collections::VecDeque;

/// What a queue keeps its memory for, while it is empty.
const KEPT: usize = 64;

/// A queue that has room for one in itself: where messages come one at a time, it needs no memory elsewhere, nor
/// has it to be fetched.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    /// Ahead of the rest. Taken only while there is no rest, so that nothing has to be moved.
    first: Option<T>,
    rest: VecDeque<T>,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self {
            first: None,
            rest: VecDeque::new(),
        }
    }
}

impl<T> Queue<T> {
    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_none() && self.rest.is_empty()
    }

    pub(crate) fn push_back(&mut self, item: T) {
        if self.is_empty() {
            self.first = Some(item);
        } else {
            self.rest.push_back(item);
        }
    }

    pub(crate) fn front(&self) -> Option<&T> {
        self.first.as_ref().or_else(|| self.rest.front())
    }

    pub(crate) fn pop_front(&mut self) -> Option<T> {
        self.first.take().or_else(|| self.rest.pop_front())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.first.iter().chain(&self.rest)
    }

    /// Takes all out, in their order.
    pub(crate) fn drain(&mut self, mut each: impl FnMut(T)) {
        if let Some(first) = self.first.take() {
            each(first);
        }
        if !self.rest.is_empty() {
            self.rest.drain(..).for_each(each);
        }
        self.trim();
    }

    /// Gives back the memory for many, once it is empty.
    pub(crate) fn trim(&mut self) {
        if self.rest.capacity() > KEPT && self.rest.is_empty() {
            self.rest = VecDeque::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out_in_order() {
        let mut queue = Queue::default();
        let (mut pushed, mut popped) = (0, 0);
        for (push, pop) in [(1, 1), (3, 1), (1, 0), (0, 4), (200, 100), (5, 105), (2, 1)] {
            for _ in 0..push {
                queue.push_back(pushed);
                pushed += 1;
            }
            let expected: Vec<_> = (popped..pushed).collect();
            assert!(queue.iter().eq(&expected));
            assert_eq!(queue.front(), expected.first());
            for _ in 0..pop {
                assert_eq!(queue.pop_front(), Some(popped).filter(|it| *it < pushed));
                popped += 1;
            }
            popped = popped.min(pushed);
            assert_eq!(queue.is_empty(), popped == pushed);
        }
        let mut drained = Vec::new();
        queue.drain(|item| drained.push(item));
        assert!(drained.into_iter().eq(popped..pushed));
        assert!(queue.is_empty());
    }

    #[test]
    fn memory_for_many_is_given_back() {
        let mut queue = Queue::default();
        (0..10 * KEPT).for_each(|item| queue.push_back(item));
        queue.drain(drop);
        assert_eq!(queue.rest.capacity(), 0);
        queue.push_back(0);
        assert_eq!(queue.rest.capacity(), 0, "one has room in the queue itself");
    }
}
