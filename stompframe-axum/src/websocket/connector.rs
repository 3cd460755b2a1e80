use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::task::{Context, Poll, ready};

use axum::http::header::{HeaderName, SEC_WEBSOCKET_PROTOCOL};
use axum::http::{HeaderMap, HeaderValue, Uri};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use stompframe_core::client::{Connector, Tcp, Transport};
use stompframe_core::session::{Close, OutgoingFrame};
use stompframe_core::stomp::Version;
use stompframe_core::transport::{TransportError, TransportSink, TransportSource};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// Connects over WebSocket: `StompClient::over(WebSocket::new("ws://127.0.0.1:8080/ws")?)`.
///
/// It offers the sub-protocols of STOMP 1.2, 1.1 and 1.0, and sends each frame as one message.
pub struct WebSocket {
    uri: Uri,
    headers: HeaderMap,
    through: Through,
    max_message: usize,
}

/// What carries it.
enum Through {
    Tcp(Tcp),
    #[cfg(feature = "tls")]
    Tls(stompframe_core::client::Tls),
}

impl WebSocket {
    /// To this address, which begins with `ws://`, or with `wss://` where the feature `tls` is on.
    ///
    /// # Errors
    ///
    /// When this is no such address; for `wss://` also when the operating system has no authorities to
    /// trust.
    pub fn new(address: &str) -> io::Result<Self> {
        let uri: Uri = address.parse().map_err(unusable)?;
        let host = uri
            .host()
            .ok_or_else(|| unusable("a WebSocket has a host"))?;
        let at = |port| format!("{host}:{}", uri.port_u16().unwrap_or(port));
        let through = match uri.scheme_str() {
            Some("ws") => Through::Tcp(Tcp::new(at(80))),
            #[cfg(feature = "tls")]
            Some("wss") => Through::Tls(stompframe_core::client::Tls::new(at(443))?),
            #[cfg(not(feature = "tls"))]
            Some("wss") => return Err(unusable("wss:// needs the feature `tls`")),
            _ => return Err(unusable("a WebSocket begins with ws:// or wss://")),
        };
        Ok(Self {
            uri,
            headers: HeaderMap::new(),
            through,
            max_message: 2 * 1024 * 1024,
        })
    }

    /// A header of the handshake, such as `cookie` or `authorization`.
    ///
    /// # Errors
    ///
    /// When HTTP has no such header.
    pub fn header(mut self, name: &str, value: &str) -> io::Result<Self> {
        let name = HeaderName::try_from(name).map_err(unusable)?;
        let mut value = HeaderValue::try_from(value).map_err(unusable)?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        Ok(self)
    }

    /// Connects through this, in place of what the address says: to check the server's certificate by
    /// other authorities.
    #[cfg(feature = "tls")]
    #[cfg_attr(docsrs, doc(cfg(feature = "tls")))]
    #[must_use]
    pub fn tls(mut self, tls: stompframe_core::client::Tls) -> Self {
        self.through = Through::Tls(tls);
        self
    }

    /// How large a message of the server may be, in bytes; 2 MiB unless told otherwise. Beyond: the
    /// connection is given up.
    #[must_use]
    pub const fn max_message(mut self, bytes: usize) -> Self {
        self.max_message = bytes;
        self
    }

    async fn open(&self) -> Result<Transport, TransportError> {
        match &self.through {
            Through::Tcp(tcp) => self.shake_hands(tcp.open().await?).await,
            #[cfg(feature = "tls")]
            Through::Tls(tls) => self.shake_hands(tls.open().await?).await,
        }
    }

    async fn shake_hands<S>(&self, stream: S) -> Result<Transport, TransportError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let request = self.request().map_err(gone)?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(self.max_message))
            .max_frame_size(Some(self.max_message));
        let shaking = client_async_with_config(request, stream, Some(config));
        let (socket, _) = shaking.await.map_err(gone)?;
        let (sink, source) = socket.split();
        let sink = Sink {
            socket: sink,
            pushed: VecDeque::new(),
            is_closing: false,
        };
        Ok(Transport::new(Source(source), sink))
    }

    fn request(&self) -> Result<Request, Error> {
        let mut request = self.uri.clone().into_client_request()?;
        let versions = [Version::V1_2, Version::V1_1, Version::V1_0];
        let offered = versions.map(Version::sub_protocol).join(", ");
        let headers = request.headers_mut();
        headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::try_from(offered)?);
        headers.extend(self.headers.clone());
        Ok(request)
    }
}

fn unusable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error)
}

fn gone(error: Error) -> TransportError {
    TransportError::Gone(error.into())
}

impl Connector for WebSocket {
    fn connect(&self) -> BoxFuture<'_, Result<Transport, TransportError>> {
        Box::pin(self.open())
    }
}

impl fmt::Debug for WebSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebSocket({})", self.uri)
    }
}

/// The payloads of the server's messages, text and binary alike.
struct Source<S>(SplitStream<WebSocketStream<S>>);

impl<S> TransportSource for Source<S>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    fn poll_receive(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TransportError>>> {
        loop {
            return Poll::Ready(match ready!(self.0.poll_next_unpin(context)) {
                Some(Ok(Message::Text(text))) => Some(Ok(text.into())),
                Some(Ok(Message::Binary(bytes))) => Some(Ok(bytes)),
                // The library answers pings and closes by itself while we read on.
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => Some(Ok(Bytes::new())),
                Some(Ok(Message::Close(_) | Message::Frame(_))) => continue,
                Some(Err(error)) => Some(Err(gone(error))),
                None => None,
            });
        }
    }
}

/// Writes each frame as one message: text where it is text, binary where it is not.
struct Sink<S> {
    socket: SplitSink<WebSocketStream<S>, Message>,
    pushed: VecDeque<Message>,
    is_closing: bool,
}

impl<S> TransportSink for Sink<S>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    fn push(&mut self, frame: OutgoingFrame) {
        let is_text = frame.is_text();
        let bytes = frame.into_bytes();
        let text = is_text.then(|| Utf8Bytes::try_from(bytes.clone()));
        self.pushed.push_back(match text {
            Some(Ok(text)) => Message::Text(text),
            _ => Message::Binary(bytes),
        });
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        while !self.pushed.is_empty() {
            ready!(self.socket.poll_ready_unpin(context)).map_err(gone)?;
            if let Some(message) = self.pushed.pop_front() {
                self.socket.start_send_unpin(message).map_err(gone)?;
            }
        }
        self.socket.poll_flush_unpin(context).map_err(gone)
    }

    fn poll_close(
        &mut self,
        context: &mut Context<'_>,
        close: &Close,
    ) -> Poll<Result<(), TransportError>> {
        if !self.is_closing {
            self.is_closing = true;
            let frame = CloseFrame {
                code: close.code().into(),
                reason: close.reason().into(),
            };
            self.pushed.push_back(Message::Close(Some(frame)));
        }
        self.poll_flush(context)
    }
}
