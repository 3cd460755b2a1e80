use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use futures_util::Stream;

use crate::long_lived::LongLived;
use crate::sockjs::answer::dynamic;
use crate::sockjs::frame::{Format, Output};
use crate::sockjs::session::Receiver;

/// Answers with frames until there are enough.
pub(in crate::sockjs) fn stream(
    receiver: Result<Receiver, Output>,
    format: Format,
    prelude: Bytes,
    content_type: &'static str,
    limit: usize,
) -> Response {
    let (receiver, last) = match receiver {
        Ok(receiver) => (Some(receiver), None),
        Err(output) => (None, Some(output)),
    };
    let frames = Frames {
        prelude: Some(prelude),
        receiver,
        last,
        format,
        left: limit,
    };
    let mut answer = dynamic(StatusCode::OK, content_type, Body::from_stream(frames));
    // nginx would hold it back otherwise.
    answer
        .headers_mut()
        .insert("x-accel-buffering", HeaderValue::from_static("no"));
    answer.extensions_mut().insert(LongLived);
    answer
}

struct Frames {
    prelude: Option<Bytes>,
    receiver: Option<Receiver>,
    /// What is said when there is no receiver.
    last: Option<Output>,
    format: Format,
    /// How many bytes may still go.
    left: usize,
}

impl Stream for Frames {
    type Item = Result<Bytes, Infallible>;

    /// Each frame on its own, so that it becomes a chunk of its own.
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Some(prelude) = this.prelude.take() {
            return Poll::Ready(Some(Ok(prelude)));
        }
        let output = match &mut this.receiver {
            Some(receiver) => ready!(receiver.poll_next(context, this.left)),
            None => match this.last.take() {
                Some(output) => output,
                None => return Poll::Ready(None),
            },
        };
        let frame = this.format.wrap(output.frame());
        this.left = this.left.saturating_sub(frame.len());
        if (this.left == 0 || output.is_last())
            && let Some(receiver) = this.receiver.take()
        {
            receiver.finish();
        }
        Poll::Ready(Some(Ok(frame)))
    }
}
