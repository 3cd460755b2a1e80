//! What a message that a client publishes costs in allocations: some for itself, and none for each who receives it.
//!
//! Everything runs on one thread, so the counts are exact. It is alone in its program, because other tests would count.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use dhat::HeapStats;
use futures_util::task::AtomicWaker;
use stompframe_core::Messaging;
use stompframe_core::connection::{TransportError, TransportSink, TransportSource};
use stompframe_core::session::{Close, OutgoingFrame};
use tokio::task::yield_now;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// From the bytes of a SEND to the MESSAGE in the hands of the transport, with the headers of its frame in between.
const MESSAGE: u64 = 7;

/// A client, as its transport sees it.
#[derive(Default)]
struct Client {
    /// What it says first.
    greeting: &'static str,
    /// It says what it publishes once more.
    publishes: AtomicBool,
    waker: AtomicWaker,
    received: AtomicUsize,
}

struct Source {
    client: Arc<Client>,
    has_greeted: bool,
}

impl TransportSource for Source {
    fn poll_receive(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TransportError>>> {
        let says = |text: &'static str| Poll::Ready(Some(Ok(Bytes::from_static(text.as_bytes()))));
        if !std::mem::replace(&mut self.has_greeted, true) {
            return says(self.client.greeting);
        }
        self.client.waker.register(context.waker());
        if self.client.publishes.swap(false, Ordering::Relaxed) {
            return says("SEND\ndestination:/topic/a\ncontent-type:text/plain\n\nhello\0");
        }
        Poll::Pending
    }
}

struct Sink(Arc<Client>);

impl TransportSink for Sink {
    fn push(&mut self, frame: OutgoingFrame) {
        let is_message = frame.as_bytes().starts_with(b"MESSAGE");
        self.0
            .received
            .fetch_add(usize::from(is_message), Ordering::Relaxed);
    }

    fn poll_flush(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(&mut self, _: &mut Context<'_>, _: &Close) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }
}

fn connect(messaging: &Messaging, greeting: &'static str) -> Arc<Client> {
    let client = Arc::new(Client {
        greeting,
        ..Client::default()
    });
    let source = Source {
        client: Arc::clone(&client),
        has_greeted: false,
    };
    let admission = messaging.admit().unwrap();
    tokio::spawn(admission.serve(source, Sink(Arc::clone(&client))));
    client
}

const CONNECT: &str = "CONNECT\naccept-version:1.2\nhost:a\n\n\0";
const SUBSCRIBE: &str =
    "CONNECT\naccept-version:1.2\nhost:a\n\n\0SUBSCRIBE\nid:1\ndestination:/topic/a\n\n\0";

/// What a message costs that so many receive.
async fn message_to(subscribers: usize) -> u64 {
    let builder = Messaging::builder().simple_broker(["/topic"]);
    let messaging = builder.accept_client_sends(["/topic"]).build().unwrap();
    let publisher = connect(&messaging, CONNECT);
    let clients: Vec<_> = (0..subscribers)
        .map(|_| connect(&messaging, SUBSCRIBE))
        .collect();
    while messaging.sessions().len() <= subscribers {
        yield_now().await;
    }
    let mut last = 0;
    // What is only done once is done before it counts.
    for number in 1..=4 {
        let before = HeapStats::get().total_blocks;
        publisher.publishes.store(true, Ordering::Relaxed);
        publisher.waker.wake();
        while clients
            .iter()
            .any(|it| it.received.load(Ordering::Relaxed) < number)
        {
            yield_now().await;
        }
        last = HeapStats::get().total_blocks - before;
    }
    last
}

#[tokio::test(start_paused = true)]
async fn a_message_costs_the_same_for_one_and_for_many() {
    let _profiler = dhat::Profiler::builder().testing().build();
    for subscribers in [1, 2, 200] {
        let counted = message_to(subscribers).await;
        assert_eq!(counted, MESSAGE, "for {subscribers} subscribers");
    }
}
