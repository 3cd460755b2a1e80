//! Brokers that die, stop and come back, under load. Each test has one of its own.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use stompframe::Limits;
use stompframe::broker::{BrokerRelay, BrokerStatus};
use stompframe::client::{Backoff, StompClient};
use stompframe::message::AckMode;
use stompframe::prelude::*;
use stompframe::test::{TestApp, TestClient};
use tokio::time::{Instant, sleep, timeout};

/// A broker that ends with the test.
struct Broker {
    kind: &'static str,
    directory: PathBuf,
    port: u16,
}

impl Broker {
    async fn start(kind: &'static str, port: u16) -> Self {
        let name = format!("stompframe-{kind}-{port}-{}", std::process::id());
        let broker = Self {
            kind,
            directory: std::env::temp_dir().join(name),
            port,
        };
        broker.start_again().await;
        broker
    }

    async fn start_again(&self) {
        let mut command = self.command("start");
        command.arg(self.kind).arg(&self.directory);
        command.arg(self.port.to_string());
        let status = tokio::task::spawn_blocking(move || command.status()).await;
        assert!(status.unwrap().unwrap().success(), "the broker starts");
    }

    async fn tell(&self, what: &str) {
        let mut command = self.command(what);
        command.arg(&self.directory);
        let status = tokio::task::spawn_blocking(move || command.status()).await;
        assert!(status.unwrap().unwrap().success(), "{what}");
    }

    fn command(&self, what: &str) -> Command {
        let mut command = Command::new("tests/brokers/broker");
        command.arg(what).stdin(Stdio::null());
        command
    }

    fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// An application on it, with a broker in memory beside it.
    async fn app(&self, sessions: usize) -> (TestApp, BrokerStatus) {
        let quick = Backoff::new(Duration::from_millis(500), Duration::from_secs(2));
        let mut limits = Limits::default();
        limits.max_sessions = sessions;
        limits.max_connecting = sessions;
        let builder = Messaging::builder()
            .broker(BrokerRelay::new(self.address()).reconnect(quick))
            .simple_broker(["/local"])
            .limits(limits)
            .accept_client_sends(["/topic", "/queue", "/local"]);
        let app = TestApp::start(builder).patience(Duration::from_secs(60));
        let status = app.messaging().broker_status().unwrap().clone();
        status.available().await;
        (app, status)
    }

