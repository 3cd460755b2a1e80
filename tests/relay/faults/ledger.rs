//! What became of what was sent while a broker was killed or stood still.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use stompframe::prelude::*;
use stompframe::test::TestClient;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep};

use super::process::Broker;

/// As many clients send one message after the other, each when the RECEIPT of the last has come and not
/// more often than this: 500 a second together.
const SENDERS: u32 = 100;
const EVERY: Duration = Duration::from_millis(200);

/// How long they send before something happens, and again behind it.
const CALM: Duration = Duration::from_secs(3);

#[derive(Default)]
pub(super) struct Ledger {
    confirmed: Vec<u64>,
    pub(super) told: Vec<u64>,
    /// How long it took to tell the worst of them.
    pub(super) longest: Duration,
}

#[derive(Default)]
struct Progress {
    stop: AtomicBool,
    confirmed: AtomicUsize,
}

async fn send(client: TestClient, first: u64, progress: Arc<Progress>) -> Ledger {
    client.subscribe("/user/queue/errors").await;
    let mut ledger = Ledger::default();
    let start = Instant::now() + EVERY.mul_f64(first as f64 / f64::from(SENDERS));
    let mut times = interval_at(start, EVERY);
    times.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for number in (first..).step_by(SENDERS as usize) {
        times.tick().await;
        if progress.stop.load(Ordering::Relaxed) {
            break;
        }
        let since = Instant::now();
        match client.try_send("/queue/ledger", &number).await {
            Ok(()) => {
                progress.confirmed.fetch_add(1, Ordering::Relaxed);
                ledger.confirmed.push(number);
            }
            Err(error) => {
                assert_eq!(error.code, ErrorCode::BrokerUnavailable);
                ledger.told.push(number);
                ledger.longest = ledger.longest.max(since.elapsed());
            }
        }
    }
    ledger
}

/// Clients send, while this happens to the broker. Gives what came of it; the queue has all that was
/// confirmed.
pub(super) async fn ledger(broker: &Broker, happens: impl Future<Output = ()>) -> Ledger {
    let (app, status) = broker.app(200).await;
    let progress = Arc::new(Progress::default());
    // Who has nothing to do with the broker goes on.
    let local = app.connect().await;
    let hears = local.subscribe("/local/a").await;
    let stopped = Arc::clone(&progress);
    let beside = tokio::spawn(async move {
        while !stopped.stop.load(Ordering::Relaxed) {
            let since = Instant::now();
            local.send("/local/a", "x").await;
            hears.expect_message::<String>().await;
            assert!(since.elapsed() < Duration::from_secs(1));
            sleep(Duration::from_millis(50)).await;
        }
    });
    let mut senders = Vec::new();
    for first in 0..u64::from(SENDERS) {
        let client = app.connect().await;
        senders.push(tokio::spawn(send(client, first, Arc::clone(&progress))));
    }
    let since = Instant::now();
    sleep(CALM).await;
    let rate = progress.confirmed.load(Ordering::Relaxed) as f64 / since.elapsed().as_secs_f64();
    happens.await;
    status.available().await;
    sleep(CALM).await;
    progress.stop.store(true, Ordering::Relaxed);
    beside.await.unwrap();
    let mut all = Ledger::default();
    for sender in senders {
        let one = sender.await.unwrap();
        assert!(!one.confirmed.is_empty(), "each had its turn");
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
        "{}: {rate:.0} a second before; {} confirmed, all of them there; {} refused, after {:?} at most; {} in the queue",
        broker.kind,
        all.confirmed.len(),
        all.told.len(),
        all.longest,
        found.len(),
    );
    all
}

pub(super) async fn killed(broker: Broker) {
    let all = ledger(&broker, async {
        broker.tell("kill").await;
        sleep(Duration::from_secs(6)).await;
        broker.start_again().await;
    })
    .await;
    assert!(!all.told.is_empty());
    assert!(all.longest < Duration::from_secs(6), "{:?}", all.longest);
}

pub(super) async fn paused(broker: Broker, seconds: u64) -> Ledger {
    ledger(&broker, async {
        broker.tell("pause").await;
        sleep(Duration::from_secs(seconds)).await;
        broker.tell("resume").await;
    })
    .await
}
