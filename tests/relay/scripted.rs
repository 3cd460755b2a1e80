//! A broker that answers as it is told to, or not: what clients hear then.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;
use stompframe::ErrorCode;
use stompframe::broker::{BrokerRelay, RelayLimits};
use stompframe::client::Backoff;
use stompframe::prelude::*;
use stompframe::test::{TestApp, TestClient};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What the broker does about a frame.
enum Answer {
    Confirm,
    /// ERROR, and the end.
    Refuse,
    /// Closes the connection.
    End,
    /// Says nothing more.
    Halt,
}

type Script = Arc<dyn Fn(&str) -> Answer + Send + Sync>;

async fn broker(script: Script) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(serve(client, Arc::clone(&script)));
        }
    });
    address
}

async fn serve(mut client: TcpStream, script: Script) -> std::io::Result<()> {
    loop {
        let mut frame = Vec::new();
        loop {
            match client.read_u8().await? {
                0 => break,
                octet => frame.push(octet),
            }
        }
        let frame = String::from_utf8(frame).unwrap();
        let frame = frame.trim_start();
        if frame.starts_with("CONNECT") {
            client.write_all(b"CONNECTED\nversion:1.2\n\n\0").await?;
            continue;
        }
        let receipt = frame
            .lines()
            .find_map(|line| line.strip_prefix("receipt:"))
            .unwrap_or_default();
        let answer = match script(frame) {
            Answer::Halt => std::future::pending().await,
            Answer::End => return Ok(()),
            Answer::Refuse => format!("ERROR\nmessage:no\nreceipt-id:{receipt}\n\n\0"),
            Answer::Confirm if receipt.is_empty() => continue,
            Answer::Confirm => format!("RECEIPT\nreceipt-id:{receipt}\n\n\0"),
        };
        client.write_all(answer.as_bytes()).await?;
    }
}

async fn app(
    limits: RelayLimits,
    script: impl Fn(&str) -> Answer + Send + Sync + 'static,
) -> TestApp {
    let quick = Backoff::new(Duration::from_millis(10), Duration::from_millis(50));
    let relay = BrokerRelay::new(broker(Arc::new(script)).await.to_string());
    let builder = Messaging::builder().broker(relay.reconnect(quick).limits(limits));
    let app = TestApp::start(builder.accept_client_sends(["/topic"]));
    app.messaging().broker_status().unwrap().available().await;
    app
}

fn commit(client: &TestClient) {
    client.send_bytes(
        "BEGIN\ntransaction:t\n\n\0SEND\ndestination:/topic/a\ntransaction:t\n\nx\0\
         COMMIT\ntransaction:t\nreceipt:r\n\n\0",
    );
}

#[tokio::test]
async fn a_transaction_is_in_doubt_only_from_its_commit_on() {
    for (command, told) in [
        ("BEGIN", "nothing of it has happened"),
        ("SEND", "nothing of it has happened"),
        ("COMMIT", "may have happened"),
    ] {
        let script = move |frame: &str| match frame.starts_with(command) {
            true => Answer::End,
            false => Answer::Confirm,
        };
        let app = app(RelayLimits::default(), script).await;
        let client = app.connect().await;
        commit(&client);
        let error = client.expect_error(ErrorCode::BrokerUnavailable).await;
        assert!(error.detail.contains(told), "{command}: {error}");
    }
}

#[tokio::test]
async fn no_more_transactions_are_under_way_than_may_be() {
    let mut limits = RelayLimits::default();
    limits.connections = 1;
    limits.max_transactions = 2;
    limits.patience = Duration::from_millis(300);
    limits.receipt_timeout = Duration::from_secs(3);
    let script = |frame: &str| match frame.starts_with("COMMIT") {
        true => Answer::Halt,
        false => Answer::Confirm,
    };
    let app = app(limits, script).await;
    let clients = [
        app.connect().await,
        app.connect().await,
        app.connect().await,
    ];
    for client in &clients {
        commit(client);
    }
    let error = clients[2].expect_error(ErrorCode::Overloaded).await;
    assert!(error.detail.contains("transactions"), "{error}");
    for client in &clients[..2] {
        client.expect_error(ErrorCode::BrokerUnavailable).await;
    }
}

#[tokio::test]
async fn a_subscription_that_the_broker_has_ended_is_made_anew_for_who_comes_next() {
    let subscribed = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&subscribed);
    let script = move |frame: &str| {
        if frame.contains("/topic/lose") {
            return Answer::End;
        }
        if !frame.starts_with("SUBSCRIBE") {
            return Answer::Confirm;
        }
        match counted.fetch_add(1, Ordering::Relaxed) {
            // Among others, and then alone.
            1 | 2 => Answer::Refuse,
            _ => Answer::Confirm,
        }
    };
    let mut limits = RelayLimits::default();
    limits.connections = 1;
    let app = app(limits, script).await;
    let (first, next) = (app.connect().await, app.connect().await);
    let errors = first.subscribe("/user/queue/errors").await;
    first.subscribe("/topic/a").await;
    next.subscribe("/user/queue/errors").await;
    // Over the connection that hears, since that is what it ends.
    next.try_subscribe("/topic/lose").await.unwrap_err();
    let problem: Value = errors.expect_message().await;
    assert_eq!(problem["code"], "broker-unavailable", "{problem}");
    assert_eq!(subscribed.load(Ordering::Relaxed), 3);
    next.subscribe("/topic/a").await;
    assert_eq!(subscribed.load(Ordering::Relaxed), 4);
}
