//! WebSockets over HTTP/2 (RFC 8441).

use bytes::Bytes;
use h2::ext::Protocol;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::http::{Method, Request, StatusCode};

use crate::support::{App, messaging};

/// A text message of a client, masked with zeros (RFC 6455, 5.2).
fn message(text: &str) -> Bytes {
    let length = u8::try_from(text.len()).unwrap();
    assert!(length < 126);
    let mut frame = vec![0x81, 0x80 | length, 0, 0, 0, 0];
    frame.extend_from_slice(text.as_bytes());
    frame.into()
}

#[tokio::test]
async fn a_session_over_http_2_is_one_like_others() {
    let app = App::start(messaging()).await;
    let socket = TcpStream::connect(app.address).await.unwrap();
    let (client, connection) = h2::client::handshake(socket).await.unwrap();
    tokio::spawn(connection);
    let mut client = client.ready().await.unwrap();
    // The server says so with its settings, which come first.
    while !client.is_extended_connect_protocol_enabled() {
        tokio::task::yield_now().await;
    }
    let request = |origin: &str| {
        Request::builder()
            .method(Method::CONNECT)
            .uri(format!("http://{}/ws", app.address))
            .extension(Protocol::from_static("websocket"))
            .header("sec-websocket-version", "13")
            .header("sec-websocket-protocol", "v12.stomp")
            .header("origin", origin)
            .body(())
            .unwrap()
    };
    let own = format!("http://{}", app.address);
    let (response, mut sending) = client.send_request(request(&own), false).unwrap();
    let response = response.await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["sec-websocket-protocol"], "v12.stomp");
    sending
        .send_data(message("CONNECT\naccept-version:1.2\n\n\0"), false)
        .unwrap();
    let mut receiving = response.into_body();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\n\n\0") {
        answer.extend_from_slice(&receiving.data().await.unwrap().unwrap());
    }
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.contains("CONNECTED\nversion:1.2\n"), "{answer}");
    assert_eq!(app.messaging.sessions().len(), 1);

    let mut client = client.ready().await.unwrap();
    let foreign = request("http://evil.example");
    let (response, _) = client.send_request(foreign, false).unwrap();
    assert_eq!(response.await.unwrap().status(), StatusCode::FORBIDDEN);
}
