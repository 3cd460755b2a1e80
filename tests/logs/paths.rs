//! Ways in which clients fail, with a canary in everything that is secret.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::secrets::CANARY;

/// What a client sends; `^` stands for NUL, `CANARY` for the canary, and `CONNECT` in front for a
/// CONNECT that is accepted.
pub(crate) const PATHS: &[&str] = &[
    // CONNECT
    "CONNECT\naccept-version:1.2\nlogin:eve\npasscode:CANARY\nx-csrf-token:token-CANARY\n\n^",
    "CONNECT\naccept-version:1.2\nlogin:mallory\npasscode:CANARY\nx-csrf-token:token-CANARY\n\n^",
    "CONNECT\naccept-version:1.2\nauthorization:Bearer CANARY\nx-csrf-token:token-CANARY\n\n^",
    "CONNECT\naccept-version:1.2\nlogin:ann\npasscode:CANARY\nx-csrf-token:other-CANARY\n\n^",
    "CONNECT\naccept-version:9\npasscode:CANARY\n\n^",
    "CONNECT\naccept-version:1.2\nheart-beat:x\npasscode:CANARY\nx-csrf-token:token-CANARY\n\n^",
    "CONNECT\naccept-version:1.2\npasscode CANARY\n\n^",
    "STOMP\naccept-version:1.2\npasscode:CANARY\\x\n\n^",
    "CONNECT\naccept-version:1.2\npasscode:CANARY\n\nCANARY^",
    "CONNECT\naccept-version:1.2\npasscode:CANARYCANARY-and-4-KiB\n\n^",
    "CONNECT\naccept-version:1.2\npasscode:CANARY-and-30-headers\n\n^",
    "CONNECT\ncontent-length:CANARY\n\n^",
    "SEND\ndestination:/app/order\nauthorization:CANARY\n\nCANARY^",
    "SHOUT\npasscode:CANARY\n\n^",
    "\u{1}CANARY\n\n^",
    "CONNECT\naccept-version:1.2\npasscode:CANARY",
    // afterwards
    "+CONNECT\naccept-version:1.2\npasscode:CANARY\n\n^",
    "+SEND\ndestination:/app/order\nauthorization:CANARY\nreceipt:r\n\n{\"count\":\"CANARY\"}^",
    "+SEND\ndestination:/app/order\ncookie:CANARY\nreceipt:r\n\nCANARY^",
    "+SEND\ndestination:/app/fail\nauthorization:CANARY\nreceipt:r\n\nCANARY^",
    "+SEND\ndestination:/app/panic\nauthorization:CANARY\nreceipt:r\n\nCANARY^",
    "+SEND\ndestination:/app/closed\nauthorization:CANARY\nreceipt:r\n\nCANARY^",
    "+SEND\ndestination:/nowhere\npasscode:CANARY\nreceipt:r\n\nCANARY^",
    "+SEND\npasscode:CANARY\n\nCANARY^",
    "+SEND\ndestination:/topic/a\npasscode:CANARY\\x\n\nCANARY^",
    "+SEND\ndestination:/topic/a\ncontent-length:2\npasscode:CANARY\n\nCANARY^",
    "+SUBSCRIBE\nid:1\ndestination:/topic/**\npasscode:CANARY\nreceipt:r\n\n^",
    "+SUBSCRIBE\nid:1\ndestination:/topic/a\nselector:x = 'CANARY\npasscode:CANARY\nreceipt:r\n\n^",
    "+SUBSCRIBE\nid:e\ndestination:/user/queue/errors\n\n^SEND\ndestination:/app/order\nauthorization:CANARY\n\nCANARY^",
    "+BEGIN\ntransaction:t\n\n^SEND\ntransaction:t\ndestination:/app/fail\nauthorization:CANARY\n\nCANARY^COMMIT\ntransaction:t\nreceipt:r\n\n^",
    "+ACK\nid:CANARY-is-no-secret-here\nreceipt:r\n\n^",
    // what others receive
    "+SUBSCRIBE\nid:1\ndestination:/topic/a\n\n^SEND\ndestination:/topic/a\nAuthorization:CANARY\nlogin:CANARY\npasscode:CANARY\ncookie:CANARY\nx-csrf-token:CANARY\nreceipt:r\n\nbody^",
    "+SUBSCRIBE\nid:1\ndestination:/queue/a\n\n^SEND\ndestination:/queue/a\nauthorization:CANARY\nreceipt:r\n\nbody^",
    "+SUBSCRIBE\nid:1\ndestination:/user/queue/a\n\n^SEND\ndestination:/user/bob/queue/a\nauthorization:CANARY\nreceipt:r\n\nbody^",
    "+SEND\ndestination:/app/fail\nauthorization:CANARY\n\n^DISCONNECT\nreceipt:bye\npasscode:CANARY\n\n^",
];

