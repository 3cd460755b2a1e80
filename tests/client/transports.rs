//! TLS and WebSocket, as TCP.

use std::sync::Arc;

use stompframe::client::{StompClient, Tls, WebSocket};
use stompframe::prelude::*;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
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

/// A server on `localhost` behind TLS: its address, and a client's configuration that trusts it.
async fn behind_tls() -> (String, Arc<ClientConfig>) {
    let messaging = messaging()
        .endpoint(Endpoint::tcp("127.0.0.1:0"))
        .build()
        .unwrap();
    let tcp = messaging.bind_tcp().await.unwrap();
    let plain = tcp.addresses()[0];
    tokio::spawn(tcp.serve());

    let (certificate, key) = certificate();
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
    (format!("localhost:{port}"), trusting(certificate))
}

/// One for `localhost` that has signed itself.
fn certificate() -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    (made.cert.der().clone(), key)
}

/// Who trusts this authority and no other.
fn trusting(authority: CertificateDer<'static>) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(authority).unwrap();
    let config = ClientConfig::builder().with_root_certificates(roots);
    Arc::new(config.with_no_client_auth())
}

#[tokio::test]
async fn over_tls() {
    let (address, trusting) = behind_tls().await;
    let tls = Tls::with_config(address, trusting);
    talk(StompClient::over(tls).connect().await.unwrap()).await;
}

#[tokio::test]
async fn sec_v_17_a_certificate_for_another_name_or_of_another_authority_is_refused() {
    let (address, config) = behind_tls().await;
    let other_name = Tls::with_config(address.as_str(), config);
    let other_name = other_name.server_name("example.org").unwrap();
    let other_authority = Tls::with_config(address.as_str(), trusting(certificate().0));
    let the_systems = Tls::new(address.as_str()).unwrap();
    for tls in [other_name, other_authority, the_systems] {
        let error = StompClient::over(tls).connect().await.unwrap_err();
        assert!(error.to_string().contains("certificate"), "{error}");
    }
}
