use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::time::{Instant, Sleep, sleep_until};

/// A timer for a moment that keeps moving away.
///
/// To set a timer anew costs more than to handle a frame. So it stays where it was set, and only when it
/// rings is it looked at whether it is time.
pub(super) struct Alarm {
    timer: Pin<Box<Sleep>>,
    set_to: Option<Instant>,
}

impl Alarm {
    pub(super) fn new() -> Self {
        Self {
            timer: Box::pin(sleep_until(Instant::now())),
            set_to: None,
        }
    }

    /// Whether it would ring too late for this moment, until it is asked to wait for it.
    pub(super) fn is_too_late_for(&self, until: Instant) -> bool {
        self.set_to.is_none_or(|set_to| until < set_to)
    }

    /// Waits until this moment. It can be another one with every call.
    pub(super) fn poll_until(&mut self, until: Instant, context: &mut Context<'_>) -> Poll<()> {
        loop {
            if self.is_too_late_for(until) {
                self.timer.as_mut().reset(until);
                self.set_to = Some(until);
            }
            ready!(self.timer.as_mut().poll(context));
            self.set_to = None;
            if until <= Instant::now() {
                return Poll::Ready(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_rings_when_it_is_time_however_often_the_time_moves() {
        let begin = Instant::now();
        let at = |seconds| begin + Duration::from_secs(seconds);
        let mut alarm = Alarm::new();
        for (first, then) in [(10, 20), (40, 30), (50, 50), (60, 61)] {
            let asked = poll_fn(|context| Poll::Ready(alarm.poll_until(at(first), context))).await;
            assert!(asked.is_pending(), "{first}");
            poll_fn(|context| alarm.poll_until(at(then), context)).await;
            assert_eq!(Instant::now(), at(then));
        }
    }
}
