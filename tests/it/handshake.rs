//! Before the first frame: sub-protocols, origins, and requests that are no handshake.

use stompframe::Limits;
use tokio_tungstenite::tungstenite::http::StatusCode;

use crate::support::{App, Client, messaging, refused, request};

#[tokio::test]
async fn ws_01_the_highest_known_sub_protocol_is_chosen() {
    let app = App::start(messaging()).await;
    for (offer, chosen) in [
        ("v12.stomp", Some("v12.stomp")),
        ("v10.stomp, v11.stomp, v12.stomp", Some("v12.stomp")),
        ("v11.stomp,v10.stomp", Some("v11.stomp")),
        ("v10.stomp", Some("v10.stomp")),
        ("mqtt, v11.stomp", Some("v11.stomp")),
    ] {
        let (_, response) = Client::handshake(request(&app, &[("sec-websocket-protocol", offer)]))
            .await
            .unwrap();
        let answer = response
            .headers()
            .get("sec-websocket-protocol")
            .map(|value| value.to_str().unwrap());
        assert_eq!(answer, chosen, "{offer}");
    }
}

#[tokio::test]
async fn ws_01_a_client_that_offers_no_sub_protocol_is_served() {
    let app = App::start(messaging()).await;
    let (mut client, response) = Client::handshake(request(&app, &[])).await.unwrap();
    assert!(response.headers().get("sec-websocket-protocol").is_none());
    client.send("CONNECT\naccept-version:1.2\n\n\0").await;
    assert_eq!(client.frame().await.command, "CONNECTED");
}

#[tokio::test]
async fn c_22_connect_alone_decides_the_version() {
    let app = App::start(messaging()).await;
    for (offer, accept, version) in [
        ("v10.stomp", "1.2", "1.2"),
        ("v12.stomp", "1.0", "1.0"),
        ("v12.stomp", "1.0,1.1", "1.1"),
    ] {
        let offer = request(&app, &[("sec-websocket-protocol", offer)]);
        let (mut client, _) = Client::handshake(offer).await.unwrap();
        client
            .send(format!("CONNECT\naccept-version:{accept}\n\n\0"))
            .await;
        assert_eq!(client.frame().await.header("version"), Some(version));
    }
}

#[tokio::test]
async fn beyond_the_limit_a_handshake_is_refused_and_a_place_that_is_given_back_counts_again() {
    let mut limits = Limits::default();
    limits.max_sessions = 2;
    let app = App::start(messaging().limits(limits)).await;
    let (first, _second) = (app.open().await, app.open().await);
    assert_eq!(
        refused(request(&app, &[])).await,
        StatusCode::SERVICE_UNAVAILABLE
    );
    first.close().await;
    // The place is given back a moment after the close.
    while refused(request(&app, &[])).await != StatusCode::SWITCHING_PROTOCOLS {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_request_that_is_no_handshake_gets_an_answer() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let app = App::start(messaging()).await;
    for (request, status) in [
        (
            "GET /ws HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
            "HTTP/1.1 400",
        ),
        (
            "GET /elsewhere HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
            "HTTP/1.1 404",
        ),
        (
            "GET /ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 12\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
            "HTTP/1.1 426",
        ),
    ] {
        let mut socket = tokio::net::TcpStream::connect(app.address).await.unwrap();
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = vec![0; status.len()];
        socket.read_exact(&mut answer).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&answer), status, "{request}");
    }
}
