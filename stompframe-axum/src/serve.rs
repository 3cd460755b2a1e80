use std::future::Future;
use std::io;
use std::time::Duration;

use axum::Router;
use stompframe_core::{BuildError, Messaging};
use tokio::net::{TcpListener, ToSocketAddrs, lookup_host};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::long_lived::{self, Peer, Sockets};
use crate::tcp::{MessagingTcp as _, TcpServer, listen};

/// How long shutting down may take.
const DRAIN: Duration = Duration::from_secs(30);

/// Why an application could not run.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It is not put together as it should be.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address, as it was given or as its name was resolved.
        address: String,
        /// What the system says.
        source: io::Error,
    },
    /// The network would not have it.
    #[error("cannot serve on this address: {0}")]
    Io(#[from] io::Error),
}

/// As readable as `Display`, because this is what `main` prints when it returns one.
impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// Serves an application until Ctrl-C or SIGTERM, and then drains it: its router on this address,
/// and each [TCP endpoint](crate::Endpoint::tcp) on its own.
///
/// Draining means: nobody new is taken, requests that are under way end, and each session finishes
/// what it has received, writes what is queued, and is closed, a WebSocket with 1001. Where there are many,
/// they are closed one after the other ([`Limits::shutdown_spread`](stompframe_core::Limits::shutdown_spread)),
/// so that their clients do not all come back at once. That may take 30 seconds;
/// then, or when asked a second time, the rest is cut off. axum's own graceful shutdown does not
/// know of WebSockets, so an application that serves itself calls [`Messaging::shut_down`].
///
/// # Errors
///
/// When the address, or that of a TCP endpoint, cannot be listened on.
pub async fn serve(
    address: impl ToSocketAddrs,
    app: Router,
    messaging: Messaging,
) -> Result<(), Error> {
    serve_on(bind(address).await?, app, messaging).await
}

/// As [`serve`], with a listener for the router that exists already.
///
/// # Errors
///
/// When the listener is broken, or the address of a TCP endpoint cannot be listened on.
pub async fn serve_on(
    listener: TcpListener,
    app: Router,
    messaging: Messaging,
) -> Result<(), Error> {
    let tcp = messaging.bind_tcp().await?;
    tracing::info!("listening on http://{}", listener.local_addr()?);
    serve_until(listener, tcp, app, messaging, signal()).await
}

/// Listens on the first of these addresses that can be listened on.
async fn bind(address: impl ToSocketAddrs) -> Result<TcpListener, Error> {
    let mut failure = Error::from(io::Error::from(io::ErrorKind::AddrNotAvailable));
    for address in lookup_host(address).await? {
        match listen(address) {
            Ok(listener) => return Ok(listener),
            Err(source) => {
                failure = Error::Bind {
                    address: address.to_string(),
                    source,
                };
            }
        }
    }
    Err(failure)
}

async fn serve_until(
    listener: TcpListener,
    tcp: TcpServer,
    app: Router,
    messaging: Messaging,
    stop: impl Future<Output = ()>,
) -> Result<(), Error> {
    let stopping = CancellationToken::new();
    // Among the workers: else each client that comes would have one of them woken by another thread.
    let http = tokio::spawn(serve_http(listener, app, stopping.clone()));
    let http = AbortOnDropHandle::new(http);
    let tcp = AbortOnDropHandle::new(tokio::spawn(tcp.serve()));
    let drain = async {
        stop.await;
        tracing::info!(sessions = messaging.sessions().len(), "shutting down");
        stopping.cancel();
        let cut = messaging.shut_down(DRAIN).await;
        if cut > 0 {
            tracing::warn!(cut, "connections were cut: they did not end in time");
        }
    };
    let all = async {
        let (http, tcp, ()) = tokio::join!(http, tcp, drain);
        tcp?;
        http?
    };
    tokio::pin!(all);
    tokio::select! {
        result = &mut all => return result.map_err(Error::from),
        () = stopping.cancelled() => {}
    }
    // From here on there is a deadline, and no more patience than for a second signal.
    tokio::select! {
        result = timeout(DRAIN, &mut all) => match result {
            Ok(result) => result?,
            Err(_) => tracing::warn!("requests were cut: they did not end in time"),
        },
        () = signal() => tracing::warn!("told to stop a second time: the rest is cut"),
    }
    Ok(())
}

async fn serve_http(
    listener: TcpListener,
    app: Router,
    stopping: CancellationToken,
) -> io::Result<()> {
    let tasks = TaskTracker::new();
    let app = long_lived::around(app, tasks.clone());
    let app = app.into_make_service_with_connect_info::<Peer>();
    let served = axum::serve(Sockets::new(listener), app)
        .with_graceful_shutdown(stopping.cancelled_owned())
        .await;
    tasks.close();
    tasks.wait().await;
    served
}

/// Ctrl-C, or SIGTERM as service managers send it.
async fn signal() {
    let interrupt = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "Ctrl-C cannot be listened to");
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    () = interrupt => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(error) => {
                tracing::error!(%error, "SIGTERM cannot be listened to");
                interrupt.await;
            }
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;
    use tokio::sync::oneshot;

    use super::*;
    use crate::Endpoint;

    #[tokio::test]
    async fn tcp_is_served_until_it_stops_and_then_drained() {
        let messaging = Messaging::builder()
            .endpoint(Endpoint::tcp("127.0.0.1:0"))
            .build()
            .unwrap();
        let tcp = messaging.bind_tcp().await.unwrap();
        let address = tcp.addresses()[0];
        let http = bind("127.0.0.1:0").await.unwrap();
        let (stop, stopped) = oneshot::channel();
        let serving = serve_until(http, tcp, Router::new(), messaging, async {
            let _ = stopped.await;
        });
        let client = async {
            let mut socket = TcpStream::connect(address).await.unwrap();
            socket.write_all(b"CONNECT\n\n\0").await.unwrap();
            let mut received = vec![0; 9];
            socket.read_exact(&mut received).await.unwrap();
            assert_eq!(received, b"CONNECTED");
            stop.send(()).unwrap();
            let mut rest = String::new();
            socket.read_to_string(&mut rest).await.unwrap();
            assert!(rest.contains("error-code:server-shutdown\n"), "{rest}");
        };
        let (served, ()) = tokio::join!(serving, client);
        served.unwrap();
    }
}
