//! Credentials stay where they belong: a canary in each place where clients put them, all ways to fail
//! over real sockets, and then a look at everything that was printed and that any client received.

use std::net::SocketAddr;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::serve::ListenerExt as _;
use stompframe::prelude::*;
use stompframe::security::{CsrfToken, authenticated, permit, rules};
use stompframe::{HandshakeResult, Limits, MessagingBuilder, TrustedProxies};
use tokio::net::TcpListener;

use crate::capture::Capture;
use crate::paths::{PATHS, over_tcp, over_web_socket, refused_handshakes};

/// Stands in everything that is secret, and nowhere else.
pub(crate) const CANARY: &str = "k4n4r1e";

#[derive(Deserialize)]
struct Order {
    #[allow(dead_code, reason = "it is never there")]
    count: u32,
}

#[message_mapping("/order")]
async fn order(Payload(order): Payload<Order>) -> String {
    order.count.to_string()
}

#[message_mapping("/fail")]
async fn fail(headers: Headers) -> Result<(), std::io::Error> {
    assert!(
        headers.contains("authorization"),
        "handlers see what clients send"
    );
    Err(std::io::Error::other("the store is closed"))
}

#[message_mapping("/panic")]
async fn panics(body: String) {
    assert!(body.is_empty(), "this handler wants no body");
}

#[event_listener]
async fn listens(event: SessionEvent) -> Result<(), std::fmt::Error> {
    drop(event);
    Err(std::fmt::Error)
}

async fn authenticate(connect: Connect) -> Result<Option<Principal>, Denied> {
    match (connect.login_passcode(), connect.bearer_token()) {
        (Some(("eve", _)), _) => Err(Denied::new("this passcode is wrong")),
        (Some(("mallory", _)), _) => panic!("the store of users is broken"),
        (Some((name, _)), _) => Ok(Some(Principal::new(name.to_owned()))),
        (None, Some(_)) => Err(Denied::new("this token has expired")),
        (None, None) => Ok(connect.principal().cloned()),
    }
}

async fn intercept(handshake: Handshake) -> HandshakeResult {
    handshake
        .attributes()
        .insert(CsrfToken::new(format!("token-{CANARY}")));
    match handshake.uri().query() {
        Some(query) if query.starts_with("refuse") => Err(StatusCode::UNAUTHORIZED.into()),
        _ => Ok(handshake),
    }
}

async fn middleware(mut request: Request, next: Next) -> axum::response::Response {
    request
        .extensions_mut()
        .insert(Principal::new("ann").with_claims(CANARY));
    next.run(request).await
}

fn application() -> MessagingBuilder {
    let mut limits = Limits::default();
    limits.frame.max_headers = 20;
    limits.frame.max_frame = 4096;
    limits.max_before_connect = 4096;
    Messaging::builder()
        .handler::<order>()
        .handler::<fail>()
        .handler::<panics>()
        .handler::<listens>()
        .application_prefix("/app")
        .simple_broker(["/topic", "/queue"])
        .accept_client_sends(["/topic", "/queue"])
        .accept_user_sends(["/queue"])
        .authenticate(authenticate)
        .error_handler(|frame| {
            assert!(frame.error().code() != ErrorCode::NoRoute, "it panics, too");
        })
        .on_event(|event: SessionEvent| async move {
            assert!(
                event.message().headers().get("colour").is_none(),
                "a listener panics"
            );
        })
        .limits(limits)
        .authorize(
            rules()
                .send("/app/closed", authenticated())
                .send("/**", permit())
                .subscribe("/topic/**", permit())
                .subscribe("/queue/**", permit())
                .subscribe("/user/**", permit())
                .subscribe("/app/**", permit()),
        )
}

/// Serves the application over WebSocket and TCP.
async fn serve() -> (SocketAddr, SocketAddr, Messaging) {
    let endpoint = Endpoint::new("/ws")
        .intercept(intercept)
        .require_csrf_token()
        .trusted_proxies(TrustedProxies::new(["127.0.0.1"]));
    let messaging = application()
        .endpoint(endpoint)
        .endpoint(Endpoint::tcp("127.0.0.1:0"))
        .build()
        .unwrap();
    let tcp = messaging.bind_tcp().await.unwrap();
    let tcp_address = tcp.addresses()[0];
    tokio::spawn(tcp.serve());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let listener = listener.tap_io(|socket| socket.set_nodelay(true).unwrap());
    let router: axum::Router = messaging.router();
    let router = router.layer(from_fn(middleware));
    tokio::spawn(async move {
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, service).await.unwrap();
    });
    (address, tcp_address, messaging)
}

#[tokio::test]
async fn sec_v_15_no_credential_is_printed_or_told_to_anybody() {
    Capture::start();
    let (web_socket, tcp, messaging) = serve().await;
    let mut told = refused_handshakes(web_socket).await;
    for path in PATHS {
        told.extend(over_web_socket(web_socket, path).await);
        told.extend(over_tcp(tcp, path).await);
    }
    messaging.shut_down(std::time::Duration::from_secs(5)).await;

    let printed = Capture::printed();
    // It did happen, and was printed.
    for expected in [
        "origin",
        "auth-failed",
        "denied",
        "conversion",
        "handler-failed",
        "internal",
        "no-route",
        "too-many-headers",
        "frame-too-large",
        "bad-escape",
        "unknown-command",
        "not-connected",
        "already-connected",
        "version",
        "bad-heart-beat",
        "a listener panicked",
        "a listener failed",
        "the error handler panicked",
        "an interceptor refused a handshake",
        "TRACE",
        "CSRF",
    ] {
        assert!(
            printed.contains(expected),
            "nothing was printed about {expected}"
        );
    }
    for line in printed.lines().chain(told.iter().flat_map(|it| it.lines())) {
        assert!(!contains(line), "{line}");
    }
}

/// In words, in hexadecimal, or as Rust prints bytes.
fn contains(line: &str) -> bool {
    let hexadecimal: String = CANARY.bytes().map(|byte| format!("{byte:02x}")).collect();
    let decimal: Vec<_> = CANARY.bytes().map(|byte| byte.to_string()).collect();
    [CANARY.to_owned(), hexadecimal, decimal.join(", ")]
        .iter()
        .any(|it| line.contains(it))
}

#[test]
fn a_canary_would_be_found() {
    assert!(contains("passcode=k4n4r1e"));
    assert!(contains(&format!("{:?}", CANARY.as_bytes())));
    assert!(contains("0x6b346e34723165"));
    assert!(!contains("passcode=***"));
}
