use std::fmt;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::session::{Close, OutgoingFrame};
use crate::transport::{StreamSink, StreamSource, TransportError, TransportSink, TransportSource};

/// Opens connections to a server: what a client asks whenever it needs one.
///
/// [`Tcp`](super::Tcp) is one, [`Tls`](super::Tls) another, where the feature `tls` is on. The
/// connector for WebSocket is in `stompframe-axum`, since this crate knows no HTTP. Anything else that
/// carries bytes can be one, too:
///
/// ```
/// use futures_util::future::BoxFuture;
/// use stompframe_core::client::{Connector, Transport};
/// use stompframe_core::transport::TransportError;
/// use tokio::net::TcpStream;
///
/// /// Through a proxy of our own.
/// #[derive(Debug)]
/// struct Proxied;
///
/// impl Connector for Proxied {
///     fn connect(&self) -> BoxFuture<'_, Result<Transport, TransportError>> {
///         Box::pin(async {
///             let stream = TcpStream::connect("127.0.0.1:1080").await;
///             let stream = stream.map_err(|error| TransportError::Gone(error.into()))?;
///             // ... and what the proxy wants to hear.
///             Ok(Transport::over(stream))
///         })
///     }
/// }
/// ```
pub trait Connector: fmt::Debug + Send + Sync + 'static {
    /// Opens a connection. It should give up in time; a client waits for as long as this takes.
    fn connect(&self) -> BoxFuture<'_, Result<Transport, TransportError>>;
}

/// A connection to a server: the two halves of a transport.
pub struct Transport {
    pub(super) source: Box<dyn Source>,
    pub(super) sink: Box<dyn Sink>,
}

impl Transport {
    /// Of the two halves.
    #[must_use]
    pub fn new(source: impl TransportSource, sink: impl TransportSink) -> Self {
        Self {
            source: Box::new(source),
            sink: Box::new(sink),
        }
    }

    /// Of a stream of bytes that can be read and written.
    #[must_use]
    pub fn over(stream: impl AsyncRead + AsyncWrite + Send + 'static) -> Self {
        let (reading, writing) = tokio::io::split(stream);
        Self::new(StreamSource::new(reading), StreamSink::new(writing))
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transport")
    }
}

/// A [`TransportSource`] of any type.
pub(super) trait Source: Send {
    fn poll_receive(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TransportError>>>;
}

impl<S: TransportSource> Source for S {
    fn poll_receive(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TransportError>>> {
        TransportSource::poll_receive(self, context)
    }
}

/// A [`TransportSink`] of any type.
pub(super) trait Sink: Send {
    fn push(&mut self, frame: OutgoingFrame);
    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), TransportError>>;
    fn poll_close(
        &mut self,
        context: &mut Context<'_>,
        close: &Close,
    ) -> Poll<Result<(), TransportError>>;
}

impl<S: TransportSink> Sink for S {
    fn push(&mut self, frame: OutgoingFrame) {
        TransportSink::push(self, frame);
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        TransportSink::poll_flush(self, context)
    }

    fn poll_close(
        &mut self,
        context: &mut Context<'_>,
        close: &Close,
    ) -> Poll<Result<(), TransportError>> {
        TransportSink::poll_close(self, context, close)
    }
}
