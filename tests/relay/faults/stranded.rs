//! What a broker kept to itself when connections were lost.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;

use super::process::Broker;
use crate::losing::hear_all;
use crate::upstream::Upstream;

/// How many queues there are, and how often all connections are lost.
const QUEUES: u32 = 16;
const CUTS: u32 = 20;

/// Artemis does not always give back to the queue what it was about to send to a consumer whose connection
/// has ended (docs/relay.md). It has written it down, however.
pub(super) async fn restarted(broker: Broker) {
    let upstream = Upstream::behind_proxy(broker.address().parse().unwrap(), "ARTEMIS").await;
    let app = upstream.app().await;
    let consumer = app.connect().await;
    let mut queues = Vec::new();
    for number in 0..QUEUES {
        let queue = upstream.queue(&number.to_string());
        let hears = consumer.subscribe(&queue).await;
        let sender = app.connect().await;
        sender.subscribe("/user/queue/errors").await;
        queues.push((queue, sender, hears, Vec::new()));
    }
    let mut confirmed: usize = 0;
    for round in 0..CUTS {
        let sent = queues.iter_mut().map(async |(queue, sender, _, missing)| {
            for number in round * 10..(round + 1) * 10 {
                if sender.try_send(queue, &number).await.is_ok() {
                    missing.push(number);
                }
            }
            missing.len()
        });
        confirmed = join_all(sent).await.iter().sum();
        upstream.cut();
        upstream.mend();
    }
    assert!(confirmed > 1_000, "{confirmed}");
    let mut kept = 0;
    for (_, _, hears, missing) in &mut queues {
        let _ = timeout(Duration::from_secs(2), hear_all(hears, missing)).await;
        kept += missing.len();
    }
    println!("{kept} of {confirmed} confirmed messages came only after a restart");
    broker.tell("stop").await;
    broker.start_again().await;
    for (_, _, hears, missing) in &mut queues {
        hear_all(hears, missing).await;
    }
}
