//! A broker that is slow or takes nothing for a while, and clients that send as fast as they can.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use stompframe::Limits;
use stompframe::broker::{BrokerRelay, RelayLimits};
use stompframe::prelude::*;
use stompframe::session::RateLimits;
use stompframe::test::{TestApp, TestClient};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::time::{Instant, sleep};

const FLOODS: u32 = 4;

/// How long it lasts: longer than a server may take that sends no heart-beats, and shorter than a RECEIPT
/// may.
const LASTS: Duration = Duration::from_secs(12);

/// What flows in, and how.
pub(super) struct Flood {
    pub(super) topic: String,
    pub(super) size: usize,
    pub(super) in_flight: usize,
}

/// Clients flood a topic while the broker is `worse`, until it is `better`: who sends is held up, nobody
/// else is, no connection is lost, and in the end all of it has arrived.
pub(super) async fn flooded(
    relay: BrokerRelay,
    flood: Flood,
    worse: impl Future<Output = ()>,
    better: impl Future<Output = ()>,
) {
    let (app, address) = app(relay, flood.in_flight).await;
    let status = app.messaging().broker_status().unwrap().clone();
    let connections = status.statistics().connections;
    let client = app.connect().await;
    let hears = client.subscribe(&flood.topic).await;
    worse.await;
    let stop = Arc::new(AtomicBool::new(false));
    let beside = tokio::spawn(beside(app.connect().await, Arc::clone(&stop)));
    let memory = resident();
    let mut floods = Vec::new();
    for number in 0..FLOODS {
        let (flood, stop) = (flood.frame(number), Arc::clone(&stop));
        floods.push(tokio::spawn(pour(address, flood, stop)));
    }
    sleep(LASTS / 2).await;
    // Who only hears is not held up.
    let since = Instant::now();
    let other = app.connect().await;
    other.subscribe(&format!("{}/other", flood.topic)).await;
    let subscribed = since.elapsed();
    assert!(subscribed < Duration::from_secs(5), "{subscribed:?}");
    sleep(LASTS / 2).await;
    let grown = resident().saturating_sub(memory);
    stop.store(true, Ordering::Relaxed);
    beside.await.unwrap();
    assert!(status.is_available());
    better.await;
    let mut sent = HashMap::new();
    let mut longest = Duration::ZERO;
    for (number, flood) in (0..).zip(floods) {
        let poured = flood.await.unwrap();
        sent.insert(number, poured.count);
        longest = longest.max(poured.silence);
    }
    let mut heard: HashMap<u32, u64> = HashMap::new();
    while heard != sent {
        let message = hears.next_message().await;
        let text = message.text();
        let mut parts = text.split(' ');
        let mut part = || parts.next().unwrap().parse().unwrap();
        let (from, number): (u64, u64) = (part(), part());
        let next = heard.entry(u32::try_from(from).unwrap()).or_default();
        assert_eq!(number, *next, "in order, and all of it");
        *next += 1;
    }
    assert_eq!(
        status.statistics().connections,
        connections,
        "none was lost"
    );
    assert!(grown < 16 << 20, "{grown} bytes");
    // They come every second.
    assert!(longest < Duration::from_secs(3), "{longest:?}");
    println!(
        "{} messages in {LASTS:?}; {} KiB more memory; {longest:?} without a heart-beat at most",
        sent.values().sum::<u64>(),
        grown >> 10
    );
}

async fn app(relay: BrokerRelay, in_flight: usize) -> (TestApp, SocketAddr) {
    let second = Duration::from_secs(1);
    let mut of_relay = RelayLimits::default();
    of_relay.max_in_flight = in_flight;
    let mut limits = Limits::default();
    limits.rates = RateLimits::NONE;
    let messaging = Messaging::builder()
        .broker(relay.heart_beat(second, second).limits(of_relay))
        .simple_broker(["/local"])
        .accept_client_sends(["/topic", "/local"])
        .anonymous()
        .heart_beat(second, second)
        .limits(limits)
        .endpoint(Endpoint::tcp("127.0.0.1:0"))
        .build()
        .unwrap();
    let tcp = messaging.bind_tcp().await.unwrap();
    let address = tcp.addresses()[0];
    tokio::spawn(tcp.serve());
    messaging.broker_status().unwrap().available().await;
    (TestApp::new(messaging), address)
}

/// Whoever has nothing to do with the broker notices nothing.
async fn beside(client: TestClient, stop: Arc<AtomicBool>) {
    let hears = client.subscribe("/local/a").await;
    while !stop.load(Ordering::Relaxed) {
        let since = Instant::now();
        client.send("/local/a", "x").await;
        hears.expect_message::<String>().await;
        assert!(since.elapsed() < Duration::from_secs(1));
        sleep(Duration::from_millis(50)).await;
    }
}

impl Flood {
    /// What comes before and behind the number of a message of this client.
    fn frame(&self, from: u32) -> (String, String) {
        let head = format!("SEND\ndestination:{}\n\n{from} ", self.topic);
        (head, format!(" {}\0", "x".repeat(self.size)))
    }
}

struct Poured {
    count: u64,
    /// The longest time in which the server said nothing.
    silence: Duration,
}

/// Sends without a pause, and in the end with a receipt.
async fn pour(address: SocketAddr, flood: (String, String), stop: Arc<AtomicBool>) -> Poured {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut reading, mut writing) = stream.into_split();
    let connect = b"CONNECT\naccept-version:1.2\nhost:x\nheart-beat:1000,1000\n\n\0";
    writing.write_all(connect).await.unwrap();
    assert!(said(&mut reading).await.0.starts_with("CONNECTED"));
    let (head, tail) = flood;
    let pouring = tokio::spawn(async move {
        let mut count = 0;
        while !stop.load(Ordering::Relaxed) {
            let frame = format!("{head}{count}{tail}");
            writing.write_all(frame.as_bytes()).await.unwrap();
            count += 1;
        }
        let last = head.replacen('\n', "\nreceipt:last\n", 1);
        let frame = format!("{last}{count}{tail}");
        writing.write_all(frame.as_bytes()).await.unwrap();
        (count + 1, writing)
    });
    let (answer, silence) = said(&mut reading).await;
    assert!(answer.starts_with("RECEIPT\n"), "{answer}");
    let (count, _) = pouring.await.unwrap();
    Poured { count, silence }
}

/// The next frame, and the longest silence before it.
async fn said(reading: &mut OwnedReadHalf) -> (String, Duration) {
    let (mut text, mut longest) = (Vec::new(), Duration::ZERO);
    while text.last() != Some(&0) {
        let since = Instant::now();
        let byte = reading.read_u8().await.expect("the session goes on");
        longest = longest.max(since.elapsed());
        if byte != b'\n' || !text.is_empty() {
            text.push(byte);
        }
    }
    (String::from_utf8(text).unwrap(), longest)
}

/// How many bytes of memory this process has.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = pages.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}
