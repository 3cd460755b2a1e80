use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use stompframe::Limits;
use stompframe::broker::{BrokerRelay, BrokerStatus};
use stompframe::client::{Backoff, StompClient};
use stompframe::message::AckMode;
use stompframe::prelude::*;
use stompframe::test::TestApp;
use tokio::time::timeout;

/// A broker that ends with the test.
pub(super) struct Broker {
    pub(super) kind: &'static str,
    directory: PathBuf,
    port: u16,
}

impl Broker {
    pub(super) async fn start(kind: &'static str, port: u16) -> Self {
        let name = format!("stompframe-{kind}-{port}-{}", std::process::id());
        let broker = Self {
            kind,
            directory: std::env::temp_dir().join(name),
            port,
        };
        broker.start_again().await;
        broker
    }

    pub(super) async fn start_again(&self) {
        let mut command = self.command("start");
        command.arg(self.kind).arg(&self.directory);
        command.arg(self.port.to_string());
        let status = tokio::task::spawn_blocking(move || command.status()).await;
        assert!(status.unwrap().unwrap().success(), "the broker starts");
    }

    /// One of the orders that `tests/brokers/broker` knows.
    pub(super) async fn tell(&self, what: &str) {
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

    pub(super) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(super) fn relay(&self) -> BrokerRelay {
        let quick = Backoff::new(Duration::from_millis(500), Duration::from_secs(2));
        BrokerRelay::new(self.address()).reconnect(quick)
    }

    /// An application on it, with a broker in memory beside it.
    pub(super) async fn app(&self, sessions: usize) -> (TestApp, BrokerStatus) {
        let mut limits = Limits::default();
        limits.max_sessions = sessions;
        limits.max_connecting = sessions;
        let builder = Messaging::builder()
            .broker(self.relay())
            .simple_broker(["/local"])
            .limits(limits)
            .accept_client_sends(["/topic", "/queue", "/local"]);
        let app = TestApp::start(builder).patience(Duration::from_secs(60));
        let status = app.messaging().broker_status().unwrap().clone();
        status.available().await;
        (app, status)
    }

    /// Takes all that is in a queue.
    pub(super) async fn drain(&self, queue: &str) -> Vec<u64> {
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