    /// Takes all that is in a queue.
    async fn drain(&self, queue: &str) -> Vec<u64> {
        let client = StompClient::tcp(self.address()).login("guest", "guest");
        let client = client.connect().await.unwrap();
        let subscribing = client.subscribe(queue).ack(AckMode::ClientIndividual);
        let mut consumer = subscribing.await.unwrap();
        let mut all = Vec::new();
        while let Ok(Some(message)) = timeout(Duration::from_secs(3), consumer.message()).await {
            message.ack().await.unwrap();
            all.push(message.json().unwrap());
        }
        client.close().await.unwrap();
        all
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.command("stop").arg(&self.directory).status();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// What became of what was sent.
#[derive(Default)]
struct Ledger {
    confirmed: Vec<u64>,
    told: Vec<u64>,
    /// How long it took to tell the worst of them.
    longest: Duration,
}

/// Sends with receipts, one after the other and up to 50 a second, until it is to stop.
async fn send(client: TestClient, first: u64, stop: Arc<AtomicBool>) -> Ledger {
    client.subscribe("/user/queue/errors").await;
    let mut ledger = Ledger::default();
    for number in (first..).step_by(10) {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let since = Instant::now();
        match client.try_send("/queue/ledger", &number).await {
            Ok(()) => ledger.confirmed.push(number),
            Err(error) => {
                assert_eq!(error.code, ErrorCode::BrokerUnavailable);
                ledger.told.push(number);
                ledger.longest = ledger.longest.max(since.elapsed());
            }
        }
        sleep(Duration::from_millis(20)).await;
    }
    ledger
}

/// Ten clients send up to 500 messages a second (as fast as the broker writes them to its disk), while this happens to the broker. Gives what came of it; the
/// queue has all that was confirmed.
async fn ledger(broker: &Broker, happens: impl Future<Output = ()>) -> Ledger {
    let (app, status) = broker.app(100).await;
    let stop = Arc::new(AtomicBool::new(false));
    let mut senders = Vec::new();
    for first in 0..10 {
        let client = app.connect().await;
        senders.push(tokio::spawn(send(client, first, Arc::clone(&stop))));
    }
    // Who has nothing to do with the broker goes on.
    let local = app.connect().await;
    let hears = local.subscribe("/local/a").await;
    let stopped = Arc::clone(&stop);
    let beside = tokio::spawn(async move {
        while !stopped.load(Ordering::Relaxed) {
            let since = Instant::now();
            local.send("/local/a", "x").await;
            hears.expect_message::<String>().await;
            assert!(since.elapsed() < Duration::from_secs(1));
            sleep(Duration::from_millis(50)).await;
        }
    });
    sleep(Duration::from_secs(2)).await;
    happens.await;
    status.available().await;
    sleep(Duration::from_secs(2)).await;
    stop.store(true, Ordering::Relaxed);
    beside.await.unwrap();
    let mut all = Ledger::default();
    for sender in senders {
        let one = sender.await.unwrap();
        assert!(one.confirmed.len() > 5, "{}", one.confirmed.len());
        all.confirmed.extend(one.confirmed);
        all.told.extend(one.told);
        all.longest = all.longest.max(one.longest);
    }
    let found = broker.drain("/queue/ledger").await;
    let distinct: BTreeSet<_> = found.iter().copied().collect();
    let missing = all.confirmed.iter().filter(|sent| !distinct.contains(sent));
    let missing: Vec<_> = missing.collect();
    assert!(missing.is_empty(), "confirmed, and lost: {missing:?}");
    assert_eq!(found.len(), distinct.len(), "some came twice");
    println!(
        "{}: {} confirmed, all of them there; {} refused, after {:?} at most; {} in the queue",
        broker.kind,
        all.confirmed.len(),
        all.told.len(),
        all.longest,
        found.len(),
    );
    all
}

async fn killed(broker: Broker) {
    let all = ledger(&broker, async {
        broker.tell("kill").await;
        sleep(Duration::from_secs(6)).await;
        broker.start_again().await;
    })
    .await;
    assert!(!all.told.is_empty());
    assert!(all.longest < Duration::from_secs(6), "{:?}", all.longest);
}

async fn paused(broker: Broker, seconds: u64) -> Ledger {
    ledger(&broker, async {
        broker.tell("pause").await;
        sleep(Duration::from_secs(seconds)).await;
        broker.tell("resume").await;
    })
    .await
}

macro_rules! with_brokers_of_their_own {
    ($($name:ident, $kind:literal, $port:literal, $test:expr;)*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        #[ignore = "tests/brokers/run starts brokers"]
        async fn $name() {
            let test = $test;
            test(Broker::start($kind, $port).await).await;
        })*
    };
}

with_brokers_of_their_own!(
    ft_06_rabbitmq_is_killed, "rabbitmq", 24_010, killed;
    ft_06_activemq_is_killed, "activemq", 24_020, killed;
    ft_07_rabbitmq_stops_for_a_while, "rabbitmq", 24_030, async |broker| {
        // Shorter than what is waited for: a delay, and nothing else.
        assert!(paused(broker, 5).await.told.is_empty());
    };
    ft_07_activemq_stops_for_a_while, "activemq", 24_040, async |broker| {
        assert!(paused(broker, 5).await.told.is_empty());
    };
    ft_07_activemq_stops_for_long, "activemq", 24_050, async |broker| {
        let all = paused(broker, 30).await;
        assert!(all.longest < Duration::from_secs(25), "{:?}", all.longest);
    };
    ft_08_activemq_comes_and_goes, "activemq", 24_060, comes_and_goes;
);

/// Ten restarts with 2,000 sessions: they stay, and nothing is left behind.
async fn comes_and_goes(broker: Broker) {
    const SESSIONS: u32 = 2_000;
    let (app, status) = broker.app(3_000).await;
    let mut clients = Vec::new();
    for number in 0..SESSIONS {
        let client = app.connect().await;
        let topic = format!("/topic/rooms/{}", number % 100);
        clients.push((client.subscribe(&topic).await, client));
    }
    let sender = app.connect().await;
    sender.send("/topic/rooms/7", "x").await;
    let sockets = open_files();
    for _ in 0..10 {
        broker.tell("kill").await;
        broker.start_again().await;
        status.available().await;
    }
    // The subscriptions are made anew behind the connections; when nobody is told of a gap any more, all
    // of them are.
    let mut told = 0;
    while status.statistics().gaps > told {
        told = status.statistics().gaps;
        sleep(Duration::from_secs(2)).await;
    }
    let statistics = status.statistics();
    for number in 0..100 {
        let topic = format!("/topic/rooms/{number}");
        sender.send(&topic, &number).await;
    }
    for (number, (hears, _)) in (0..SESSIONS).zip(&clients) {
        if number % 100 == 7 {
            assert_eq!(hears.expect_message::<String>().await, "x");
        }
        assert_eq!(hears.expect_message::<u32>().await, number % 100);
    }
    let still_open = open_files();
    assert!(
        still_open <= sockets + 2,
        "{sockets} files were open, and {still_open} are"
    );
    println!("{statistics:?}; files: {sockets} before, {still_open} after");
}

fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}
