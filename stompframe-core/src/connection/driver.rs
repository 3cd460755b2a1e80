use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use super::answer::Answers;
use super::limits::Limits;
use super::protocol::Protocol;
use super::reader::{End, Reader};
use super::transport::{TransportSink, TransportSource};
use super::writer::Writer;
use crate::channel::ClientInboundChannel;
use crate::error::{ErrorCode, MessagingError};
use crate::session::{Close, Place, Session, SessionRegistry};
use crate::stomp::HeartBeat;
use crate::user::UserDestinations;

/// What all connections of an application share.
#[derive(Debug)]
pub struct Connections {
    pub(super) inbound: ClientInboundChannel,
    pub(super) users: Arc<UserDestinations>,
    pub(super) sessions: Arc<SessionRegistry>,
    pub(super) limits: Limits,
    pub(super) heart_beat: HeartBeat,
    /// Set once the application goes down: nobody new is admitted, and everybody is told.
    shutdown: CancellationToken,
    /// Set when there is no more time to be polite.
    abort: CancellationToken,
    tasks: TaskTracker,
}

impl Connections {
    pub(crate) fn new(
        inbound: ClientInboundChannel,
        users: Arc<UserDestinations>,
        limits: Limits,
        heart_beat: HeartBeat,
    ) -> Self {
        Self {
            inbound,
            users,
            sessions: Arc::default(),
            limits,
            heart_beat,
            shutdown: CancellationToken::new(),
            abort: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }
    }

    pub(crate) const fn sessions(&self) -> &Arc<SessionRegistry> {
        &self.sessions
    }

    pub(crate) const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Takes a place for a connection, before its handshake is answered.
    ///
    /// # Errors
    ///
    /// `overloaded` when all places are taken, `server-shutdown` when the application is going
    /// down.
    pub fn admit(self: &Arc<Self>) -> Result<Admission, ErrorCode> {
        if self.shutdown.is_cancelled() {
            return Err(ErrorCode::ServerShutdown);
        }
        let place = self
            .sessions
            .take_place(self.limits.max_sessions)
            .ok_or(ErrorCode::Overloaded)?;
        Ok(Admission {
            connections: Arc::clone(self),
            place,
        })
    }

    /// Ends all sessions: each finishes what it has received, writes what is queued, and is told
    /// `server-shutdown`. Returns how many connections had to be cut because that took longer than
    /// `within`.
    pub(crate) async fn shut_down(&self, within: Duration) -> usize {
        self.shutdown.cancel();
        self.tasks.close();
        if timeout(within, self.tasks.wait()).await.is_ok() {
            return 0;
        }
        let cut = self.tasks.len();
        self.abort.cancel();
        self.tasks.wait().await;
        cut
    }
}

/// The permission to open one connection.
#[derive(Debug)]
pub struct Admission {
    connections: Arc<Connections>,
    place: Place,
}

impl Admission {
    /// Drives a connection from its first byte to its last. It is the whole life of a session, and
    /// is to be run in a task of its own; shutting down waits for it.
    pub async fn serve(self, source: impl TransportSource, sink: impl TransportSink) {
        let Self { connections, place } = self;
        let tracked = connections.tasks.track_future({
            let connections = Arc::clone(&connections);
            async move {
                let session = Arc::new(Session::new(connections.limits.outbox));
                let span = tracing::info_span!("stomp.session", session = %session.id());
                let abort = connections.abort.clone();
                abort
                    .run_until_cancelled_owned(drive(connections, session, source, sink))
                    .instrument(span)
                    .await;
                drop(place);
            }
        });
        tracked.await;
    }
}

async fn drive(
    connections: Arc<Connections>,
    session: Arc<Session>,
    mut source: impl TransportSource,
    sink: impl TransportSink,
) {
    let limits = connections.limits;
    // The two halves stop each other through this and through the seal of the outbox.
    let stop = CancellationToken::new();

    let reading = async {
        let answers = Answers::new(Arc::clone(&session), Arc::clone(&connections.users));
        let mut protocol = Protocol::new(Arc::clone(&connections), Arc::clone(&session), answers);
        let reader = Reader::new(
            &mut source,
            &mut protocol,
            &stop,
            &connections.shutdown,
            limits,
        );
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
        if AssertUnwindSafe(protocol.end_session())
            .catch_unwind()
            .await
            .is_err()
        {
            tracing::error!("an interceptor panicked while the session ended");
        }
        if matches!(end, End::Disconnected) {
            // The client closes once it has its receipt.
            let _ = timeout(limits.close_timeout, discard(&mut source)).await;
        }
        session.close(Close::NORMAL);
        // What the peer still sends is read and thrown away: unread input would reset the
        // connection, and the last frame would be lost with it.
        if !matches!(end, End::Gone) {
            let _ = timeout(limits.close_timeout, discard(&mut source)).await;
        }
    };
    let writing = async {
        if let Err(error) = Writer::new(sink, &session, limits).run().await {
            tracing::debug!(%error, "writing ended");
        }
        stop.cancel();
    };
    tokio::join!(reading, writing);
}

async fn discard(source: &mut impl TransportSource) {
    while let Some(Ok(_)) = poll_fn(|context| source.poll_receive(context)).await {}
}