/// How long nothing may come until a path counts as over.
const OVER: Duration = Duration::from_millis(60);

fn frames(path: &str) -> String {
    let connect = "CONNECT\naccept-version:1.2\nlogin:bob\npasscode:CANARY\nauthorization:Basic CANARY\n\
                   x-csrf-token:token-CANARY\ncookie:CANARY\ncolour:red\n\n^";
    let frames = match path.strip_prefix('+') {
        Some(frames) => format!("{connect}{frames}"),
        None => path.to_owned(),
    };
    frames
        .replace("-and-4-KiB", &CANARY.repeat(600))
        .replace("-and-30-headers", &format!("\nx:{CANARY}").repeat(30))
        .replace("id:CANARY-is-no-secret-here", "id:1")
        .replace("CANARY", CANARY)
        .replace('^', "\0")
}

/// All that the client is told.
pub(crate) async fn over_web_socket(address: SocketAddr, path: &str) -> Vec<String> {
    let mut request = format!("ws://{address}/ws?access_token={CANARY}")
        .into_client_request()
        .unwrap();
    for (name, value) in secret_headers() {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    let (mut socket, _) = connect_async(request).await.unwrap();
    socket.send(Message::text(frames(path))).await.unwrap();
    let mut told = Vec::new();
    while let Ok(Some(Ok(message))) = timeout(OVER, socket.next()).await {
        told.push(match message {
            Message::Text(text) => text.to_string(),
            other => format!("{other:?}"),
        });
    }
    told
}

/// The same over TCP.
pub(crate) async fn over_tcp(address: SocketAddr, path: &str) -> Vec<String> {
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(frames(path).as_bytes()).await.unwrap();
    let mut told = Vec::new();
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(Ok(count @ 1..)) = timeout(OVER, socket.read(&mut bytes)).await {
        told.push(String::from_utf8_lossy(&bytes[..count]).into_owned());
    }
    told
}

fn secret_headers() -> [(&'static str, String); 3] {
    [
        ("cookie", format!("session={CANARY}")),
        ("authorization", format!("Bearer {CANARY}")),
        ("x-forwarded-for", "203.0.113.7".to_owned()),
    ]
}

/// Handshakes that are refused, and how.
pub(crate) async fn refused_handshakes(address: SocketAddr) -> Vec<String> {
    let mut told = Vec::new();
    for (query, header) in [
        ("", "origin: http://evil.example"),
        ("", "sec-websocket-version: 12"),
        ("", "origin: null"),
        ("refuse&", "x: y"),
    ] {
        let secrets: String = secret_headers()
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        // The first header of a name counts.
        let request = format!(
            "GET /ws?{query}access_token={CANARY} HTTP/1.1\r\nhost: {address}\r\n{header}\r\nconnection: upgrade\r\n\
             upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\
             {secrets}\r\n"
        );
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = vec![0; 64 * 1024];
        let count = socket.read(&mut answer).await.unwrap();
        told.push(String::from_utf8_lossy(&answer[..count]).into_owned());
    }
    assert!(
        told.iter().all(|answer| answer.starts_with("HTTP/1.1 4")),
        "{told:#?}"
    );
    told
}
