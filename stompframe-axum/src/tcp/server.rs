use std::any::Any;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::future::join_all;
use stompframe_core::transport::{StreamSink, StreamSource};
use stompframe_core::{ErrorCode, Messaging};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream, lookup_host};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use super::{Listening, TcpEndpoint, listen};
use crate::serve::Error;

type Source = StreamSource<OwnedReadHalf>;
type Sink = StreamSink<OwnedWriteHalf>;

/// How many clients that find no place are told so at a time; any more are closed without a word.
const REFUSALS: usize = 256;

/// Serves an application's TCP endpoints, for those who do without [`serve`](crate::serve), which
/// serves them too.
///
/// ```
/// use stompframe_axum::{Endpoint, MessagingTcp};
/// use stompframe_core::Messaging;
///
/// # async fn example() -> Result<(), stompframe_axum::Error> {
/// let messaging = Messaging::builder()
///     .simple_broker(["/topic"])
///     .endpoint(Endpoint::tcp("127.0.0.1:0"))
///     .build()?;
/// let tcp = messaging.bind_tcp().await?;
/// println!("STOMP is spoken on {}", tcp.addresses()[0]);
/// let serving = tokio::spawn(tcp.serve());
/// // Later:
/// messaging.shut_down(std::time::Duration::from_secs(30)).await;
/// let _ = serving.await;
/// # Ok(())
/// # }
/// ```
pub trait MessagingTcp {
    /// Listens on the address of every [`TcpEndpoint`]. Clients are taken once it is served.
    ///
    /// # Errors
    ///
    /// [`Error::Bind`], with the first address that cannot be listened on.
    fn bind_tcp(&self) -> impl Future<Output = Result<TcpServer, Error>> + Send;

    /// Serves clients on a listener that exists already, such as one that the service manager
    /// handed over; no [`TcpEndpoint`] is needed for it. Ends as [`TcpServer::serve`] does.
    fn serve_tcp(&self, listener: TcpListener) -> impl Future<Output = ()> + Send;
}

impl MessagingTcp for Messaging {
    async fn bind_tcp(&self) -> Result<TcpServer, Error> {
        let mut server = TcpServer {
            messaging: self.clone(),
            listeners: Vec::new(),
            addresses: Vec::new(),
        };
        let endpoints = self
            .endpoints()
            .iter()
            .filter_map(|any| (&**any as &dyn Any).downcast_ref::<TcpEndpoint>());
        for endpoint in endpoints {
            let address = endpoint.address();
            let failed = |source| Error::Bind {
                address: address.to_owned(),
                source,
            };
            let listener = listen_on(address).await.map_err(failed)?;
            let local = listener.local_addr().map_err(failed)?;
            server.addresses.push(local);
            server.listeners.push(listener);
        }
        Ok(server)
    }

    async fn serve_tcp(&self, listener: TcpListener) {
        Clients::new(self.clone()).serve(vec![listener]).await;
    }
}

/// The TCP endpoints of an application, each listening. Made by [`MessagingTcp::bind_tcp`].
#[derive(Debug)]
#[must_use = "clients wait until it is served"]
pub struct TcpServer {
    messaging: Messaging,
    listeners: Vec<TcpListener>,
    addresses: Vec<SocketAddr>,
}

impl TcpServer {
    /// Where the endpoints really are, in the order in which the builder was given them: port 0 has
    /// become the port that the system chose.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Serves clients until [`Messaging::shut_down`], and returns when the last connection is over.
    ///
    /// A listener that cannot accept for a while, as when the process has no file descriptor left,
    /// says so in the log and tries again every second.
    pub async fn serve(self) {
        for address in &self.addresses {
            tracing::info!("listening for STOMP on tcp://{address}");
        }
        Clients::new(self.messaging).serve(self.listeners).await;
    }
}

/// Listens on the first address of this name that can be listened on.
async fn listen_on(name: &str) -> io::Result<TcpListener> {
    let mut failure = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in lookup_host(name).await? {
        match listen(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// All that is needed to take clients.
struct Clients {
    messaging: Messaging,
    connections: TaskTracker,
    refusals: Arc<Semaphore>,
}

impl Clients {
    fn new(messaging: Messaging) -> Self {
        Self {
            messaging,
            connections: TaskTracker::new(),
            refusals: Arc::new(Semaphore::new(REFUSALS)),
        }
    }

    async fn serve(&self, listeners: Vec<TcpListener>) {
        join_all(listeners.into_iter().map(|listener| self.accept(listener))).await;
        self.connections.close();
        self.connections.wait().await;
    }

    async fn accept(&self, listener: TcpListener) {
        let mut listening = Listening::new(listener);
        loop {
            tokio::select! {
                biased;
                () = self.messaging.shutting_down() => return,
                (socket, peer) = listening.accept() => self.take(socket, peer),
            }
        }
    }

    fn take(&self, socket: TcpStream, peer: SocketAddr) {
        let (reading, writing) = socket.into_split();
        let (source, sink) = (StreamSource::new(reading), StreamSink::new(writing));
        match self.messaging.admit_from(peer.ip()) {
            Ok(admission) => {
                let span = tracing::info_span!("tcp", %peer);
                let connection = admission.serve(source, sink).instrument(span);
                self.connections.spawn(connection);
            }
            Err(code) => self.refuse(code, peer, (source, sink)),
        }
    }

    fn refuse(&self, code: ErrorCode, peer: SocketAddr, (source, sink): (Source, Sink)) {
        tracing::warn!(%code, %peer, "a connection was refused");
        if let Ok(permit) = Arc::clone(&self.refusals).try_acquire_owned() {
            let messaging = self.messaging.clone();
            self.connections.spawn(async move {
                messaging.refuse(code, source, sink).await;
                drop(permit);
            });
        }
    }
}
