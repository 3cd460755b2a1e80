//! A client that reads slowly, as a transport: what its server writes takes time to leave.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use stompframe::connection::{TransportError, TransportSink, TransportSource};
use stompframe::session::{Close, OutgoingFrame};
use stompframe::test::TestApp;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep, sleep};

/// The client's side of it.
pub(crate) struct SlowClient {
    bytes: UnboundedSender<Bytes>,
    pushed: Arc<Mutex<Vec<(Instant, Bytes)>>>,
    /// The server's side, to its end.
    server: JoinHandle<()>,
}

impl SlowClient {
    /// A client for which frames of more than `small` bytes need this long.
    pub(crate) fn open(app: &TestApp, small: usize, takes: Duration) -> Self {
        let (bytes, source) = unbounded_channel();
        let pushed = Arc::default();
        let sink = Sink {
            pushed: Arc::clone(&pushed),
            small,
            takes,
            busy: None,
        };
        let server = tokio::spawn(app.messaging().admit().unwrap().serve(Source(source), sink));
        Self {
            bytes,
            pushed,
            server,
        }
    }

    pub(crate) fn send(&self, bytes: impl Into<Bytes>) {
        self.bytes.send(bytes.into()).unwrap();
    }

    /// What the server began to write, and when.
    pub(crate) fn pushed(&self) -> Vec<(Instant, Bytes)> {
        self.pushed.lock().unwrap().clone()
    }

    /// Returns once the server has let go of the client.
    pub(crate) async fn until_over(self) {
        self.server.await.unwrap();
    }
}

struct Source(UnboundedReceiver<Bytes>);

impl TransportSource for Source {
    fn poll_receive(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TransportError>>> {
        self.0.poll_recv(context).map(|bytes| bytes.map(Ok))
    }
}

struct Sink {
    pushed: Arc<Mutex<Vec<(Instant, Bytes)>>>,
    small: usize,
    takes: Duration,
    busy: Option<Pin<Box<Sleep>>>,
}

impl TransportSink for Sink {
    fn push(&mut self, frame: OutgoingFrame) {
        let bytes = frame.as_bytes().clone();
        if bytes.len() > self.small && self.busy.is_none() {
            self.busy = Some(Box::pin(sleep(self.takes)));
        }
        self.pushed.lock().unwrap().push((Instant::now(), bytes));
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        if let Some(busy) = &mut self.busy {
            ready!(busy.as_mut().poll(context));
            self.busy = None;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_close(
        &mut self,
        context: &mut Context<'_>,
        _: &Close,
    ) -> Poll<Result<(), TransportError>> {
        self.poll_flush(context)
    }
}
