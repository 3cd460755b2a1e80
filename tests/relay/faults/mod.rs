//! Brokers that die, stop, come back and have no room, under load, and nodes that die. Each test has a
//! broker of its own.

mod flood;
mod ledger;
mod node;
mod process;
mod restarts;
mod stranded;

use std::time::Duration;

use tokio::process::Command;

use self::flood::{Flood, flooded};
use self::ledger::{killed, paused};
use self::process::Broker;
use self::restarts::comes_and_goes;
use self::stranded::restarted;
use crate::upstream::Upstream;

/// Says that a process is one test's.
const ALONE: &str = "STOMPFRAME_ALONE";

/// Runs a test in a process of its own, because it looks at the memory and the files of all of it.
async fn alone(name: &str, test: impl Future<Output = ()>) {
    if std::env::var_os(ALONE).is_some() {
        return test.await;
    }
    let ended = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture"])
        .arg(format!("faults::{name}"))
        .env(ALONE, "yes")
        .kill_on_drop(true)
        .status();
    assert!(ended.await.unwrap().success(), "{name}");
}

macro_rules! with_brokers_of_their_own {
    ($($name:ident, $kind:literal, $port:literal, $test:expr;)*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        #[ignore = "tests/brokers/run starts brokers"]
        async fn $name() {
            let test = $test;
            alone(stringify!($name), async { test(Broker::start($kind, $port).await).await }).await;
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
    ft_09_rabbitmq_has_no_memory, "rabbitmq", 24_070, async |broker: Broker| {
        let flood = Flood {
            topic: "/topic/flood".to_owned(),
            // More than the sockets take.
            size: 16 * 1024,
            in_flight: 1_000,
        };
        flooded(broker.relay(), flood, broker.tell("alarm"), broker.tell("calm")).await;
    };
    a_node_on_rabbitmq_is_killed, "rabbitmq", 24_080, node::is_killed;
    artemis_gives_all_of_a_queue_after_a_restart, "artemis", 24_090, restarted;
);

macro_rules! behind_a_slow_link {
    ($($name:ident, $upstream:expr;)*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        #[ignore = "tests/brokers/run starts brokers"]
        async fn $name() {
            alone(stringify!($name), async { slow_link($upstream.await).await }).await;
        })*
    };
}

behind_a_slow_link!(
    ft_09_rabbitmq_is_slow, Upstream::of("RABBITMQ");
    ft_09_activemq_is_slow, Upstream::of("ACTIVEMQ");
    ft_09_the_broker_in_memory_is_slow, Upstream::own();
);

/// 256 kbit a second.
async fn slow_link(upstream: Upstream) {
    let flood = Flood {
        topic: upstream.topic("flood"),
        size: 1024,
        // What is confirmed in time.
        in_flight: 200,
    };
    let slower = async { upstream.limit_to(32 * 1024) };
    let faster = async { upstream.limit_to(0) };
    flooded(upstream.relay(), flood, slower, faster).await;
}
