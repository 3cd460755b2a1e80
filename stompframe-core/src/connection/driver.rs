use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;

use futures_util::FutureExt as _;
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::answer::Answers;
use super::bell::when_woken;
use super::connections::Connections;
use super::limits::Limits;
use super::linger::linger;
use super::overseer::Overseer;
use super::pace::Pace;
use super::protocol::Protocol;
use super::reader::{End, Reader, Turn};
use super::silence::Silence;
use super::transport::{TransportSink, TransportSource};
use super::writer::Writer;
use crate::error::{ErrorCode, MessagingError};
use crate::event::DisconnectReason;
use crate::session::{Close, Place, Session, corked};
use crate::stomp::Decoder;

/// Drives a session until its connection has ended. Once `shutdown` is set, the session finishes
/// what it has received and ends.
pub(super) async fn drive<K: TransportSink>(
    connections: Arc<Connections>,
    session: Arc<Session>,
    place: Place,
    mut source: impl TransportSource,
    sink: K,
) {
    let (shared, shutdown) = (connections.shared(), connections.end_of_one());
    let limits = &shared.limits;
    // The two halves stop each other through this and through the seal of the outbox.
    let stop = CancellationToken::new();
    let writer = Writer::attach(&session, sink);

    // Pinned where they are made, because what is moved has its place in the future twice.
    let mut reading = pin!(async {
        let answers = Answers::new(Arc::clone(shared), Arc::clone(&session));
        let mut protocol = Protocol::new(Arc::clone(shared), Arc::clone(&session), answers);
        let mut reader = Reader {
            silence: Silence::new(limits, K::PINGS, protocol.connect_by()),
            turn: Turn::default(),
            pace: Pace::new(&limits.rates, &session),
            budget: limits.max_before_connect,
            decoder: Decoder::for_server(limits.frame_before_connect()),
            source: &mut source,
            protocol: &mut protocol,
            place: &place,
            answer: &|| session.outbox().wake(),
            ask: &|| writer.ask(),
            stop: &stop,
            shutdown,
            limits,
        };
        let end = {
            let reading_ended = Notify::new();
            let frames = pin!(async {
                // Handlers' panics are caught where they are called; this is for interceptors and
                // for us.
                let end = AssertUnwindSafe(reader.run()).catch_unwind().await;
                reading_ended.notify_one();
                end
            });
            let overseer = Overseer::new(Arc::clone(shared), Arc::clone(&session));
            let orders = pin!(overseer.run(&reading_ended));
            tokio::join!(frames, when_woken(orders)).0
        };
        let end = end.unwrap_or_else(|_| {
            tracing::error!("the connection's own code panicked");
            protocol
                .answers()
                .fail(&MessagingError::new(ErrorCode::Internal), None);
            End::Failed
        });
        // In a box, which nobody needs until then.
        Box::pin(async {
            let reason = reason(end, &session, &source);
            protocol.end_session().await;
            let closing = close(end, &session, &mut source, &stop, limits);
            // Whoever wants to know of the end does not hold up the client.
            tokio::join!(shared.tell_disconnected(&session, reason), closing);
        })
        .await;
    });
    let writing = pin!(async {
        if let Err(error) = writer.run(limits).await {
            tracing::debug!(%error, "writing ended");
        }
        stop.cancel();
    });
    // What the client's frames lead to is written when all that has come is handled.
    tokio::join!(corked(reading.as_mut()), when_woken(writing));
}

/// Ends a connection whose reading came to this end.
async fn close(
    end: End,
    session: &Session,
    source: &mut impl TransportSource,
    stop: &CancellationToken,
    limits: &Limits,
) {
    let is_there = !matches!(end, End::Closed | End::Lost);
    if is_there {
        // First what the client was told: a WebSocket that has read its peer's close writes
        // nothing any more, and some clients close right behind their DISCONNECT. Not for ever,
        // since one that is still sending reads only once we have read that.
        let left = async {
            tokio::select! {
                () = session.outbox().until_written() => {}
                () = stop.cancelled() => {}
            }
        };
        let _ = timeout(limits.close_timeout / 2, left).await;
    }
    if matches!(end, End::Disconnected) {
        // The client closes once it has its receipt.
        linger(source, limits.close_timeout).await;
    }
    session.close(Close::NORMAL);
    if is_there {
        linger(source, limits.close_timeout).await;
    }
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
