//! TLS and WebSocket, as TCP.

use std::sync::Arc;

use stompframe::client::{StompClient, Tls, WebSocket};
use stompframe::prelude::*;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};

use crate::server::body;

fn messaging() -> stompframe::MessagingBuilder {
    Messaging::builder()
        .simple_broker(["/topic"])
        .accept_client_sends(["/topic"])
}

async fn talk(client: StompClient) {
    let mut hears = client.subscribe("/topic/a").await.unwrap();
    client.send("/topic/a", "hello").confirmed().await.unwrap();
    assert_eq!(body(&mut hears).await, "hello");
    client.close().await.unwrap();
}

#[tokio::test]
async fn over_a_web_socket() {
    let messaging = messaging().endpoint(Endpoint::new("/ws")).build().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = messaging.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let socket = WebSocket::new(&format!("ws://{address}/ws")).unwrap();
    talk(StompClient::over(socket).connect().await.unwrap()).await;

    let nothing = WebSocket::new(&format!("ws://{address}/no")).unwrap();
    let error = StompClient::over(nothing).connect().await.unwrap_err();
    assert!(error.to_string().contains("404"), "{error}");
    let wrong = WebSocket::new("http://127.0.0.1/ws").unwrap_err();
    assert!(wrong.to_string().contains("ws://"), "{wrong}");
}

#[tokio::test]
async fn over_tls() {
    let messaging = messaging()
        .endpoint(Endpoint::tcp("127.0.0.1:0"))
        .build()
        .unwrap();
    let tcp = messaging.bind_tcp().await.unwrap();
    let plain = tcp.addresses()[0];
    tokio::spawn(tcp.serve());

    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut tls = acceptor.accept(socket).await?;
                let mut server = tokio::net::TcpStream::connect(plain).await?;
                tokio::io::copy_bidirectional(&mut tls, &mut server).await
            });
        }
    });

    let address = format!("localhost:{port}");
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let trusting = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let trusting = Arc::new(trusting);
    let tls = Tls::with_config(address.as_str(), Arc::clone(&trusting));
    talk(StompClient::over(tls).connect().await.unwrap()).await;

    // Neither for another name nor by other authorities.
    let other_name = Tls::with_config(address.as_str(), trusting);
    let other_name = other_name.server_name("example.org").unwrap();
    for tls in [other_name, Tls::new(address.as_str()).unwrap()] {
        let error = StompClient::over(tls).connect().await.unwrap_err();
        assert!(error.to_string().contains("certificate"), "{error}");
    }
}
