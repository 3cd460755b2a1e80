//! A broker that does not answer, or is gone before it could: what a client is told of its transaction.

use std::net::SocketAddr;
use std::time::Duration;

use stompframe::ErrorCode;
use stompframe::broker::{BrokerRelay, RelayLimits};
use stompframe::prelude::*;
use stompframe::test::{TestApp, TestClient};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What the broker does when this command comes.
#[derive(Clone, Copy)]
enum At {
    /// Closes the connection.
    End(&'static str),
    /// Says nothing more.
    Halt(&'static str),
}

/// A broker that confirms everything until then.
async fn broker(at: At) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(serve(client, at));
        }
    });
    address
}

async fn serve(mut client: TcpStream, at: At) -> std::io::Result<()> {
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
        match at {
            At::End(command) if frame.starts_with(command) => return Ok(()),
            At::Halt(command) if frame.starts_with(command) => std::future::pending().await,
            _ => {}
        }
        let mut lines = frame.lines();
        let answer = match lines.find_map(|line| line.strip_prefix("receipt:")) {
            _ if frame.starts_with("CONNECT") => "CONNECTED\nversion:1.2\n\n\0".to_owned(),
            Some(receipt) => format!("RECEIPT\nreceipt-id:{receipt}\n\n\0"),
            None => continue,
        };
        client.write_all(answer.as_bytes()).await?;
    }
}

async fn app(at: At, limits: RelayLimits) -> TestApp {
    let relay = BrokerRelay::new(broker(at).await.to_string()).limits(limits);
    let builder = Messaging::builder().broker(relay);
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
        let app = app(At::End(command), RelayLimits::default()).await;
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
    let app = app(At::Halt("COMMIT"), limits).await;
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
