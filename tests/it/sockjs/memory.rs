//! What a session costs the server that has nothing to do for it: over a WebSocket, and over SockJS.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use futures_util::{SinkExt as _, StreamExt as _};
use stompframe::SockJs;
use stompframe::prelude::*;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::support::http::{Answer, ask};
use crate::support::messaging;

const SESSIONS: usize = 500;
const CONNECT: &str = "CONNECT\naccept-version:1.2\n\n\0";
const SUBSCRIBE: &str = "SUBSCRIBE\nid:1\ndestination:/topic/a\nreceipt:1\n\n\0";

/// Not a test: what the test below starts as a process of its own, so that nobody else's memory counts.
#[tokio::test]
#[ignore = "is started by another one"]
async fn server() {
    let sockjs = SockJs::new().disconnect_delay(std::time::Duration::from_secs(60));
    let endpoint = Endpoint::new("/ws").sockjs(sockjs);
    let messaging = messaging().endpoint(endpoint).build().unwrap();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap();
    println!("listening on {}", listener.local_addr().unwrap());
    stompframe::serve_on(listener, messaging.router(), messaging)
        .await
        .unwrap();
}

/// A server of which nobody but its clients takes memory.
struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "sockjs::memory::server",
                "--ignored",
                "--nocapture",
            ])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = lines
            .map(|line| line.unwrap())
            .find_map(|line| Some(line.split_once("listening on ")?.1.parse().unwrap()));
        Self {
            process,
            address: address.unwrap(),
        }
    }

    /// In bytes.
    fn memory(&self) -> usize {
        let status = format!("/proc/{}/status", self.process.id());
        let status = std::fs::read_to_string(status).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.unwrap().trim().strip_suffix(" kB").unwrap();
        kib.parse::<usize>().unwrap() * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What one of many costs, each of which is opened and then kept.
async fn cost<T>(open: impl AsyncFn(SocketAddr, usize) -> T) -> usize {
    let server = Server::start();
    // What comes once, comes with the first ones.
    let mut sessions = Vec::new();
    for number in 0..20 {
        sessions.push(open(server.address, number).await);
    }
    let before = server.memory();
    for number in 20..20 + SESSIONS {
        sessions.push(open(server.address, number).await);
    }
    (server.memory() - before) / SESSIONS
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A session over a WebSocket, which begins with a frame of its own where that is `framed`.
async fn web_socket(address: SocketAddr, path: &str, framed: bool) -> Socket {
    let url = format!("ws://{address}{path}");
    let mut socket = connect_async(url).await.unwrap().0;
    if framed {
        socket.next().await.unwrap().unwrap();
    }
    for frame in [CONNECT, SUBSCRIBE] {
        let frame = if framed {
            array(frame)
        } else {
            frame.to_owned()
        };
        socket.send(Message::text(frame)).await.unwrap();
        socket.next().await.unwrap().unwrap();
    }
    socket
}

fn array(frame: &str) -> String {
    serde_json::to_string(&[frame]).unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_session_over_sockjs_takes_at_most_twice_what_one_over_a_web_socket_takes() {
    let plain = cost(async |address, _| web_socket(address, "/ws", false).await).await;
    let framed = cost(async |address, number: usize| {
        let path = format!("/ws/000/{number}/websocket");
        web_socket(address, &path, true).await
    })
    .await;
    // Requests that bring something share a connection, as those of a proxy do.
    let sender = Mutex::new(None);
    let streaming = cost(async |address, number: usize| {
        let path = format!("/ws/000/{number}");
        let mut stream = ask(address, &format!("POST {path}/xhr_streaming"), "").await;
        // The prelude and the open frame.
        stream.chunk().await.unwrap();
        stream.chunk().await.unwrap();
        let mut sender = sender.lock().await;
        for frame in [CONNECT, SUBSCRIBE] {
            let body = array(frame);
            let mut socket: TcpStream = match sender.take() {
                Some(socket) => socket,
                None => TcpStream::connect(address).await.unwrap(),
            };
            let length = body.len();
            let request = format!(
                "POST {path}/xhr_send HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{body}"
            );
            socket.write_all(request.as_bytes()).await.unwrap();
            let answer = Answer::read(socket).await;
            assert_eq!(answer.status, 204);
            *sender = Some(answer.into_socket());
            stream.chunk().await.unwrap();
        }
        stream
    })
    .await;
    println!("WebSocket {plain}, SockJS over WebSocket {framed}, xhr_streaming {streaming} bytes");
    for (way, cost) in [("framed", framed), ("streaming", streaming)] {
        assert!(
            cost <= 2 * plain,
            "{way}: {cost} is more than twice {plain}"
        );
    }
}
