use std::future::poll_fn;

use axum::http::StatusCode;
use axum::response::Response;

use crate::sockjs::answer::{JAVASCRIPT, dynamic};
use crate::sockjs::frame::{Format, Output};
use crate::sockjs::session::Receiver;

/// Answers with the next frame, however long it takes.
pub(in crate::sockjs) async fn poll(
    receiver: Result<Receiver, Output>,
    format: &Format,
    limit: usize,
) -> Response {
    let output = match receiver {
        Ok(mut receiver) => {
            let output = poll_fn(|context| receiver.poll_next(context, limit)).await;
            receiver.finish();
            output
        }
        Err(output) => output,
    };
    let frame = format.wrap(output.frame());
    dynamic(StatusCode::OK, JAVASCRIPT, frame.into())
}
