//! STOMP over WebSocket: what its messages have to do with frames.

use std::io;
use std::time::Duration;

use axum::serve::Listener;
use futures_util::{SinkExt as _, StreamExt as _};
use stompframe::prelude::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::support::{App, Client, Frame, messaging};

async fn app() -> App {
    App::start(messaging().accept_client_sends(["/topic"])).await
}

/// A client that listens to `/topic/a`.
async fn listener(app: &App) -> Client {
    let mut client = app.connect().await;
    client.subscribe("0", "/topic/a").await;
    client
}

/// Offers that a well-behaved client would not make, with what is answered.
#[tokio::test]
async fn ws_01_no_sub_protocol_is_answered_that_was_not_offered() {
    let app = app().await;
    for (offers, answer) in [
        ("Sec-WebSocket-Protocol: mqtt\r\n", None),
        ("Sec-WebSocket-Protocol: V12.STOMP\r\n", None),
        ("Sec-WebSocket-Protocol: \r\n", None),
        (
            "Sec-WebSocket-Protocol: v13.stomp, v11.stomp\r\n",
            Some("v11.stomp"),
        ),
    ] {
        let mut socket = tokio::net::TcpStream::connect(app.address).await.unwrap();
        let request = format!(
            "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{offers}\r\n"
        );
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            head.push(char::from(socket.read_u8().await.unwrap()));
        }
        assert!(head.starts_with("HTTP/1.1 101"), "{offers}: {head}");
        let chosen = head.to_lowercase();
        let chosen = chosen
            .lines()
            .find_map(|line| line.strip_prefix("sec-websocket-protocol: "));
        assert_eq!(chosen, answer, "{offers}");
    }
}

/// RFC 6455, 8.1: a message of text is UTF-8 as a whole, and is not made so by the one behind it.
#[tokio::test]
async fn sec_c_09_text_that_is_cut_within_a_letter_ends_the_connection() {
    let mut limits = stompframe::Limits::default();
    limits.close_timeout = Duration::from_secs(3600);
    let app = App::start(messaging().limits(limits)).await;
    let mut socket = tokio::net::TcpStream::connect(app.address).await.unwrap();
    let request = "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                   Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        head.push(char::from(socket.read_u8().await.unwrap()));
    }
    let (first, second) = "CONNECT\na:\u{e9}\n\n\0".as_bytes().split_at(11);
    for piece in [first, second] {
        // FIN and text; masked with zeros.
        let mut frame = vec![0x81, 0x80 | u8::try_from(piece.len()).unwrap(), 0, 0, 0, 0];
        frame.extend(piece);
        socket.write_all(&frame).await.unwrap();
    }
    let mut answer = [0; 4];
    socket.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer[0], 0x88, "a close, and no ERROR: {answer:?}");
    assert_eq!(u16::from_be_bytes([answer[2], answer[3]]), 1007);
    // Clients wait for the server to end the connection (RFC 6455, 7.1.1).
    let mut rest = Vec::new();
    let end = timeout(Duration::from_secs(10), socket.read_to_end(&mut rest));
    end.await.expect("the connection ends").unwrap();
}

/// As stompjs cuts large frames, and older ones; in binary also within a letter.
#[tokio::test]
async fn ws_02_a_frame_may_span_messages_that_are_cut_anywhere() {
    let app = app().await;
    let mut client = listener(&app).await;
    let body = "é안😀".repeat(4000);
    let frame = format!("SEND\ndestination:/topic/a\n\n{body}\0");
    for size in [8 * 1024, 16 * 1024] {
        let letters: Vec<char> = frame.chars().collect();
        for piece in letters.chunks(size / 4) {
            client.send(String::from_iter(piece)).await;
        }
        assert_eq!(client.frame().await.text(), body);
        for piece in frame.as_bytes().chunks(size + 1) {
            client.send_binary(piece).await;
        }
        assert_eq!(client.frame().await.text(), body);
    }
    // The end of one and the beginning of the next share a message.
    let (begin, end) = frame.split_at(101);
    client.send(begin).await;
    client.send(format!("{end}\n{begin}")).await;
    client.send(end).await;
    for _ in 0..2 {
        assert_eq!(client.frame().await.text(), body);
    }
}

