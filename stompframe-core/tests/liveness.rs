//! Clients that vanish without a word, where no heart-beat was agreed upon: on a paused clock, over a
//! transport that can ping.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use stompframe_core::Messaging;
use stompframe_core::connection::{TransportError, TransportSink, TransportSource};
use stompframe_core::session::{Close, OutgoingFrame};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep};

/// What the server did.
#[derive(Debug)]
enum Did {
    Write(OutgoingFrame),
    Ping,
    Close(Close),
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

struct Sink(UnboundedSender<Did>);

impl TransportSink for Sink {
    const PINGS: bool = true;

    fn push(&mut self, frame: OutgoingFrame) {
        self.0.send(Did::Write(frame)).unwrap();
    }

    fn ping(&mut self) {
        self.0.send(Did::Ping).unwrap();
    }

    fn poll_flush(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(
        &mut self,
        _: &mut Context<'_>,
        close: &Close,
    ) -> Poll<Result<(), TransportError>> {
        self.0.send(Did::Close(close.clone())).unwrap();
        Poll::Ready(Ok(()))
    }
}

/// A client whose transport answers pings only if the test does.
struct Client {
    messaging: Messaging,
    sends: UnboundedSender<Bytes>,
    hears: UnboundedReceiver<Did>,
}

impl Client {
    async fn connect(heart_beat: &str) -> Self {
        let messaging = Messaging::builder().build().unwrap();
        let (sends, source) = unbounded_channel();
        let (sink, hears) = unbounded_channel();
        let admission = messaging.admit().unwrap();
        tokio::spawn(admission.serve(Source(source), Sink(sink)));
        let mut client = Self {
            messaging,
            sends,
            hears,
        };
        client.send(format!(
            "CONNECT\naccept-version:1.2\nheart-beat:{heart_beat}\n\n\0"
        ));
        assert!(matches!(client.hear().await, Did::Write(_)));
        client
    }

    fn send(&self, bytes: impl Into<Bytes>) {
        self.sends.send(bytes.into()).unwrap();
    }

    fn pong(&self) {
        self.send("");
    }

    async fn hear(&mut self) -> Did {
        self.hears.recv().await.unwrap()
    }

    /// Waits for a ping, and says how long that took.
    async fn pinged(&mut self) -> Duration {
        let before = Instant::now();
        let did = self.hear().await;
        assert!(matches!(did, Did::Ping), "{did:?}");
        before.elapsed()
    }
}

/// The clock is exact to a millisecond.
fn assert_about(is: Duration, seconds: u64) {
    let seconds = Duration::from_secs(seconds);
    assert!(
        is >= seconds && is <= seconds + Duration::from_millis(2),
        "{is:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn who_does_not_answer_is_dropped() {
    let mut client = Client::connect("0,0").await;
    assert_about(client.pinged().await, 30);
    let asked = Instant::now();
    let Did::Close(close) = client.hear().await else {
        panic!("nobody is there who could be told anything")
    };
    assert_eq!((close.code(), close.reason()), (4409, "pong-timeout"));
    assert_about(asked.elapsed(), 10);
    while !client.messaging.sessions().is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn who_answers_lives() {
    let mut client = Client::connect("0,0").await;
    assert_about(client.pinged().await, 30);
    for _ in 0..20 {
        sleep(Duration::from_secs(9)).await;
        client.pong();
        assert_about(client.pinged().await, 30);
    }
    // Data is an answer, too.
    client.send("\n");
    assert_about(client.pinged().await, 30);
}

#[tokio::test(start_paused = true)]
async fn who_talks_is_not_asked() {
    let mut client = Client::connect("0,0").await;
    for _ in 0..20 {
        sleep(Duration::from_secs(29)).await;
        client.send("\n");
    }
    assert_about(client.pinged().await, 30);
}

/// T-16: where heart-beats are agreed upon, they count and nothing else does.
#[tokio::test(start_paused = true)]
async fn t_16_a_pong_is_no_heart_beat() {
    let mut client = Client::connect("10000,0").await;
    let connected = Instant::now();
    let error = loop {
        tokio::select! {
            biased;
            did = client.hears.recv() => break did.unwrap(),
            () = sleep(Duration::from_secs(3)) => client.pong(),
        }
    };
    let Did::Write(error) = error else {
        panic!("{error:?}")
    };
    let text = std::str::from_utf8(error.as_bytes()).unwrap().to_owned();
    assert!(text.contains("error-code:heartbeat-timeout\n"), "{text}");
    assert_about(connected.elapsed(), 20);
}
