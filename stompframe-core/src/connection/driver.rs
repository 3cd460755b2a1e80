use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::answer::Answers;
use super::protocol::Protocol;
use super::reader::{End, Reader};
use super::shared::Shared;
use super::transport::{TransportSink, TransportSource};
use super::writer::Writer;
use crate::error::{ErrorCode, MessagingError};
use crate::event::DisconnectReason;
use crate::session::{Close, Session};

/// Drives a session until its connection has ended. Once `shutdown` is set, the session finishes
/// what it has received and ends.
pub(super) async fn drive(
    shared: Arc<Shared>,
    shutdown: &CancellationToken,
    session: Arc<Session>,
    mut source: impl TransportSource,
    sink: impl TransportSink,
) {
    let limits = shared.limits;
    // The two halves stop each other through this and through the seal of the outbox.
    let stop = CancellationToken::new();

    let reading = async {
        let answers = Answers::new(Arc::clone(&shared), Arc::clone(&session));
        let mut protocol = Protocol::new(Arc::clone(&shared), Arc::clone(&session), answers);
        let reader = Reader::new(&mut source, &mut protocol, &stop, shutdown, limits);
        // Handlers' panics are caught where they are called; this is for interceptors and for us.
        let end = AssertUnwindSafe(reader.run())
            .catch_unwind()
            .await
            .unwrap_or_else(|_| {
                tracing::error!("the connection's own code panicked");
                protocol
                    .answers()
                    .fail(&MessagingError::new(ErrorCode::Internal), None);
                End::Failed
            });
        let reason = reason(end, &session, &source);
        protocol.end_session().await;
        let closing = async {
            if matches!(end, End::Disconnected) {
                // The client closes once it has its receipt.
                let _ = timeout(limits.close_timeout, discard(&mut source)).await;
            }
            session.close(Close::NORMAL);
            // What the peer still sends is read and thrown away: unread input would reset the
            // connection, and the last frame would be lost with it.
            if !matches!(end, End::Closed | End::Lost) {
                let _ = timeout(limits.close_timeout, discard(&mut source)).await;
            }
        };
        // Whoever wants to know of the end does not hold up the client.
        tokio::join!(protocol.tell_disconnected(reason), closing);
    };
    let writing = async {
        if let Err(error) = Writer::new(sink, &session, limits).run().await {
            tracing::debug!(%error, "writing ended");
        }
        stop.cancel();
    };
    tokio::join!(reading, writing);
}

/// Why a session is over whose reading came to this end.
fn reason(end: End, session: &Session, source: &impl TransportSource) -> DisconnectReason {
    match (end, session.outbox().sealed()) {
        (End::Disconnected, _) => DisconnectReason::Disconnect,
        (_, Some(close)) => DisconnectReason::Ended(close),
        (End::Closed, None) => DisconnectReason::Closed(source.close_code()),
        // Reading has failed without a word where writing could not go on.
        (End::Lost | End::Failed, None) => DisconnectReason::Lost,
    }
}

async fn discard(source: &mut impl TransportSource) {
    while let Some(Ok(_)) = poll_fn(|context| source.poll_receive(context)).await {}
}
