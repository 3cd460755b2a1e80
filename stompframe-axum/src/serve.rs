use std::future::Future;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt as _;
use stompframe_core::{BuildError, Messaging};
use tokio::net::{TcpListener, ToSocketAddrs};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How long shutting down may take.
const DRAIN: Duration = Duration::from_secs(30);

/// Why an application could not run.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It is not put together as it should be.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The network would not have it.
    #[error("cannot serve on this address: {0}")]
    Io(#[from] std::io::Error),
}

/// As readable as `Display`, because this is what `main` prints when it returns one.
impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// Serves an application on an address until Ctrl-C or SIGTERM, and then drains it.
///
/// Draining means: nobody new is taken, requests that are under way end, and each session finishes
/// what it has received, writes what is queued, and is closed with 1001. That may take 30 seconds;
/// then, or when asked a second time, the rest is cut off. axum's own graceful shutdown does not
/// know of WebSockets, so an application that serves itself calls [`Messaging::shut_down`].
///
/// # Errors
///
/// When the address cannot be listened on.
pub async fn serve(
    address: impl ToSocketAddrs,
    app: Router,
    messaging: Messaging,
) -> Result<(), Error> {
    serve_on(TcpListener::bind(address).await?, app, messaging).await
}

/// As [`serve`], on a listener that exists already.
///
/// # Errors
///
/// When the listener is broken.
pub async fn serve_on(
    listener: TcpListener,
    app: Router,
    messaging: Messaging,
) -> Result<(), Error> {
    tracing::info!("listening on http://{}", listener.local_addr()?);
    serve_until(listener, app, messaging, signal()).await
}

async fn serve_until(
    listener: TcpListener,
    app: Router,
    messaging: Messaging,
    stop: impl Future<Output = ()>,
) -> Result<(), Error> {
    let stopping = CancellationToken::new();
    // Messages are small, and somebody waits for each.
    let listener = listener.tap_io(|socket| {
        if let Err(error) = socket.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
    });
    let http = async {
        let server = axum::serve(listener, app);
        server
            .with_graceful_shutdown(stopping.clone().cancelled_owned())
            .await
    };
    let drain = async {
        stop.await;
        tracing::info!(sessions = messaging.sessions().len(), "shutting down");
        stopping.cancel();
        let cut = messaging.shut_down(DRAIN).await;
        if cut > 0 {
            tracing::warn!(cut, "connections were cut: they did not end in time");
        }
    };
    let all = async { tokio::join!(http, drain).0 };
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
