//! Sockets that can be taken from who serves them.

use std::io::{self, ErrorKind, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot::Sender;

use crate::tcp::Listening;

/// That somebody wants a socket, for who has it.
#[derive(Clone, Debug, Default)]
pub(super) struct Wish(Arc<Mutex<Option<Sender<TcpStream>>>>);

impl Wish {
    pub(super) fn make(&self, by: Sender<TcpStream>) {
        *self.lock() = Some(by);
    }

    /// Whether it has not been granted yet.
    pub(super) fn is_open(&self) -> bool {
        self.lock().is_some()
    }

    fn take(&self) -> Option<Sender<TcpStream>> {
        self.lock().take()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Sender<TcpStream>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sockets of clients, which can be taken from who serves them.
pub(crate) struct Sockets(Listening);

impl Sockets {
    pub(crate) fn new(listener: TcpListener) -> Self {
        Self(Listening::new(listener))
    }
}

impl Listener for Sockets {
    type Io = Socket;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Socket, SocketAddr) {
        // As over TCP: a request that waits, or a response that goes on, may have lost its client, too.
        let (stream, address) = self.0.accept().await;
        let socket = Socket {
            stream: Some(stream),
            wish: Wish::default(),
        };
        (socket, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// Where a request comes from, and on which socket.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    pub(super) address: SocketAddr,
    pub(super) wish: Wish,
}

impl Connected<IncomingStream<'_, Sockets>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Sockets>) -> Self {
        Self {
            address: *stream.remote_addr(),
            wish: stream.io().wish.clone(),
        }
    }
}

/// A client's socket. It is given away when somebody wants it and all that was written to it is
/// flushed; from then on it looks like one whose client has gone.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: Option<TcpStream>,
    wish: Wish,
}

impl Socket {
    /// The socket itself, unless it was given away.
    pub(crate) fn into_stream(self) -> Option<TcpStream> {
        self.stream
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Some(stream) => Pin::new(stream).poll_read(context, into),
            None => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Some(stream) => Pin::new(stream).poll_write(context, bytes),
            None => Poll::Ready(Err(ErrorKind::BrokenPipe.into())),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Some(stream) => Pin::new(stream).poll_write_vectored(context, slices),
            None => Poll::Ready(Err(ErrorKind::BrokenPipe.into())),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// Is called by HTTP when it has written all that it holds.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(stream) = &mut self.stream {
            ready!(Pin::new(stream).poll_flush(context))?;
        }
        if let Some(by) = self.wish.take()
            && let Some(stream) = self.stream.take()
        {
            let _ = by.send(stream);
            // HTTP is to find out that it has nothing more to do.
            context.waker().wake_by_ref();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Some(stream) => Pin::new(stream).poll_shutdown(context),
            None => Poll::Ready(Ok(())),
        }
    }
}
