use std::future::poll_fn;
use std::time::Duration;

use tokio::time::timeout;

use super::linger::linger;
use super::transport::{TransportSink, TransportSource};
use crate::error::ErrorCode;
use crate::session::{Close, OutgoingFrame};

/// Tells a client that finds no place why, and closes.
pub(crate) async fn refuse(
    code: ErrorCode,
    within: Duration,
    mut source: impl TransportSource,
    mut sink: impl TransportSink,
) {
    if let Ok(error) = OutgoingFrame::error(code) {
        sink.push(error);
    }
    let close = Close::because(code);
    let closing = poll_fn(|context| sink.poll_close(context, &close));
    if let Ok(Ok(())) = timeout(within, closing).await {
        linger(&mut source, within).await;
    }
}
