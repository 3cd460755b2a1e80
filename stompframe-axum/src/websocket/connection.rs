use std::future::ready;
use std::sync::Arc;

use axum::response::Response;
use futures_util::future::BoxFuture;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto::upgrade::{Parts, downcast};
use stompframe_core::connection::Admission;
use tokio::io::AsyncRead;
use tokio::net::TcpStream;

use super::control::Control;
use super::sink::WebSocketSink;
use super::socket::WritingHalf;
use super::source::WebSocketSource;
use super::upgrade::Upgrade;
use crate::long_lived::Socket;

/// What a WebSocket is opened for.
pub(crate) trait Serve: Send + 'static {
    /// Is the whole life of the WebSocket.
    fn serve<R, W>(
        self,
        source: WebSocketSource<R>,
        sink: WebSocketSink<W>,
    ) -> BoxFuture<'static, ()>
    where
        R: AsyncRead + Send + Unpin + 'static,
        W: WritingHalf;
}

/// STOMP.
impl Serve for Admission {
    fn serve<R, W>(
        self,
        source: WebSocketSource<R>,
        sink: WebSocketSink<W>,
    ) -> BoxFuture<'static, ()>
    where
        R: AsyncRead + Send + Unpin + 'static,
        W: WritingHalf,
    {
        Box::pin(Self::serve(self, source, sink))
    }
}

impl Upgrade {
    /// Answers the handshake, and serves the WebSocket that begins then. Its messages have at most so
    /// many bytes.
    pub(crate) fn open(self, max_message: usize, serve: impl Serve) -> Response {
        let response = self.response();
        tokio::spawn(async move {
            match self.connection.await {
                Ok(connection) => split(connection, max_message, serve).await,
                Err(error) => tracing::warn!(%error, "a connection was lost during its handshake"),
            }
        });
        response
    }
}

/// Serves the connection that the handshake leaves behind.
fn split(connection: Upgraded, max_message: usize, serve: impl Serve) -> BoxFuture<'static, ()> {
    let connection = match downcast::<TokioIo<TcpStream>>(connection) {
        Ok(Parts { io, read_buf, .. }) => {
            return straight(io.into_inner(), &read_buf, max_message, serve);
        }
        Err(connection) => connection,
    };
    match downcast::<TokioIo<Socket>>(connection) {
        Ok(Parts { io, read_buf, .. }) => match io.into_inner().into_stream() {
            Some(socket) => straight(socket, &read_buf, max_message, serve),
            None => Box::pin(ready(())),
        },
        // TLS, for example.
        Err(connection) => {
            let (reading, writing) = tokio::io::split(TokioIo::new(connection));
            run(reading, writing, &[], max_message, serve)
        }
    }
}

/// On the socket itself, past what HTTP had around it. Some of it has been read already.
fn straight(
    socket: TcpStream,
    read: &[u8],
    max_message: usize,
    serve: impl Serve,
) -> BoxFuture<'static, ()> {
    let (reading, writing) = socket.into_split();
    run(reading, writing, read, max_message, serve)
}

fn run(
    reading: impl AsyncRead + Send + Unpin + 'static,
    writing: impl WritingHalf,
    read: &[u8],
    max_message: usize,
    serve: impl Serve,
) -> BoxFuture<'static, ()> {
    let control = Arc::new(Control::default());
    let source = WebSocketSource::new(reading, read, max_message, Arc::clone(&control));
    let sink = WebSocketSink::new(writing, control);
    serve.serve(source, sink)
}
