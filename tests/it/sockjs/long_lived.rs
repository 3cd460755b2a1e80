//! Responses that go on where `stompframe::serve` listens: they leave HTTP, which nobody is to notice.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::middleware::map_response;
use axum::response::Response;
use bytes::Bytes;
use futures_util::StreamExt as _;
use stompframe::prelude::*;
use stompframe::{SockJs, SockJsConnection};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::{echo, everything, fresh};
use crate::support::http::{Answer, ask, send};
use crate::support::messaging;

/// An application that serves itself; it ends with the test.
struct Server {
    address: SocketAddr,
    messaging: Messaging,
    serving: JoinHandle<()>,
}

impl Server {
    async fn start(router: Router) -> Self {
        let messaging = messaging().endpoint(Endpoint::new("/ws").with_sockjs());
        let messaging = messaging.build().unwrap();
        let router = router.merge(messaging.router());
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .unwrap();
        let address = listener.local_addr().unwrap();
        let served = stompframe::serve_on(listener, router, messaging.clone());
        Self {
            address,
            messaging,
            serving: tokio::spawn(async move { served.await.unwrap() }),
        }
    }

    async fn echo() -> Self {
        let sockjs = everything().stream_limit(4096);
        Self::start(Endpoint::new("/echo").sockjs(sockjs).sockjs_messages(echo)).await
    }

    async fn stream(&self, session: &str) -> Answer {
        ask(self.address, &format!("POST {session}/xhr_streaming"), "").await
    }

