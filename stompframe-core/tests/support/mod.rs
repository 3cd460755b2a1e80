//! A connection in memory, so that a test can pause the clock.

use std::task::{Context, Poll};

use bytes::Bytes;
use stompframe_core::Messaging;
use stompframe_core::connection::{TransportError, TransportSink, TransportSource};
use stompframe_core::session::{Close, OutgoingFrame};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The client's end.
pub(crate) struct Client {
    send: UnboundedSender<Bytes>,
    receive: UnboundedReceiver<Sent>,
}

/// What the server sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    Frame(String),
    Close(u16, String),
}

struct Source(UnboundedReceiver<Bytes>);

struct Sink(UnboundedSender<Sent>);

impl TransportSource for Source {
    fn poll_receive(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TransportError>>> {
        self.0.poll_recv(context).map(|received| received.map(Ok))
    }
}

impl TransportSink for Sink {
    fn push(&mut self, frame: OutgoingFrame) {
        let text = String::from_utf8(frame.as_bytes().to_vec()).expect("tests send text");
        let _ = self.0.send(Sent::Frame(text));
    }

    fn poll_flush(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(
        &mut self,
        _: &mut Context<'_>,
        close: &Close,
    ) -> Poll<Result<(), TransportError>> {
        let _ = self
            .0
            .send(Sent::Close(close.code(), close.reason().to_owned()));
        Poll::Ready(Ok(()))
    }
}

impl Client {
    /// Opens a connection.
    pub(crate) fn open(messaging: &Messaging) -> Self {
        let (send, source) = unbounded_channel();
        let (sink, receive) = unbounded_channel();
        let admission = messaging.admit().expect("there is a place");
        tokio::spawn(admission.serve(Source(source), Sink(sink)));
        Self { send, receive }
    }

    /// Opens a connection and connects with this heart-beat header.
    pub(crate) async fn connect(messaging: &Messaging, version: &str, heart_beat: &str) -> Self {
        let mut client = Self::open(messaging);
        client.send(format!(
            "CONNECT\naccept-version:{version}\nheart-beat:{heart_beat}\n\n\0"
        ));
        let Sent::Frame(frame) = client.next().await else {
            panic!("refused")
        };
        assert!(frame.starts_with("CONNECTED\n"), "{frame}");
        client
    }

    pub(crate) fn send(&self, text: impl Into<Bytes>) {
        self.send.send(text.into()).expect("the connection is open");
    }

    /// The next thing the server sends. The clock jumps ahead while nobody has anything to do.
    pub(crate) async fn next(&mut self) -> Sent {
        self.receive
            .recv()
            .await
            .expect("something comes before the end")
    }
}
