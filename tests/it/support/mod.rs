//! An application under test, and a client that speaks bytes.

mod broker;
mod client;
mod frame;
mod handshake;
pub(crate) mod http;
mod tcp;

use std::net::SocketAddr;

use axum::serve::ListenerExt as _;
use stompframe::MessagingBuilder;
use stompframe::prelude::*;
use tokio::task::JoinHandle;

pub(crate) use self::broker::{both, broker, intercepted};
pub(crate) use self::client::Client;
pub(crate) use self::frame::Frame;
pub(crate) use self::handshake::{refused, request, request_to};
pub(crate) use self::tcp::TcpClient;

/// An application on a port of its own; it ends with the test.
pub(crate) struct App {
    pub(crate) address: SocketAddr,
    pub(crate) messaging: Messaging,
    server: JoinHandle<()>,
}

impl App {
    /// Starts what the builder describes, with an endpoint at `/ws`.
    pub(crate) async fn start(builder: MessagingBuilder) -> Self {
        Self::start_at(builder, Endpoint::new("/ws")).await
    }

    pub(crate) async fn start_at(builder: MessagingBuilder, endpoint: Endpoint) -> Self {
        Self::start_with(builder, endpoint, |router| router).await
    }

    /// Starts it with something around its router.
    pub(crate) async fn start_with(
        builder: MessagingBuilder,
        endpoint: Endpoint,
        around: impl FnOnce(axum::Router) -> axum::Router,
    ) -> Self {
        let messaging = builder.endpoint(endpoint).build().unwrap();
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .unwrap();
        let address = listener.local_addr().unwrap();
        let listener = listener.tap_io(|socket| socket.set_nodelay(true).unwrap());
        let router = around(messaging.router());
        let router = router.into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            messaging,
            server,
        }
    }

    /// Serves the TCP endpoints, too: gives the address of the first, and what ends with the last
    /// connection.
    pub(crate) async fn serve_tcp(&self) -> (SocketAddr, JoinHandle<()>) {
        let tcp = self.messaging.bind_tcp().await.unwrap();
        (tcp.addresses()[0], tokio::spawn(tcp.serve()))
    }

    /// A client that has not sent anything yet.
    pub(crate) async fn open(&self) -> Client {
        Client::open(self.address, "/ws").await
    }

    /// A client that is connected with STOMP 1.2.
    pub(crate) async fn connect(&self) -> Client {
        let mut client = self.open().await;
        client
            .send("CONNECT\naccept-version:1.2\nhost:test\n\n\0")
            .await;
        assert_eq!(client.frame().await.command, "CONNECTED");
        client
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// A broker for `/topic` and `/queue`, and `/app` for handlers: what most tests start from.
pub(crate) fn messaging() -> MessagingBuilder {
    Messaging::builder()
        .application_prefix("/app")
        .simple_broker(["/topic", "/queue"])
}
