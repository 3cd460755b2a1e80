//! K-47: the same over HTTP of both ages.

use tokio::io::AsyncWriteExt as _;

use super::{Server, fresh};
use crate::support::http::{Answer, send};

#[tokio::test]
async fn k_47_a_greeting_over_http_1_0_says_where_it_ends() {
    let server = Server::start().await;
    let request = "GET /echo HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n";
    let mut answer = send(server.address, request).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("transfer-encoding"), None);
    assert_eq!(answer.header("content-length"), Some("19"));
    assert_eq!(answer.body().await, "Welcome to SockJS!\n");
    if answer
        .header("connection")
        .is_some_and(|value| value.eq_ignore_ascii_case("keep-alive"))
    {
        let mut socket = answer.into_socket();
        socket.write_all(request.as_bytes()).await.unwrap();
        assert_eq!(Answer::read(socket).await.status, 200);
    } else {
        assert!(answer.is_closed().await);
    }
}

#[tokio::test]
async fn k_47_a_stream_over_http_1_0_ends_with_the_connection() {
    let server = Server::start().await;
    let path = fresh("/close");
    let request = format!("POST {path}/xhr_streaming HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
    let mut answer = send(server.address, &request).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("transfer-encoding"), None);
    assert_eq!(answer.header("content-length"), None);
    assert_eq!(answer.take(2049).await, format!("{}\n", "h".repeat(2048)));
    assert_eq!(answer.take(2).await, "o\n");
    assert_eq!(answer.take(19).await, "c[3000,\"Go away!\"]\n");
    assert!(answer.is_closed().await);
}

#[tokio::test]
async fn k_47_over_http_1_1_a_connection_lasts_and_a_stream_comes_in_chunks() {
    let server = Server::start().await;
    let mut answer = server.get("/echo").await;
    assert_eq!(answer.version, "HTTP/1.1");
    assert_eq!(answer.body().await, "Welcome to SockJS!\n");
    let mut socket = answer.into_socket();
    let path = fresh("/close");
    let request =
        format!("POST {path}/xhr_streaming HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut stream = Answer::read(socket).await;
    assert_eq!(stream.header("transfer-encoding"), Some("chunked"));
    assert_eq!(stream.header("content-length"), None);
    assert_eq!(stream.header("x-accel-buffering"), Some("no"));
    assert_eq!(stream.chunk().await.unwrap().len(), 2049);
    assert_eq!(stream.chunk().await.as_deref(), Some("o\n"));
    assert_eq!(
        stream.chunk().await.as_deref(),
        Some("c[3000,\"Go away!\"]\n")
    );
    assert_eq!(stream.chunk().await, None);
}
