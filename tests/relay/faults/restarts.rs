//! A broker that comes and goes.

use std::time::Duration;

use stompframe::test::{TestClient, TestSubscription};
use tokio::time::timeout;

use super::process::Broker;

const SESSIONS: u32 = 2_000;
const TOPICS: u32 = 100;

/// Ten restarts with 2,000 sessions: they stay, and nothing is left behind.
pub(super) async fn comes_and_goes(broker: Broker) {
    let (app, status) = broker.app(3_000).await;
    let mut clients = Vec::new();
    for number in 0..SESSIONS {
        let client = app.connect().await;
        let topic = format!("/topic/rooms/{}", number % TOPICS);
        clients.push((client.subscribe(&topic).await, client));
    }
    let witness = app.connect().await;
    let gaps = witness.subscribe("/user/queue/errors").await;
    let mut heard = Vec::new();
    for number in 0..TOPICS {
        heard.push(witness.subscribe(&format!("/topic/rooms/{number}")).await);
    }
    let sender = app.connect().await;
    until_all_hear(&sender, &heard, "before").await;
    let sockets = open_files();
    for _ in 0..9 {
        broker.tell("kill").await;
        broker.start_again().await;
        status.available().await;
    }
    // Subscriptions are made anew behind the connections, and each may have been told of a restart or not.
    until_all_hear(&sender, &heard, "between").await;
    while timeout(Duration::from_secs(1), gaps.next_message())
        .await
        .is_ok()
    {}
    // Who has been told of the gap misses nothing that follows.
    broker.tell("kill").await;
    broker.start_again().await;
    for _ in 0..TOPICS {
        let message = gaps.next_message().await;
        assert_eq!(message.header("error-code"), Some("messages-missed"));
    }
    for number in 0..TOPICS {
        sender
            .send(&format!("/topic/rooms/{number}"), "after")
            .await;
    }
    for (hears, _) in &clients {
        while hears.expect_message::<String>().await != "after" {}
    }
    let still_open = open_files();
    assert!(
        still_open <= sockets + 2,
        "{sockets} files were open, and {still_open} are"
    );
    println!(
        "{:?}; files: {sockets} before, {still_open} after",
        status.statistics()
    );
}

/// Sends to each topic until it is heard. What is sent while it is not is lost, as topics are.
async fn until_all_hear(sender: &TestClient, heard: &[TestSubscription], word: &str) {
    for (number, hears) in heard.iter().enumerate() {
        let topic = format!("/topic/rooms/{number}");
        loop {
            sender.send(&topic, word).await;
            let hearing = async { while hears.expect_message::<String>().await != word {} };
            if timeout(Duration::from_secs(1), hearing).await.is_ok() {
                break;
            }
        }
    }
}

fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}
