//! What a client sends at once leaves with one write to each who receives it, however many messages there were before.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use std::task::{Context, Poll};

use bytes::Bytes;
use stompframe_core::Messaging;
use stompframe_core::connection::{TransportError, TransportSink, TransportSource};
use stompframe_core::session::{Close, OutgoingFrame};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

struct Source(UnboundedReceiver<Bytes>);

impl TransportSource for Source {
    fn poll_receive(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TransportError>>> {
        self.0.poll_recv(context).map(|bytes| bytes.map(Ok))
    }
}

/// Says with each write how many frames went with it.
struct Sink {
    pushed: usize,
    writes: UnboundedSender<usize>,
}

impl TransportSink for Sink {
    fn push(&mut self, _: OutgoingFrame) {
        self.pushed += 1;
    }

    fn poll_flush(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        let pushed = std::mem::take(&mut self.pushed);
        if pushed > 0 {
            self.writes.send(pushed).unwrap();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_close(&mut self, _: &mut Context<'_>, _: &Close) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }
}

/// A client, and how many frames came with each write.
struct Client {
    sends: UnboundedSender<Bytes>,
    writes: UnboundedReceiver<usize>,
}

impl Client {
    /// Connects with this, which has one answer.
    async fn connect(messaging: &Messaging, greeting: &'static str) -> Self {
        let (sends, source) = unbounded_channel();
        let (writes, written) = unbounded_channel();
        let sink = Sink { pushed: 0, writes };
        tokio::spawn(messaging.admit().unwrap().serve(Source(source), sink));
        let mut client = Self {
            sends,
            writes: written,
        };
        client.sends.send(greeting.into()).unwrap();
        assert_eq!(client.writes.recv().await, Some(1));
        client
    }
}

const CONNECT: &str = "CONNECT\naccept-version:1.2\nhost:a\n\n\0";
const SUBSCRIBE: &str = "SUBSCRIBE\nid:1\ndestination:/topic/a\nreceipt:1\n\n\0";
const SEND: &str = "SEND\ndestination:/topic/a\n\nhello\0";

#[tokio::test]
async fn what_comes_at_once_leaves_at_once() {
    let builder = Messaging::builder().simple_broker(["/topic"]);
    let messaging = builder.accept_client_sends(["/topic"]).build().unwrap();
    let mut subscriber = Client::connect(&messaging, CONNECT).await;
    subscriber.sends.send(SUBSCRIBE.into()).unwrap();
    assert_eq!(subscriber.writes.recv().await, Some(1), "the receipt");
    let publisher = Client::connect(&messaging, CONNECT).await;
    // Far more, all in all, than may be handled without a pause: there is one behind each.
    for burst in [16; 20].into_iter().chain(1..60) {
        publisher.sends.send(SEND.repeat(burst).into()).unwrap();
        assert_eq!(subscriber.writes.recv().await, Some(burst));
    }
}
