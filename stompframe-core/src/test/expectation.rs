use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::future::BoxFuture;

/// A step of a test: await it.
///
/// It gives what was asked for, or panics with a text that says what was expected, what came
/// instead and what else has arrived. The panic points at the line of the test that awaits it, and
/// does not come later than the [patience](super::TestApp::patience) of the application allows.
#[must_use = "nothing happens until it is awaited"]
pub struct Expectation<T> {
    step: BoxFuture<'static, Result<T, Failure>>,
    asked_at: &'static Location<'static>,
}

/// Why a test fails, in words.
#[derive(Debug)]
pub(super) struct Failure(pub(super) String);

impl<T> Expectation<T> {
    #[track_caller]
    pub(super) fn new(
        step: impl Future<Output = Result<T, Failure>> + Send + 'static,
    ) -> Expectation<T> {
        Self {
            step: Box::pin(step),
            asked_at: Location::caller(),
        }
    }
}

impl<T> Future for Expectation<T> {
    type Output = T;

    // The caller of `poll` is the `.await`, so that is the line which the panic shows.
    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        match ready!(self.step.as_mut().poll(context)) {
            Ok(result) => Poll::Ready(result),
            Err(failure) => failure.panic(self.asked_at),
        }
    }
}

impl Failure {
    #[track_caller]
    fn panic(self, asked_at: &Location<'_>) -> ! {
        let text = self.0;
        if asked_at.file() == Location::caller().file() {
            panic!("{text}");
        }
        // Somebody else awaits it, such as `join!`.
        panic!("{text}\n\nasked for at {asked_at}");
    }
}

impl<T> fmt::Debug for Expectation<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expectation(asked for at {})", self.asked_at)
    }
}
