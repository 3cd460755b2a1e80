//! SockJS, rule by rule (K-01 to K-54 in `tests/conformance/rules.toml`), as bytes on a socket.

mod http;
mod long_lived;
mod memory;
mod origins;
mod pages;
mod sending;
mod sessions;
mod stomp;
mod streaming;
mod web_socket;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::serve::ListenerExt as _;
use stompframe::{Endpoint, SockJs, SockJsConnection, SockJsTransport};
use tokio::task::JoinHandle;

use crate::support::http::{Answer, ask};

pub(crate) const LIBRARY: &str = "https://cdn.example/sockjs.min.js";

/// A server without STOMP; it ends with the test.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Server {
    /// The services of the protocol's own test suite, with all that there is.
    pub(crate) async fn start() -> Self {
        Self::start_with(everything().stream_limit(4096)).await
    }

    /// `/echo` and `/close` like this, open to all pages.
    pub(crate) async fn start_with(sockjs: SockJs) -> Self {
        let open = |path: &str| Endpoint::new(path).allow_any_origin();
        let without = sockjs.clone().without_web_socket();
        let cookies = sockjs.clone().cookies();
        let router = Router::new()
            .merge(open("/echo").sockjs(sockjs.clone()).sockjs_messages(echo))
            .merge(open("/plain").sockjs(without).sockjs_messages(echo))
            .merge(open("/cookies").sockjs(cookies).sockjs_messages(echo))
            .merge(open("/close").sockjs(sockjs).sockjs_messages(go_away));
        Self::serve(router).await
    }

    pub(crate) async fn serve(router: Router) -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .unwrap();
        let address = listener.local_addr().unwrap();
        let listener = listener.tap_io(|socket| socket.set_nodelay(true).unwrap());
        let app = router.into_make_service_with_connect_info::<SocketAddr>();
        let serving = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, serving }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        ask(self.address, &format!("GET {path}"), "").await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Answer {
        ask(self.address, &format!("POST {path}"), body).await
    }

    /// The whole answer to a POST: status and body.
    pub(crate) async fn posted(&self, path: &str, body: &str) -> (u16, String) {
        let mut answer = self.post(path, body).await;
        (answer.status, answer.body().await)
    }

    /// The whole answer to a GET: status and body.
    pub(crate) async fn got(&self, path: &str) -> (u16, String) {
        let mut answer = self.get(path).await;
        (answer.status, answer.body().await)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

pub(crate) fn everything() -> SockJs {
    SockJs::new()
        .transports(SockJsTransport::ALL)
        .iframe(LIBRARY)
}

/// Sends back what it receives.
pub(crate) async fn echo(mut client: SockJsConnection) {
    while let Some(message) = client.receive().await {
        if client.send(message).await.is_err() {
            break;
        }
    }
}

async fn go_away(client: SockJsConnection) {
    client.close(3000, "Go away!").await;
}

/// The address of a session that nobody had before, below this service.
pub(crate) fn fresh(service: &str) -> String {
    static LAST: AtomicU32 = AtomicU32::new(0);
    format!("{service}/000/s{}", LAST.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn ok(body: &str) -> (u16, String) {
    (200, body.to_owned())
}

pub(crate) fn not_cached(answer: &Answer) {
    assert_eq!(
        answer.header("cache-control"),
        Some("no-store, no-cache, no-transform, must-revalidate, max-age=0")
    );
    assert_eq!(answer.header("expires"), None);
    assert_eq!(answer.header("last-modified"), None);
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
}
