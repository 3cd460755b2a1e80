//! Which pages may connect, whatever way they come by.

use std::sync::atomic::{AtomicUsize, Ordering};

use stompframe::prelude::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::http::StatusCode;

use crate::support::{App, messaging, refused, request};

const OK: StatusCode = StatusCode::SWITCHING_PROTOCOLS;
const NO: StatusCode = StatusCode::FORBIDDEN;

/// A request's headers, and what it is answered with where only the same origin may connect, and where
/// the list is.
type Row = (
    &'static [(&'static str, &'static str)],
    StatusCode,
    StatusCode,
);

/// The endpoint is at `good.example`; the list has `https://good.example` and
/// `https://*.below.example`.
const ROWS: &[Row] = &[
    // equal
    (&[("origin", "https://good.example")], OK, OK),
    (&[("origin", "https://good.example:443")], OK, OK),
    (&[("origin", "HTTPS://good.example")], NO, NO),
    (&[("origin", "https://GOOD.example")], OK, OK),
    // The server does not know its own scheme unless a trusted proxy tells it; see `proxies.rs`.
    (&[("origin", "http://good.example")], OK, NO),
    // another port, scheme, host
    (&[("origin", "https://good.example:444")], NO, NO),
    (&[("origin", "ftp://good.example")], NO, NO),
    (&[("origin", "https://other.example")], NO, NO),
    // what only looks like it
    (&[("origin", "https://good.example.evil.test")], NO, NO),
    (&[("origin", "https://evilgood.example")], NO, NO),
    (&[("origin", "https://good.example@evil.test")], NO, NO),
    (&[("origin", "https://good.example.")], NO, NO),
    (&[("origin", "https://good.example/")], NO, NO),
    (&[("origin", "https://good.example/path")], NO, NO),
    (&[("origin", "good.example")], NO, NO),
    (&[("origin", "")], NO, NO),
    // null, and what is ambiguous
    (&[("origin", "null")], NO, NO),
    (
        &[("origin", "https://good.example, https://good.example")],
        NO,
        NO,
    ),
    (
        &[("origin", "https://good.example https://good.example")],
        NO,
        NO,
    ),
    (
        &[
            ("origin", "https://good.example"),
            ("origin", "https://good.example"),
        ],
        NO,
        NO,
    ),
    (
        &[
            ("origin", "https://evil.test"),
            ("origin", "https://good.example"),
        ],
        NO,
        NO,
    ),
    // patterns
    (&[("origin", "https://a.below.example")], NO, OK),
    (&[("origin", "https://a.b.below.example")], NO, OK),
    (&[("origin", "https://below.example")], NO, NO),
    (&[("origin", "https://evilbelow.example")], NO, NO),
    // absent
    (&[], OK, OK),
    (&[("sec-fetch-site", "cross-site")], NO, NO),
    (&[("sec-fetch-site", "same-site")], NO, NO),
    (&[("sec-fetch-site", "same-origin")], OK, OK),
    (&[("sec-fetch-site", "none")], OK, OK),
    // the host that the client names is not that of the request
    (
        &[
            ("origin", "https://evil.test"),
            ("x-forwarded-host", "evil.test"),
        ],
        NO,
        NO,
    ),
    (
        &[
            ("origin", "https://evil.test"),
            ("forwarded", "host=evil.test"),
        ],
        NO,
        NO,
    ),
];

/// Requests at an endpoint with SockJS, and whether they open a WebSocket.
const WAYS: &[(&str, bool)] = &[
    ("GET /ws", true),
    ("GET /ws/websocket", true),
    ("GET /ws/0/{session}/websocket", true),
    ("GET /ws/info", false),
    ("GET /ws/0/{session}/eventsource", false),
    ("POST /ws/0/{session}/xhr", false),
    ("POST /ws/0/{session}/xhr_streaming", false),
    ("POST /ws/0/{session}/xhr_send", false),
];

/// Whether this way in is closed to a request with these headers.
async fn is_closed(app: &App, (way, upgrades): (&str, bool), headers: &[(&str, &str)]) -> bool {
    // A session of its own for each, since one that is there would wait for something to say.
    static LAST: AtomicUsize = AtomicUsize::new(0);
    let session = LAST.fetch_add(1, Ordering::Relaxed).to_string();
    let way = way.replace("{session}", &session);
    let mut request = format!("{way} HTTP/1.1\r\nhost: good.example\r\n");
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += match upgrades {
        true => {
            "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
             sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        }
        false => "content-length: 0\r\nconnection: close\r\n\r\n",
    };
    let mut socket = TcpStream::connect(app.address).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut status = [0; 12];
    socket.read_exact(&mut status).await.unwrap();
    &status == b"HTTP/1.1 403"
}

fn listed() -> Endpoint {
    Endpoint::new("/ws")
        .allowed_origins(["https://good.example"])
        .allowed_origin_patterns(["https://*.below.example"])
}

#[tokio::test]
async fn sec_v_03_the_matrix_of_origins_holds_for_every_way_in() {
    let same = App::start_at(messaging(), Endpoint::new("/ws").with_sockjs()).await;
    let list = App::start_at(messaging(), listed().with_sockjs()).await;
    for way in WAYS {
        for (headers, of_same, of_list) in ROWS {
            for (app, status) in [(&same, of_same), (&list, of_list)] {
                let closed = is_closed(app, *way, headers).await;
                assert_eq!(closed, *status == NO, "{way:?}: {headers:?}");
            }
        }
    }
}

#[tokio::test]
async fn the_matrix_of_origins_holds_where_there_is_no_sockjs() {
    let listed = listed();
    let same = App::start(messaging()).await;
    let list = App::start_at(messaging(), listed).await;
    for (headers, of_same, of_list) in ROWS {
        let headers: Vec<_> = [("host", "good.example")]
            .iter()
            .chain(*headers)
            .copied()
            .collect();
        assert_eq!(
            refused(request(&same, &headers)).await,
            *of_same,
            "same: {headers:?}"
        );
        assert_eq!(
            refused(request(&list, &headers)).await,
            *of_list,
            "list: {headers:?}"
        );
    }
}

#[tokio::test]
async fn a_list_is_the_whole_list_and_any_is_any() {
    let listed = Endpoint::new("/ws").allowed_origins(["https://good.example"]);
    let app = App::start_at(messaging(), listed).await;
    let own = format!("http://{}", app.address);
    assert_eq!(refused(request(&app, &[("origin", &own)])).await, NO);
    let app = App::start_at(messaging(), Endpoint::new("/ws").allow_any_origin()).await;
    for origin in ["http://evil.example", "null", "nonsense"] {
        assert_eq!(
            refused(request(&app, &[("origin", origin)])).await,
            OK,
            "{origin}"
        );
    }
}

#[tokio::test]
async fn an_origin_can_be_required() {
    let app = App::start_at(messaging(), Endpoint::new("/ws").require_origin()).await;
    let own = format!("http://{}", app.address);
    assert_eq!(refused(request(&app, &[])).await, NO);
    assert_eq!(refused(request(&app, &[("origin", &own)])).await, OK);
    assert!(app.messaging.sessions().is_empty());
}
