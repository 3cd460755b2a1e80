//! STOMP over plain TCP: the same sessions and handlers, and a socket's own ways to begin and end.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use stompframe::prelude::*;
use stompframe::{Limits, MessagingBuilder, serve};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{App, TcpClient, messaging};

#[message_mapping("/echo")]
#[send_to("/topic/echo")]
async fn echo(body: String) -> String {
    body
}

async fn start(builder: MessagingBuilder) -> (App, SocketAddr) {
    let app = App::start(builder.endpoint(Endpoint::tcp("127.0.0.1:0"))).await;
    let (address, _) = app.serve_tcp().await;
    (app, address)
}

async fn echoing() -> (App, SocketAddr) {
    start(messaging().handler::<echo>()).await
}

const CONNECT: &str = "CONNECT\naccept-version:1.2\nhost:test\n\n\0";
const SUBSCRIBE: &str = "SUBSCRIBE\nid:0\ndestination:/topic/echo\nreceipt:1\n\n\0";
const SEND: &str = "SEND\ndestination:/app/echo\nreceipt:2\n\nhello\0";
const DISCONNECT: &str = "DISCONNECT\nreceipt:3\n\n\0";

/// What has to come back for these four, whichever way they were written.
async fn answers(client: &mut TcpClient) {
    assert_eq!(client.frame().await.command, "CONNECTED");
    assert_eq!(client.frame().await.header("receipt-id"), Some("1"));
    let message = client.frame().await;
    assert_eq!(
        (message.command.as_str(), message.text()),
        ("MESSAGE", "hello")
    );
    assert_eq!(message.header("subscription"), Some("0"));
    assert_eq!(client.frame().await.header("receipt-id"), Some("2"));
    assert_eq!(client.frame().await.header("receipt-id"), Some("3"));
    client.half_close().await;
    client.ended().await;
}

#[tokio::test]
async fn a_session_whose_frames_come_byte_by_byte() {
    let (_app, address) = echoing().await;
    let mut client = TcpClient::open(address).await;
    for frame in [CONNECT, SUBSCRIBE, SEND, DISCONNECT] {
        client.dribble(frame).await;
    }
    answers(&mut client).await;
}

#[tokio::test]
async fn a_session_whose_frames_come_in_one_write() {
    let (_app, address) = echoing().await;
    let mut client = TcpClient::open(address).await;
    client
        .send([CONNECT, SUBSCRIBE, SEND, DISCONNECT].concat())
        .await;
    answers(&mut client).await;
}

#[tokio::test]
async fn lines_may_end_with_crlf() {
    let (_app, address) = echoing().await;
    let mut client = TcpClient::open(address).await;
    for frame in [CONNECT, SUBSCRIBE, SEND, DISCONNECT] {
        client.send(frame.replace('\n', "\r\n") + "\r\n\r\n").await;
    }
    answers(&mut client).await;
}

#[tokio::test]
async fn every_version_is_spoken() {
    let (_app, address) = echoing().await;
    for (asked, agreed) in [
        ("", "1.0"),
        ("accept-version:1.0\n", "1.0"),
        ("accept-version:1.0,1.1\n", "1.1"),
        ("accept-version:1.2,1.1,1.0\n", "1.2"),
    ] {
        let mut client = TcpClient::open(address).await;
        client.send(format!("STOMP\n{asked}host:test\n\n\0")).await;
        let connected = client.frame().await;
        assert_eq!(connected.command, "CONNECTED");
        assert_eq!(connected.header("version"), Some(agreed));
        client.subscribe("0", "/topic/echo").await;
        client.send(SEND).await;
        assert_eq!(client.frame().await.text(), "hello");
    }
}

#[tokio::test]
async fn bodies_of_any_bytes_and_any_size() {
    #[message_mapping("/any")]
    #[send_to("/topic/echo")]
    async fn any(body: Bytes) -> Bytes {
        body
    }

    let (_app, address) = start(messaging().handler::<any>()).await;
    let mut client = TcpClient::connect(address).await;
    client.subscribe("0", "/topic/echo").await;
    for size in [0, 1, 8 * 1024, 60 * 1024] {
        let body: Vec<u8> = (0..=255).cycle().take(size).collect();
        let mut frame =
            format!("SEND\ndestination:/app/any\ncontent-length:{size}\n\n").into_bytes();
        frame.extend(&body);
        frame.push(0);
        client.send(frame).await;
        assert_eq!(client.frame().await.body, body);
    }
}

