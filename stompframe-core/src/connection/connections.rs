use std::future::Future;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use super::bell::unless;
use super::driver::drive;
use super::shared::Shared;
use super::transport::{TransportSink, TransportSource};
use super::waves::Waves;
use crate::error::ErrorCode;
use crate::session::{Place, PlaceLimits, Places, Principal, Session, SessionAttributes};

/// So many connections end at once without a crowd that comes back.
const FEW: usize = 100;

/// All connections of an application: who may open one, and how they end together.
#[derive(Debug)]
pub(crate) struct Connections {
    shared: Arc<Shared>,
    places: Arc<Places>,
    /// Set once the application goes down: nobody new is admitted.
    shutdown: CancellationToken,
    /// Tells each of those who are there when to end.
    waves: Waves,
    /// Set when there is no more time to be polite.
    abort: CancellationToken,
    tasks: TaskTracker,
}

impl Connections {
    pub(crate) fn new(shared: Shared) -> Self {
        Self {
            shared: Arc::new(shared),
            places: Arc::default(),
            shutdown: CancellationToken::new(),
            waves: Waves::new(),
            abort: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }
    }

    pub(crate) const fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Takes a place for a connection from this address, before its handshake is answered.
    pub(crate) fn admit(self: &Arc<Self>, address: Option<IpAddr>) -> Result<Admission, ErrorCode> {
        if self.shutdown.is_cancelled() {
            return Err(ErrorCode::ServerShutdown);
        }
        let limits = &self.shared.limits;
        let limits = PlaceLimits {
            all: limits.max_sessions,
            connecting: limits.max_connecting,
            of_address: limits.max_sessions_per_address,
            connecting_of_address: limits.max_connecting_per_address,
        };
        let place = self.places.take(address, limits).map_err(|reason| {
            tracing::warn!(address = ?address, %reason, "a connection finds no place");
            ErrorCode::Overloaded
        })?;
        Ok(Admission {
            connections: Arc::clone(self),
            place,
            address,
            principal: None,
            attributes: SessionAttributes::new(),
            needs_csrf_token: false,
        })
    }

    /// Comes once the application goes down.
    pub(crate) const fn shutdown(&self) -> &CancellationToken {
        &self.shutdown
    }

    /// Comes when one more session is to end, because the application goes down.
    pub(super) fn end_of_one(&self) -> &CancellationToken {
        self.waves.join()
    }

    /// Ends all sessions, many of them one after the other: each finishes what it has received, writes
    /// what is queued, and is told `server-shutdown`. Returns how many connections had to be cut because that took longer than
    /// `within`.
    pub(crate) async fn shut_down(&self, within: Duration) -> usize {
        self.shutdown.cancel();
        self.tasks.close();
        let spread = if self.tasks.len() > FEW {
            self.shared.limits.shutdown_spread.min(within / 2)
        } else {
            Duration::ZERO
        };
        let ending = async {
            tokio::select! {
                () = self.waves.end_within(spread) => {}
                () = self.tasks.wait() => self.waves.end_all(),
            }
            self.tasks.wait().await;
        };
        if timeout(within, ending).await.is_ok() {
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
    address: Option<IpAddr>,
    principal: Option<Principal>,
    attributes: SessionAttributes,
    needs_csrf_token: bool,
}

impl Admission {
    /// Says who the connection belongs to, as the handshake found out.
    #[must_use]
    pub fn for_principal(mut self, principal: Option<Principal>) -> Self {
        self.principal = principal;
        self
    }

    /// Says with which attributes the session begins: a copy of these.
    #[must_use]
    pub fn with_attributes(mut self, attributes: &SessionAttributes) -> Self {
        self.attributes = attributes.copied();
        self
    }

    /// Refuses CONNECT unless it gives the [`CsrfToken`](crate::security::CsrfToken) that is among the
    /// attributes; if there is none, whatever it gives.
    #[must_use]
    pub const fn requires_csrf_token(mut self) -> Self {
        self.needs_csrf_token = true;
        self
    }

    /// Drives a connection from its first byte to its last. It is the whole life of a session, and
    /// is to be run in a task of its own; shutting down waits for it.
    pub fn serve(
        self,
        source: impl TransportSource,
        sink: impl TransportSink,
    ) -> impl Future<Output = ()> + Send {
        self.serve_telling(|_| {}, source, sink)
    }

    /// As [`serve`](Self::serve), and tells first which session it is, for a transport that has to know what
    /// client and server agree on.
    pub fn serve_telling(
        self,
        tell: impl FnOnce(&Arc<Session>) + Send,
        source: impl TransportSource,
        sink: impl TransportSink,
    ) -> impl Future<Output = ()> + Send {
        let Self {
            connections,
            place,
            address,
            principal,
            attributes,
            needs_csrf_token,
        } = self;
        let shared = &connections.shared;
        let session = Session::new(shared.limits.outbox, principal)
            .with_backlog(&shared.backlog)
            .with_attributes(attributes)
            .with_scope(Arc::clone(&shared.scope))
            .at_address(address)
            .needing_csrf_token(needs_csrf_token);
        let session = Arc::new(session);
        tell(&session);
        // Dropped when the connection is over, however it ends.
        let ended = session.ended().clone().drop_guard();
        let span = tracing::info_span!("stomp.session", session = %session.id());
        // Here and in one box, because whoever passes on a future or what it is made of has room for
        // that twice.
        let driven = drive(
            Arc::clone(&connections),
            Arc::clone(&session),
            place,
            source,
            sink,
        );
        let mut driven = Box::pin(driven.instrument(span));
        async move {
            let _ended = ended;
            let Connections {
                shared,
                abort,
                tasks,
                ..
            } = &*connections;
            let served = async {
                let aborted = pin!(abort.cancelled());
                if unless(aborted, driven.as_mut()).await.is_none() {
                    // What it holds is let go of first.
                    drop(driven);
                    Box::pin(shared.let_go(&session)).await;
                }
            };
            tasks.track_future(served).await;
        }
    }
}
