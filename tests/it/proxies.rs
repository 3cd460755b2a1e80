//! Who is behind a proxy, and who is believed to say so.

use stompframe::prelude::*;
use stompframe::{Limits, TrustedProxies};
use tokio_tungstenite::tungstenite::http::StatusCode;

use crate::support::{App, Client, messaging, refused, request};

/// The address that the session of such a handshake has.
async fn address(app: &App, headers: &[(&'static str, &str)]) -> Option<String> {
    let (mut client, _) = Client::handshake(request(app, headers)).await.unwrap();
    client.send("CONNECT\naccept-version:1.2\n\n\0").await;
    client.frame().await;
    let sessions = app.messaging.sessions();
    let address = sessions.all()[0]
        .address()
        .map(|address| address.to_string());
    client.close().await;
    while !sessions.is_empty() {
        tokio::task::yield_now().await;
    }
    address
}

async fn behind(proxies: impl Into<TrustedProxies>) -> App {
    App::start_at(messaging(), Endpoint::new("/ws").trusted_proxies(proxies)).await
}

#[tokio::test]
async fn nobody_is_believed_who_is_not_named() {
    let spoofed = [
        ("x-forwarded-for", "203.0.113.7"),
        ("forwarded", "for=203.0.113.7"),
    ];
    for app in [
        App::start(messaging()).await,
        behind(["10.0.0.0/8", "203.0.113.7"]).await,
    ] {
        assert_eq!(address(&app, &spoofed).await.as_deref(), Some("127.0.0.1"));
        // Nor about the host.
        let elsewhere = [
            ("origin", "http://evil.example"),
            ("x-forwarded-for", "203.0.113.7"),
            ("x-forwarded-host", "evil.example"),
        ];
        assert_eq!(
            refused(request(&app, &elsewhere)).await,
            StatusCode::FORBIDDEN
        );
    }
}

#[tokio::test]
async fn the_client_is_the_first_that_is_no_proxy() {
    let app = behind(["127.0.0.1", "10.0.0.0/8"]).await;
    for (chain, client) in [
        (None, Some("127.0.0.1")),
        (Some("203.0.113.7"), Some("203.0.113.7")),
        // What stands in front was said by the client itself.
        (Some("198.51.100.1, 203.0.113.7"), Some("203.0.113.7")),
        (
            Some("198.51.100.1, 203.0.113.7, 10.1.2.3"),
            Some("203.0.113.7"),
        ),
        (Some("2001:db8::7"), Some("2001:db8::7")),
        (Some("[2001:db8::7]:4711"), Some("2001:db8::7")),
        (Some("203.0.113.7:80"), Some("203.0.113.7")),
        // All of them are proxies: the outermost asks for itself.
        (Some("10.0.0.1, 10.0.0.2"), Some("10.0.0.1")),
        (Some("203.0.113.7, unknown"), None),
        // Another kind of proxy would write this; here it is the client's.
        (None, Some("127.0.0.1")),
    ] {
        let headers: Vec<_> = chain
            .map(|chain| ("x-forwarded-for", chain))
            .into_iter()
            .chain([("forwarded", "for=198.51.100.9")])
            .collect();
        assert_eq!(
            address(&app, &headers).await.as_deref(),
            client,
            "{chain:?}"
        );
    }
    let two = [
        ("x-forwarded-for", "198.51.100.1"),
        ("x-forwarded-for", "203.0.113.7"),
    ];
    assert_eq!(address(&app, &two).await.as_deref(), Some("203.0.113.7"));
}

#[tokio::test]
async fn forwarded_is_read_where_proxies_write_that() {
    let app = behind(TrustedProxies::new(["127.0.0.1", "10.0.0.0/8"]).write_forwarded()).await;
    let headers = [
        ("x-forwarded-for", "198.51.100.9"),
        ("forwarded", "for=198.51.100.1, for=203.0.113.7"),
        ("forwarded", "for=10.0.0.1;proto=http;by=127.0.0.1"),
    ];
    assert_eq!(
        address(&app, &headers).await.as_deref(),
        Some("203.0.113.7")
    );
}

#[tokio::test]
async fn the_same_origin_is_what_the_client_asked_for() {
    let app = behind(["127.0.0.1", "10.0.0.0/8"]).await;
    let ok = StatusCode::SWITCHING_PROTOCOLS;
    let no = StatusCode::FORBIDDEN;
    for (origin, host, scheme, status) in [
        ("https://chat.example", "chat.example", "https", ok),
        ("https://chat.example:443", "chat.example", "https", ok),
        ("http://chat.example", "chat.example", "https", no),
        ("https://chat.example", "chat.example", "http", no),
        (
            "https://chat.example:8443",
            "chat.example:8443",
            "https",
            ok,
        ),
        ("https://chat.example:8443", "chat.example", "https", no),
        ("https://evil.example", "chat.example", "https", no),
        // An outer proxy and an inner one: the outer saw what was asked for.
        (
            "https://chat.example",
            "chat.example, inner",
            "https, http",
            ok,
        ),
        ("https://inner", "chat.example, inner", "https, http", no),
    ] {
        let inner = host.contains(',');
        let chain = if inner {
            "203.0.113.7, 10.0.0.1"
        } else {
            "203.0.113.7"
        };
        let headers = [
            ("origin", origin),
            ("x-forwarded-for", chain),
            ("x-forwarded-host", host),
            ("x-forwarded-proto", scheme),
        ];
        assert_eq!(
            refused(request(&app, &headers)).await,
            status,
            "{origin} {host} {scheme}"
        );
    }
}

#[tokio::test]
async fn limits_go_by_the_address_behind_the_proxy() {
    let mut limits = Limits::default();
    limits.max_connecting_per_address = 2;
    limits.max_sessions_per_address = Some(3);
    let endpoint = Endpoint::new("/ws").trusted_proxies(["127.0.0.1"]);
    let app = App::start_at(messaging().limits(limits), endpoint).await;
    let from = async |address: &str| {
        let opened = Client::handshake(request(&app, &[("x-forwarded-for", address)])).await;
        opened.map(|(client, _)| client).ok()
    };
    let (stranger, other) = ("203.0.113.7", "203.0.113.8");
    let mut first = from(stranger).await.unwrap();
    let _second = from(stranger).await.unwrap();
    assert!(from(stranger).await.is_none(), "two are without CONNECT");
    let _other = from(other).await.unwrap();
    first.send("CONNECT\naccept-version:1.2\n\n\0").await;
    first.frame().await;
    let mut third = from(stranger).await.unwrap();
    third.send("CONNECT\naccept-version:1.2\n\n\0").await;
    third.frame().await;
    assert!(from(stranger).await.is_none(), "three are all it may have");
    first.close().await;
    while from(stranger).await.is_none() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn over_tcp_the_peer_is_the_client() {
    use crate::support::TcpClient;
    let builder = messaging().endpoint(Endpoint::tcp("127.0.0.1:0"));
    let app = App::start(builder).await;
    let (address, _serving) = app.serve_tcp().await;
    let _client = TcpClient::connect(address).await;
    let session = &app.messaging.sessions().all()[0];
    assert_eq!(session.address(), Some("127.0.0.1".parse().unwrap()));
}

#[test]
fn what_is_no_network_is_a_problem_at_start_up() {
    let endpoint =
        Endpoint::new("/ws").trusted_proxies(["10.0.0.0/8", "proxy.example", "10.0.0.0/33"]);
    let error = messaging().endpoint(endpoint).build().unwrap_err();
    assert_eq!(error.problems().len(), 2, "{error}");
    assert!(error.problems()[0].contains("\"proxy.example\" is no proxy's address"));
}
