use std::future::poll_fn;

use tokio::time::timeout;

use super::limits::Limits;
use super::linger::linger;
use super::transport::{TransportSink, TransportSource};
use crate::error::ErrorCode;
use crate::session::{Close, OutgoingFrame};

/// Tells a client that finds no place why, and closes.
pub(crate) async fn refuse(
    limits: Limits,
    code: ErrorCode,
    mut source: impl TransportSource,
    mut sink: impl TransportSink,
) {
    if let Ok(error) = OutgoingFrame::error(code) {
        sink.push(error);
    }
    let close = Close::because(code);
    let closing = poll_fn(|context| sink.poll_close(context, &close));
    if let Ok(Ok(())) = timeout(limits.close_timeout, closing).await {
        linger(&mut source, limits).await;
    }
}