#[tokio::test]
async fn ws_03_ws_04_each_frame_is_one_message_and_text_if_it_can_be() {
    let app = app().await;
    let mut client = listener(&app).await;
    let template = app.messaging.template();
    for body in [
        &b"text"[..],
        "안녕".as_bytes(),
        b"",
        b"\xff",
        b"a\0\xed\xa0\x80",
    ] {
        for _ in 0..3 {
            template.send("/topic/a", body.to_vec()).await.unwrap();
        }
        for _ in 0..3 {
            let frame = match client.message().await {
                Message::Text(text) => {
                    assert!(std::str::from_utf8(body).is_ok());
                    Frame::parse(text.as_bytes())
                }
                Message::Binary(bytes) => {
                    assert!(std::str::from_utf8(body).is_err());
                    Frame::parse(&bytes)
                }
                other => panic!("{other:?}"),
            };
            assert_eq!(frame.body, body);
        }
    }
}

/// Each byte a message of its own, up to the limit and one beyond it.
#[tokio::test]
async fn ws_06_a_frame_that_dribbles_has_the_same_limits() {
    let mut limits = stompframe::Limits::default();
    limits.frame.max_frame = 256;
    let app = App::start(messaging().accept_client_sends(["/topic"]).limits(limits)).await;
    let head = "SEND\ndestination:/topic/a\nreceipt:r\n\n";
    let room = 256 - head.len();
    for (length, answer) in [(room, "RECEIPT"), (room + 1, "ERROR")] {
        let mut client = app.connect().await;
        let frame = format!("{head}{}\0", "x".repeat(length));
        for byte in frame.bytes() {
            client.send_anyway(&char::from(byte).to_string()).await;
        }
        let frame = client.frame().await;
        assert_eq!(frame.command, answer, "{frame:?}");
        assert!(answer == "RECEIPT" || frame.header("error-code") == Some("frame-too-large"));
    }
}

/// Connections within the test, so that its clock can stand still.
struct InMemory(mpsc::UnboundedReceiver<DuplexStream>);

impl Listener for InMemory {
    type Io = DuplexStream;
    type Addr = ();

    async fn accept(&mut self) -> (DuplexStream, ()) {
        match self.0.recv().await {
            Some(stream) => (stream, ()),
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<()> {
        Ok(())
    }
}

/// A client that promises a heart-beat every ten seconds.
async fn promising(server: &mpsc::UnboundedSender<DuplexStream>) -> WebSocketStream<DuplexStream> {
    let (ours, theirs) = duplex(64 * 1024);
    server.send(theirs).unwrap();
    let (mut socket, _) = client_async("ws://x/ws", ours).await.unwrap();
    let connect = "CONNECT\naccept-version:1.2\nheart-beat:10000,0\n\n\0";
    socket.send(Message::text(connect)).await.unwrap();
    let connected = socket.next().await.unwrap().unwrap();
    assert!(connected.into_text().unwrap().starts_with("CONNECTED\n"));
    socket
}

#[tokio::test(start_paused = true)]
async fn t_16_line_ends_are_heart_beats_and_pings_are_none() {
    let messaging = messaging().endpoint(Endpoint::new("/ws")).build().unwrap();
    let (server, listener) = mpsc::unbounded_channel();
    let router = messaging.router();
    tokio::spawn(async move { axum::serve(InMemory(listener), router).await });

    for beat in [Message::text("\n"), Message::binary(b"\r\n".as_slice())] {
        let mut socket = promising(&server).await;
        for _ in 0..20 {
            tokio::time::sleep(Duration::from_secs(13)).await;
            socket.send(beat.clone()).await.unwrap();
        }
        let ask = "UNSUBSCRIBE\nid:0\nreceipt:alive\n\n\0";
        socket.send(Message::text(ask)).await.unwrap();
        let answer = socket.next().await.unwrap().unwrap();
        assert!(answer.into_text().unwrap().starts_with("RECEIPT\n"));
    }

    let mut socket = promising(&server).await;
    let connected = Instant::now();
    let error = loop {
        assert!(connected.elapsed().as_secs() < 60, "pings keep it alive");
        match timeout(Duration::from_secs(3), socket.next()).await {
            Err(_) => socket.send(Message::Ping("x".into())).await.unwrap(),
            Ok(Some(Ok(Message::Pong(_)))) => {}
            Ok(other) => break other.unwrap().unwrap(),
        }
    };
    assert!(
        error
            .to_text()
            .unwrap()
            .contains("error-code:heartbeat-timeout\n")
    );
    assert_eq!(connected.elapsed().as_secs(), 20);
}
