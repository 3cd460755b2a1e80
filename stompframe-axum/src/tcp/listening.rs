use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::serve::Listener;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// Finds a peer that has vanished without a word, where no heart-beat does: asks after 30 seconds of
/// silence, three times, 10 seconds apart.
const KEEPALIVE: TcpKeepalive = TcpKeepalive::new()
    .with_time(Duration::from_secs(30))
    .with_interval(Duration::from_secs(10))
    .with_retries(3);

/// How long what was written may go unacknowledged until the kernel gives the peer up.
#[cfg(target_os = "linux")]
const USER_TIMEOUT: Duration = Duration::from_secs(60);

/// Listens for clients whose sockets are fast, and find out when the client has vanished.
pub(crate) struct Listening(TcpListener);

/// How many clients may wait to be accepted. After a failure all of them come back at once, and whoever finds
/// no room here tries again only after a second. The system may allow fewer (`net.core.somaxconn`).
const BACKLOG: u32 = 1024;

/// As [`TcpListener::bind`], which lets 128 clients wait.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    // What is left of connections from before must not keep a server from coming back.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

impl Listening {
    pub(crate) fn new(listener: TcpListener) -> Self {
        // Linux gives every socket what its listener has, and six calls for each are saved.
        if cfg!(target_os = "linux") {
            warn_of(prepare(&SockRef::from(&listener)));
        }
        Self(listener)
    }

    /// Waits for the next client. What fails is logged, and tried again.
    pub(crate) async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        // axum's, which waits a second where the process has no file descriptor left.
        let (socket, peer) = Listener::accept(&mut self.0).await;
        if !cfg!(target_os = "linux") {
            warn_of(prepare(&SockRef::from(&socket)));
        }
        (socket, peer)
    }

    pub(crate) fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

fn prepare(socket: &SockRef<'_>) -> io::Result<()> {
    // Messages are small, and somebody waits for each.
    socket.set_tcp_nodelay(true)?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(USER_TIMEOUT))?;
    socket.set_tcp_keepalive(&KEEPALIVE)
}

fn warn_of(prepared: io::Result<()>) {
    if let Err(error) = prepared {
        tracing::debug!(%error, "a socket could not be prepared");
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_socket_is_asked_for_signs_of_life_and_does_not_wait_for_more_to_send() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut listening = Listening::new(listener);
        let address = listening.local_addr().unwrap();
        let _client = TcpStream::connect(address).await.unwrap();
        let (socket, _) = listening.accept().await;
        assert!(socket.nodelay().unwrap());
        let socket = SockRef::from(&socket);
        assert!(socket.keepalive().unwrap());
        let seconds = Duration::from_secs;
        assert_eq!(socket.tcp_keepalive_time().unwrap(), seconds(30));
        assert_eq!(socket.tcp_keepalive_interval().unwrap(), seconds(10));
        assert_eq!(socket.tcp_keepalive_retries().unwrap(), 3);
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(seconds(60)));
    }
}
