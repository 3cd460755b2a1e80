//! The WebSocket transport, and the WebSocket without SockJS.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{Server, everything, fresh};
use crate::support::http::ask;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn open(server: &Server, path: &str) -> Socket {
    let url = format!("ws://{}{path}", server.address);
    connect_async(url).await.unwrap().0
}

async fn next(socket: &mut Socket) -> Option<Result<Message, Error>> {
    let next = timeout(Duration::from_secs(10), socket.next());
    next.await.expect("something comes in time")
}

async fn text(socket: &mut Socket) -> String {
    next(socket)
        .await
        .unwrap()
        .unwrap()
        .to_text()
        .unwrap()
        .to_owned()
}

async fn closed(socket: &mut Socket) -> (u16, String) {
    match next(socket).await {
        Some(Ok(Message::Close(Some(frame)))) => (frame.code.into(), frame.reason.to_string()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn k_29_what_is_no_handshake_is_told_so() {
    let server = Server::start().await;
    assert_eq!(
        server.got("/echo/0/0/websocket").await,
        (400, "Can \"Upgrade\" only to \"WebSocket\".".to_owned())
    );
    let request = "GET /echo/0/0/websocket\nUpgrade: WebSocket\nConnection: close";
    let mut answer = ask(server.address, request, "").await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.body().await, "\"Connection\" must be \"Upgrade\".");
    for headers in ["X-None: x", "Upgrade: WebSocket\nConnection: Upgrade"] {
        let request = format!("POST /echo/0/0/websocket\n{headers}");
        let mut answer = ask(server.address, &request, "").await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some("GET")));
        assert_eq!(answer.header("content-type"), None);
        assert_eq!(answer.body().await, "");
    }
}

#[tokio::test]
async fn k_34_k_48_the_answer_to_a_handshake() {
    let server = Server::start().await;
    let request = |version: &str| {
        format!(
            "GET {}/websocket\nUpgrade: websocket\nConnection: keep-alive, Upgrade\n\
             Sec-WebSocket-Version: {version}\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==",
            fresh("/echo")
        )
    };
    let answer = ask(server.address, &request("13"), "").await;
    assert_eq!(answer.status, 101);
    assert_eq!(
        answer.header("sec-websocket-accept"),
        Some("HSmrc0sMlYUkAGmm5OPpG2HaGWk=")
    );
    assert_eq!(answer.header("content-length"), None);
    for old in ["7", "8"] {
        let answer = ask(server.address, &request(old), "").await;
        assert_eq!(
            (answer.status, answer.header("sec-websocket-version")),
            (426, Some("13"))
        );
    }
    // Of 2010, with two keys and neither a version nor the key of today.
    let older = format!(
        "GET {}/websocket\nUpgrade: WebSocket\nConnection: Upgrade\n\
         Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\nSec-WebSocket-Key2: 12998 5 Y3 1  .P00",
        fresh("/echo")
    );
    assert_eq!(ask(server.address, &older, "").await.status, 400);
}

#[tokio::test]
async fn k_09_no_web_socket_where_it_is_switched_off() {
    let server = Server::start().await;
    let upgrade = "Upgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Version: 13\n\
                   Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==";
    for path in ["/plain/0/0/websocket", "/plain/websocket", "/plain"] {
        let answer = ask(server.address, &format!("GET {path}\n{upgrade}"), "").await;
        assert_eq!(answer.status, 404, "{path}");
    }
}