#[tokio::test]
async fn heart_beats_are_bare_line_feeds() {
    let (_app, address) = echoing().await;
    let mut client = TcpClient::open(address).await;
    client
        .send("CONNECT\naccept-version:1.2\nheart-beat:1000,1000\n\n\0")
        .await;
    let connected = client.frame().await;
    assert_eq!(connected.header("heart-beat"), Some("10000,10000"));

    let second = Duration::from_secs(1);
    let (_app, address) = start(messaging().handler::<echo>().heart_beat(second, second)).await;
    let mut client = TcpClient::open(address).await;
    client
        .send("CONNECT\naccept-version:1.2\nheart-beat:1000,1000\n\n\0\n\r\n\n")
        .await;
    assert_eq!(client.frame().await.header("heart-beat"), Some("1000,1000"));
    client.heart_beat().await;
    client.send("\n").await;
    client.heart_beat().await;
    client.subscribe("0", "/topic/echo").await;
    client.send(format!("\n\n{SEND}\n\n")).await;
    assert_eq!(client.frame().await.text(), "hello");
}

#[tokio::test]
async fn what_is_no_stomp_is_told_so() {
    let (app, address) = echoing().await;
    for nonsense in [
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "POST /a/long/path/that/goes/on HTTP/1.1\r\n",
        "\u{feff}CONNECT\n\n\0",
        "PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n",
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}a TLS client hello",
    ] {
        let mut client = TcpClient::open(address).await;
        client.send(nonsense).await;
        let error = client.error().await;
        let code = error.header("error-code").unwrap();
        assert!(
            matches!(code, "unknown-command" | "malformed-frame"),
            "{nonsense:?}: {code}"
        );
    }
    let mut client = TcpClient::open(address).await;
    client.send("SEND\ndestination:/app/echo\n\n\0").await;
    assert_eq!(
        client.error().await.header("error-code"),
        Some("not-connected")
    );
    assert!(app.messaging.sessions().is_empty());
}

#[tokio::test]
async fn frames_have_the_same_bounds_as_everywhere() {
    let (_app, address) = echoing().await;
    let head = "SEND\ndestination:/app/echo\nreceipt:r\n";
    let room = 64 * 1024 - head.len() - 1;
    let mut client = TcpClient::connect(address).await;
    client.send(format!("{head}\n{}\0", "x".repeat(room))).await;
    assert_eq!(client.frame().await.header("receipt-id"), Some("r"));
    client
        .send(format!("{head}\n{}\0", "x".repeat(room + 1)))
        .await;
    let error = client.error().await;
    assert_eq!(error.header("error-code"), Some("frame-too-large"));
    assert_eq!(error.header("receipt-id"), Some("r"));

    let mut client = TcpClient::connect(address).await;
    client
        .send(format!("{head}x:{}", "x".repeat(9 * 1024)))
        .await;
    assert_eq!(
        client.error().await.header("error-code"),
        Some("header-too-long")
    );
}

/// L-07: the client may go on sending after its ERROR was written, without being cut off before it
/// has come to read it.
#[tokio::test]
async fn an_error_reaches_a_client_that_goes_on_sending() {
    let (_app, address) = echoing().await;
    let piece = vec![b'x'; 16 * 1024];
    for _ in 0..20 {
        let mut client = TcpClient::connect(address).await;
        client.send("NONSENSE\n\n\0").await;
        client.until_something_arrives().await;
        for _ in 0..64 {
            client.send(&piece).await;
            tokio::task::yield_now().await;
        }
        assert_eq!(
            client.error().await.header("error-code"),
            Some("unknown-command")
        );
    }
}

/// L-10: what was received before the client left is handled.
#[tokio::test]
async fn a_client_may_send_and_go() {
    let (_app, address) = echoing().await;
    let mut listener = TcpClient::connect(address).await;
    listener.subscribe("0", "/topic/echo").await;
    let mut client = TcpClient::connect(address).await;
    client.send(SEND.repeat(100)).await;
    // And half a frame, which counts for nothing.
    client.send(&SEND[..SEND.len() - 1]).await;
    client.half_close().await;
    for _ in 0..100 {
        assert_eq!(listener.frame().await.text(), "hello");
        assert_eq!(client.frame().await.header("receipt-id"), Some("2"));
    }
    client.ended().await;
    listener.send("UNSUBSCRIBE\nid:0\nreceipt:r\n\n\0").await;
    assert_eq!(listener.frame().await.header("receipt-id"), Some("r"));
}