    async fn bring(&self, session: &str, body: &str) {
        let request = format!("POST {session}/xhr_send");
        assert_eq!(ask(self.address, &request, body).await.status, 204);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Reads the prelude and the open frame.
async fn opened(stream: &mut Answer) {
    assert_eq!(stream.chunk().await.unwrap().len(), 2049);
    assert_eq!(stream.chunk().await.as_deref(), Some("o\n"));
}

#[tokio::test]
async fn k_39_k_47_it_comes_in_chunks_up_to_the_limit_and_ends_with_its_connection() {
    let server = Server::echo().await;
    let mut greeting = ask(server.address, "GET /echo", "").await;
    greeting.body().await;
    let session = fresh("/echo");
    let request =
        format!("POST {session}/xhr_streaming HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    let mut socket = greeting.into_socket();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut stream = Answer::read(socket).await;
    assert_eq!((stream.version.as_str(), stream.status), ("HTTP/1.1", 200));
    assert_eq!(stream.header("transfer-encoding"), Some("chunked"));
    assert_eq!(stream.header("content-length"), None);
    assert_eq!(stream.header("connection"), Some("close"));
    assert_eq!(stream.header("x-accel-buffering"), Some("no"));
    super::not_cached(&stream);
    opened(&mut stream).await;
    let message = format!("[\"{}\"]", "x".repeat(1020));
    for _ in 0..4 {
        server.bring(&session, &message).await;
        assert_eq!(stream.chunk().await.unwrap(), format!("a{message}\n"));
    }
    assert_eq!(stream.chunk().await, None);
    assert!(stream.is_closed().await);
    let mut next = server.stream(&session).await;
    next.chunk().await;
    server.bring(&session, "[\"more\"]").await;
    assert_eq!(next.chunk().await.as_deref(), Some("a[\"more\"]\n"));
}

#[tokio::test]
async fn k_47_over_http_1_0_it_is_as_everywhere() {
    let server = Server::echo().await;
    let session = fresh("/echo");
    let request = format!("POST {session}/xhr_streaming HTTP/1.0\r\n\r\n");
    let mut stream = send(server.address, &request).await;
    assert_eq!(stream.header("transfer-encoding"), None);
    assert_eq!(stream.take(2049).await, format!("{}\n", "h".repeat(2048)));
    assert_eq!(stream.take(2).await, "o\n");
    let message = format!("[\"{}\"]", "x".repeat(5000));
    server.bring(&session, &message).await;
    assert_eq!(stream.take(5006).await, format!("a{message}\n"));
    assert!(stream.is_closed().await);
}

#[tokio::test]
async fn k_24_a_client_that_goes_away_ends_its_session() {
    let (ended, mut ends) = mpsc::unbounded_channel();
    let serve = move |mut client: SockJsConnection| {
        let ended = ended.clone();
        async move {
            while client.receive().await.is_some() {}
            ended.send(()).unwrap();
        }
    };
    // Nobody is waited for.
    let sockjs = SockJs::new().disconnect_delay(Duration::from_secs(3600));
    let router = Endpoint::new("/gone").sockjs(sockjs).sockjs_messages(serve);
    let server = Server::start(router).await;
    for transport in ["POST xhr_streaming", "GET eventsource"] {
        let request = transport.replace(' ', &format!(" {}/", fresh("/gone")));
        let mut stream = ask(server.address, &request, "").await;
        stream.chunk().await;
        drop(stream);
        let end = timeout(Duration::from_secs(10), ends.recv());
        end.await.expect("it ends in time").unwrap();
    }
}

/// Of what fills the sockets' buffers many times.
#[tokio::test]
async fn k_26_k_54_nothing_is_lost_between_streams_nor_comes_twice() {
    const MESSAGES: usize = 2_000;
    const LENGTH: usize = 10_000;
    let count = |mut client: SockJsConnection| async move {
        for number in 0..MESSAGES {
            if client.send(format!("{number:0LENGTH$}")).await.is_err() {
                return;
            }
        }
        while client.receive().await.is_some() {}
    };
    let sockjs = SockJs::new().stream_limit(MESSAGES * LENGTH / 3);
    let router = Endpoint::new("/count")
        .sockjs(sockjs)
        .sockjs_messages(count);
    let server = Server::start(router).await;
    let session = fresh("/count");
    let mut numbers = Vec::new();
    let mut streams = 0;
    while numbers.len() < MESSAGES {
        let mut stream = server.stream(&session).await;
        streams += 1;
        while numbers.len() < MESSAGES
            && let Some(frame) = stream.chunk().await
        {
            if let Some(array) = frame.strip_prefix('a') {
                let messages: Vec<String> = serde_json::from_str(array).unwrap();
                numbers.extend(messages.iter().map(|text| text.parse::<usize>().unwrap()));
            }
        }
    }
    assert!(numbers.into_iter().eq(0..MESSAGES));
    assert!(streams >= 3, "{streams}");
}

#[tokio::test]
async fn what_a_layer_makes_of_the_body_is_what_the_client_gets() {
    async fn shout(response: Response) -> Response {
        response.map(|body| {
            Body::from_stream(
                body.into_data_stream()
                    .map(|piece| piece.map(|piece| Bytes::from(piece.to_ascii_uppercase()))),
            )
        })
    }
    let router = Endpoint::new("/echo")
        .sockjs(everything())
        .sockjs_messages(echo);
    let server = Server::start(router.layer(map_response(shout))).await;
    let session = fresh("/echo");
    let mut stream = server.stream(&session).await;
    assert_eq!(
        stream.chunk().await.unwrap(),
        format!("{}\n", "H".repeat(2048))
    );
    assert_eq!(stream.chunk().await.as_deref(), Some("O\n"));
    server.bring(&session, "[\"abc\"]").await;
    assert_eq!(stream.chunk().await.as_deref(), Some("A[\"ABC\"]\n"));
}

#[tokio::test]
async fn what_is_sent_behind_the_request_is_not_answered_and_disturbs_nobody() {
    let server = Server::echo().await;
    let session = fresh("/echo");
    let request =
        format!("POST {session}/xhr_streaming HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    let behind = "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut stream = send(server.address, &format!("{request}{behind}")).await;
    opened(&mut stream).await;
    server.bring(&session, "[\"x\"]").await;
    assert_eq!(stream.chunk().await.as_deref(), Some("a[\"x\"]\n"));
    let long = format!("[\"{}\"]", "x".repeat(4096));
    server.bring(&session, &long).await;
    assert_eq!(stream.chunk().await.unwrap(), format!("a{long}\n"));
    assert_eq!(stream.chunk().await, None);
    assert!(stream.is_closed().await);
}

#[tokio::test]
async fn who_sends_without_end_behind_the_request_is_cut_off() {
    let server = Server::echo().await;
    let mut stream = server.stream(&fresh("/echo")).await;
    opened(&mut stream).await;
    let mut socket = stream.into_socket();
    let flood = async { while socket.write_all(&[b'x'; 1024]).await.is_ok() {} };
    let flood = timeout(Duration::from_secs(10), flood);
    flood.await.expect("it is cut off in time");
}

#[tokio::test]
async fn an_application_that_goes_down_says_so_to_the_last_chunk() {
    let server = Server::echo().await;
    let session = fresh("/ws");
    let mut stream = server.stream(&session).await;
    opened(&mut stream).await;
    let connect = "[\"CONNECT\\naccept-version:1.2\\n\\n\\u0000\"]";
    server.bring(&session, connect).await;
    let connected = stream.chunk().await.unwrap();
    assert!(connected.starts_with("a[\"CONNECTED"), "{connected}");
    let (cut, ()) = tokio::join!(server.messaging.shut_down(Duration::from_secs(10)), async {
        let mut said = Vec::new();
        while let Some(frame) = stream.chunk().await {
            said.push(frame);
        }
        let last = said.last().unwrap();
        assert!(last.starts_with("c[1001,"), "{said:?}");
    });
    assert_eq!(cut, 0);
    assert!(stream.is_closed().await);
}
