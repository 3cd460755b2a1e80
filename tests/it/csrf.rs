//! A page of somebody else's has the user's cookies and not the token.

use stompframe::prelude::*;
use stompframe::security::CsrfToken;

use crate::support::{App, Client, TcpClient, messaging};

/// As an application does that keeps a token in its HTTP sessions; `?none` has none.
async fn by_cookie(handshake: Handshake) -> stompframe::HandshakeResult {
    let token = CsrfToken::new("the-token");
    match handshake.uri().query() {
        Some("none") => {}
        Some("masked") => drop(handshake.attributes().insert(token.masked())),
        Some("named") => drop(handshake.attributes().insert(token.in_header("X-Xsrf"))),
        _ => drop(handshake.attributes().insert(token)),
    }
    Ok(handshake)
}

/// Whether a CONNECT with these headers is accepted.
async fn connects(app: &App, query: &str, headers: &str) -> bool {
    let mut client = Client::open(app.address, &format!("/ws?{query}")).await;
    client
        .send(format!("CONNECT\naccept-version:1.2\n{headers}\n\0"))
        .await;
    let answer = client.frame().await;
    if answer.command == "CONNECTED" {
        return true;
    }
    assert_eq!(answer.header("error-code"), Some("denied"), "{answer:?}");
    assert!(!format!("{answer:?}").contains("the-token"), "{answer:?}");
    assert_eq!(client.closed().await.0, 1008);
    false
}

#[tokio::test]
async fn connect_gives_the_token_of_the_handshake() {
    let endpoint = Endpoint::new("/ws")
        .intercept(by_cookie)
        .require_csrf_token();
    let app = App::start_at(messaging(), endpoint).await;
    let masked = CsrfToken::new("the-token").mask();
    for (query, headers, accepted) in [
        ("", "x-csrf-token:the-token\n", true),
        ("", "X-CSRF-TOKEN:the-token\n", true),
        ("", "", false),
        ("", "x-csrf-token:\n", false),
        ("", "x-csrf-token:the-tokem\n", false),
        // The first counts, as everywhere in STOMP.
        ("", "x-csrf-token:no\nx-csrf-token:the-token\n", false),
        ("", &format!("x-csrf-token:{masked}\n"), false),
        ("masked", &format!("x-csrf-token:{masked}\n"), true),
        ("masked", "x-csrf-token:the-token\n", false),
        ("named", "x-xsrf:the-token\n", true),
        ("named", "x-csrf-token:the-token\n", false),
        ("none", "x-csrf-token:the-token\n", false),
        ("none", "x-csrf-token:\n", false),
    ] {
        assert_eq!(
            connects(&app, query, headers).await,
            accepted,
            "{query} {headers}"
        );
    }
}

#[tokio::test]
async fn who_is_refused_is_not_asked_who_it_is() {
    let builder = messaging().authenticate(|_: Connect| async {
        panic!("nobody may be asked");
        #[allow(unreachable_code, reason = "it says what the closure gives")]
        Ok(None)
    });
    let endpoint = Endpoint::new("/ws").intercept(by_cookie);
    let app = App::start_at(builder, endpoint).await;
    assert!(!connects(&app, "", "x-csrf-token:wrong\n").await);
    assert!(app.messaging.sessions().is_empty());
}

/// No browser speaks TCP, and there are no cookies.
#[tokio::test]
async fn over_tcp_nothing_is_asked_for() {
    let endpoint = Endpoint::new("/ws")
        .intercept(by_cookie)
        .require_csrf_token();
    let app = App::start_at(messaging().endpoint(Endpoint::tcp("127.0.0.1:0")), endpoint).await;
    let (address, _serving) = app.serve_tcp().await;
    TcpClient::connect(address).await;
}