#[tokio::test]
async fn tcp_and_websocket_meet_in_a_topic() {
    let (app, address) = echoing().await;
    let mut tcp = TcpClient::connect(address).await;
    let mut websocket = app.connect().await;
    tcp.subscribe("t", "/topic/echo").await;
    websocket.subscribe("w", "/topic/echo").await;
    assert_eq!(app.messaging.sessions().len(), 2);

    tcp.send("SEND\ndestination:/app/echo\n\nfrom tcp\0").await;
    websocket
        .send("SEND\ndestination:/app/echo\n\nfrom a websocket\0")
        .await;
    let mut heard = Vec::new();
    for _ in 0..2 {
        let message = tcp.frame().await;
        assert_eq!(message.text(), websocket.frame().await.text());
        heard.push(message.text().to_owned());
    }
    heard.sort();
    assert_eq!(heard, ["from a websocket", "from tcp"]);
}

#[tokio::test]
async fn who_finds_no_place_is_told_so() {
    let mut limits = Limits::default();
    limits.max_sessions = 1;
    let (app, address) = start(messaging().limits(limits)).await;
    let mut first = TcpClient::connect(address).await;
    let mut second = TcpClient::open(address).await;
    second.send(CONNECT).await;
    assert_eq!(
        second.error().await.header("error-code"),
        Some("overloaded")
    );
    first.send(DISCONNECT).await;
    assert_eq!(first.frame().await.header("receipt-id"), Some("3"));
    drop(first);
    while app.messaging.admit().is_err() {
        tokio::task::yield_now().await;
    }
    TcpClient::connect(address).await;
}

#[tokio::test]
async fn who_says_nothing_has_a_deadline() {
    let mut limits = Limits::default();
    limits.connect_timeout = Duration::from_millis(50);
    let (_app, address) = start(messaging().limits(limits)).await;
    let mut silent = TcpClient::open(address).await;
    let mut chatty = TcpClient::open(address).await;
    chatty.dribble("\n\nCONN").await;
    for client in [&mut silent, &mut chatty] {
        assert_eq!(
            client.error().await.header("error-code"),
            Some("connect-timeout")
        );
    }
}

#[tokio::test]
async fn shutting_down_tells_everybody_and_closes_the_door() {
    let app = App::start(messaging().endpoint(Endpoint::tcp("127.0.0.1:0"))).await;
    let (address, serving) = app.serve_tcp().await;
    let clients = [
        TcpClient::connect(address).await,
        TcpClient::connect(address).await,
        TcpClient::open(address).await,
    ];
    // The last has a session only once it was accepted, which this waits for.
    let mut probe = TcpClient::connect(address).await;
    probe.send(DISCONNECT).await;
    probe.frame().await;
    drop(probe);

    let messaging = app.messaging.clone();
    let going_down =
        tokio::spawn(async move { messaging.shut_down(Duration::from_secs(30)).await });
    for mut client in clients {
        let error = client.error().await;
        assert_eq!(error.header("error-code"), Some("server-shutdown"));
    }
    assert_eq!(going_down.await.unwrap(), 0);
    serving.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_listener_of_ones_own_is_served_too() {
    let messaging = messaging().handler::<echo>().build().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = {
        let messaging = messaging.clone();
        tokio::spawn(async move { messaging.serve_tcp(listener).await })
    };
    let mut client = TcpClient::open(address).await;
    client
        .send([CONNECT, SUBSCRIBE, SEND, DISCONNECT].concat())
        .await;
    answers(&mut client).await;
    assert_eq!(messaging.shut_down(Duration::from_secs(30)).await, 0);
    serving.await.unwrap();
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let named = format!("cannot listen on {address}: ");

    let endpoint = Endpoint::tcp(address.to_string());
    let tcp = messaging().endpoint(endpoint.clone()).build().unwrap();
    let error = tcp.bind_tcp().await.unwrap_err();
    assert!(error.to_string().starts_with(&named), "{error}");
    let error = serve("127.0.0.1:0", axum::Router::new(), tcp)
        .await
        .unwrap_err();
    assert!(error.to_string().starts_with(&named), "{error}");

    let plain = messaging().build().unwrap();
    let error = serve(address, axum::Router::new(), plain)
        .await
        .unwrap_err();
    assert!(error.to_string().starts_with(&named), "{error}");
}
