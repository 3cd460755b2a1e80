use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::client::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config, tungstenite};

use super::Frame;

/// How long a test waits for what has to come. Nothing is ever waited for that must not come.
const PATIENCE: Duration = Duration::from_secs(10);

/// A WebSocket client that sends and receives STOMP as bytes.
pub(crate) struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    receipts: u32,
}

impl Client {
    pub(crate) async fn open(address: SocketAddr, path: &str) -> Self {
        let request = format!("ws://{address}{path}")
            .into_client_request()
            .unwrap();
        Self::handshake(request).await.unwrap().0
    }

    pub(crate) async fn handshake(
        request: Request,
    ) -> Result<(Self, Response), tungstenite::Error> {
        let (socket, response) = connect_async_with_config(request, None, true).await?;
        Ok((
            Self {
                socket,
                receipts: 0,
            },
            response,
        ))
    }

    /// Sends a text message: whole frames, pieces, or several at once.
    pub(crate) async fn send(&mut self, text: impl Into<String>) {
        self.socket.send(Message::text(text.into())).await.unwrap();
    }

    /// Sends a text message and the close in one piece, as clients do that do not wait for answers.
    pub(crate) async fn send_and_close(&mut self, text: &str) {
        self.socket.feed(Message::text(text)).await.unwrap();
        self.socket.send(Message::Close(None)).await.unwrap();
    }

    /// Sends a message although the server may have closed already.
    pub(crate) async fn send_anyway(&mut self, text: &str) {
        let _ = self.socket.send(Message::text(text)).await;
    }

    pub(crate) async fn send_binary(&mut self, bytes: impl Into<Vec<u8>>) {
        self.socket
            .send(Message::binary(bytes.into()))
            .await
            .unwrap();
    }

    /// SUBSCRIBE, and waits until it is live.
    pub(crate) async fn subscribe(&mut self, id: &str, destination: &str) {
        self.confirmed(&format!("SUBSCRIBE\nid:{id}\ndestination:{destination}\n"))
            .await;
    }

    /// Sends a frame without a body, given without its empty line, and waits for its receipt.
    pub(crate) async fn confirmed(&mut self, head: &str) {
        self.confirmed_with_body(head, "").await;
    }

    /// The same with a body.
    pub(crate) async fn confirmed_with_body(&mut self, head: &str, body: &str) {
        self.receipts += 1;
        let receipt = format!("confirmed-{}", self.receipts);
        self.send(format!("{head}receipt:{receipt}\n\n{body}\0"))
            .await;
        let frame = self.frame().await;
        assert_eq!(
            (frame.command.as_str(), frame.header("receipt-id")),
            ("RECEIPT", Some(&*receipt)),
            "{frame:?}"
        );
    }

    /// A round trip: whatever the server had to say before has arrived when it returns. The next
    /// frame has to be the receipt, so this proves that there was nothing.
    pub(crate) async fn nothing_before_receipt(&mut self) {
        self.confirmed("UNSUBSCRIBE\nid:never-subscribed\n").await;
    }

    /// The next message of the server, which has to be a frame.
    pub(crate) async fn frame(&mut self) -> Frame {
        match self.message().await {
            Message::Text(text) => Frame::parse(text.as_bytes()),
            Message::Binary(bytes) => Frame::parse(&bytes),
            other => panic!("a frame was expected, and {other:?} came"),
        }
    }

    /// The next message that is not part of WebSocket's own upkeep.
    pub(crate) async fn message(&mut self) -> Message {
        let next = timeout(PATIENCE, self.socket.next())
            .await
            .expect("something comes in time");
        next.expect("the connection is open")
            .expect("the connection is well")
    }

    /// The close that ends the connection: its code and reason. Nothing may come before it.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        match self.message().await {
            Message::Close(Some(frame)) => (frame.code.into(), frame.reason.to_string()),
            other => panic!("a close was expected, and {other:?} came"),
        }
    }

    /// ERROR and the close behind it: the frame. The close has to carry the same code.
    pub(crate) async fn error(&mut self) -> Frame {
        let error = self.frame().await;
        assert_eq!(error.command, "ERROR", "{error:?}");
        let (_, reason) = self.closed().await;
        assert_eq!(error.header("error-code"), Some(&*reason));
        error
    }

    /// As [`error`](Self::error): how the connection was closed.
    pub(crate) async fn closed_with_error(&mut self) -> (u16, String) {
        let error = self.frame().await;
        assert_eq!(error.command, "ERROR", "{error:?}");
        self.closed().await
    }

    pub(crate) async fn close(self) {
        self.close_with(None).await;
    }

    /// Closes with this code.
    pub(crate) async fn close_with(mut self, code: Option<u16>) {
        let frame = code.map(|code| CloseFrame {
            code: code.into(),
            reason: "".into(),
        });
        self.socket.close(frame).await.unwrap();
        while let Some(Ok(_)) = timeout(PATIENCE, self.socket.next())
            .await
            .expect("the server closes in time")
        {}
    }
}