#[tokio::test]
async fn k_30_k_31_frames_go_out_and_strings_come_in() {
    let server = Server::start().await;
    let mut socket = open(&server, &format!("{}/websocket", fresh("/echo"))).await;
    assert_eq!(text(&mut socket).await, "o");
    for (sent, received) in [
        (r#"["a"]"#, r#"a["a"]"#),
        (r#""b""#, r#"a["b"]"#),
        (r#"[""]"#, r#"a[""]"#),
    ] {
        for nothing in ["", "[]"] {
            socket.send(Message::text(nothing)).await.unwrap();
        }
        socket.send(Message::text(sent)).await.unwrap();
        assert_eq!(text(&mut socket).await, received);
    }
    socket.send(Message::text(r#"["c","d"]"#)).await.unwrap();
    let mut received = text(&mut socket).await;
    if received == r#"a["c"]"# {
        received = text(&mut socket).await;
        assert_eq!(received, r#"a["d"]"#);
    } else {
        assert_eq!(received, r#"a["c","d"]"#);
    }
    socket.close(None).await.unwrap();
    while let Some(Ok(_)) = next(&mut socket).await {}
}

#[tokio::test]
async fn k_32_what_is_no_json_ends_the_connection() {
    let server = Server::start().await;
    let deep = "[".repeat(100_000);
    for broken in ["[\"a", "1", "{}", "[[\"a\"]]", &deep] {
        let mut socket = open(&server, &format!("{}/websocket", fresh("/echo"))).await;
        assert_eq!(text(&mut socket).await, "o");
        socket.send(Message::text(broken)).await.unwrap();
        assert_eq!(
            closed(&mut socket).await,
            (1007, "Broken JSON encoding.".to_owned())
        );
        assert!(!matches!(next(&mut socket).await, Some(Ok(_))));
    }
}

#[tokio::test]
async fn k_33_web_sockets_of_one_id_know_nothing_of_each_other() {
    let server = Server::start().await;
    let path = format!("{}/websocket", fresh("/echo"));
    let mut sockets = [open(&server, &path).await, open(&server, &path).await];
    for (number, socket) in sockets.iter_mut().enumerate() {
        assert_eq!(text(socket).await, "o");
        socket
            .send(Message::text(format!("[\"{number}\"]")))
            .await
            .unwrap();
        assert_eq!(text(socket).await, format!("a[\"{number}\"]"));
    }
    for mut socket in sockets {
        socket.close(None).await.unwrap();
    }
    assert_eq!(text(&mut open(&server, &path).await).await, "o");
}

#[tokio::test]
async fn k_22_a_web_socket_closes_as_the_session_did() {
    let server = Server::start().await;
    let mut socket = open(&server, &format!("{}/websocket", fresh("/close"))).await;
    assert_eq!(text(&mut socket).await, "o");
    assert_eq!(text(&mut socket).await, "c[3000,\"Go away!\"]");
    assert_eq!(closed(&mut socket).await, (3000, "Go away!".to_owned()));
}

#[tokio::test]
async fn k_20_a_web_socket_is_sent_heart_beats_too() {
    let sockjs = everything().heart_beat(Duration::from_millis(50));
    let server = Server::start_with(sockjs).await;
    let mut socket = open(&server, &format!("{}/websocket", fresh("/echo"))).await;
    for frame in ["o", "h", "h"] {
        assert_eq!(text(&mut socket).await, frame);
    }
}

#[tokio::test]
async fn k_44_a_raw_web_socket_carries_messages_and_nothing_else() {
    let sockjs = everything().heart_beat(Duration::from_millis(20));
    let server = Server::start_with(sockjs).await;
    for path in ["/echo/websocket", "/echo"] {
        let mut socket = open(&server, path).await;
        socket
            .send(Message::text("Hello world!\u{ffff}"))
            .await
            .unwrap();
        assert_eq!(text(&mut socket).await, "Hello world!\u{ffff}");
    }
    let mut socket = open(&server, "/close/websocket").await;
    assert_eq!(closed(&mut socket).await, (3000, "Go away!".to_owned()));
}

#[tokio::test]
async fn k_51_a_message_of_a_web_socket_has_the_bound_of_a_request() {
    let server = Server::start_with(everything().max_post(1_000)).await;
    let of = |length: usize| format!("[\"{}\"]", "x".repeat(length - 4));
    let mut socket = open(&server, &format!("{}/websocket", fresh("/echo"))).await;
    assert_eq!(text(&mut socket).await, "o");
    socket.send(Message::text(of(1_000))).await.unwrap();
    assert_eq!(text(&mut socket).await, format!("a{}", of(1_000)));
    socket.send(Message::text(of(1_001))).await.unwrap();
    assert_eq!(
        text(&mut socket).await,
        "c[1002,\"Connection interrupted\"]"
    );
}

#[tokio::test]
async fn a_ping_is_answered_beside_all_that_is_sent() {
    let server = Server::start().await;
    for path in [
        format!("{}/websocket", fresh("/echo")),
        "/echo/websocket".into(),
    ] {
        let mut socket = open(&server, &path).await;
        for number in 0..100_u8 {
            socket.send(Message::text("\"x\"")).await.unwrap();
            socket
                .send(Message::Ping(vec![number].into()))
                .await
                .unwrap();
        }
        let (mut answers, mut echoes) = (0, 0);
        while answers < 100 || echoes < 100 {
            match next(&mut socket).await.unwrap().unwrap() {
                Message::Pong(number) => {
                    assert_eq!(number, vec![answers]);
                    answers += 1;
                }
                Message::Text(text) => echoes += text.matches('x').count(),
                other => panic!("{other:?}"),
            }
        }
    }
}
