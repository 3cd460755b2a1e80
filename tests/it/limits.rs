//! Every bound: at it all is well, beyond it the client is told which it was.

use std::time::Duration;

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use stompframe::Limits;
use stompframe::prelude::*;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{App, Client, TcpClient, messaging};

fn small() -> Limits {
    let mut limits = Limits::default();
    limits.frame.max_frame = 1024;
    limits.frame.max_head = 512;
    limits.frame.max_header_line = 128;
    limits.frame.max_headers = 8;
    limits.max_subscriptions = 3;
    limits
}

async fn app() -> App {
    App::start(messaging().accept_client_sends(["/topic"]).limits(small())).await
}

/// Sends a frame and gives the code of the ERROR, if one comes instead of the receipt.
async fn sent(app: &App, head: &str, body: &str) -> Option<String> {
    let mut client = app.connect().await;
    client.send(format!("{head}receipt:r\n\n{body}\0")).await;
    let frame = client.frame().await;
    match frame.command.as_str() {
        "RECEIPT" => None,
        _ => {
            assert!(
                client.closed().await.0 == 1009
                    || frame.header("error-code") == Some("bad-destination")
            );
            frame.header("error-code").map(str::to_owned)
        }
    }
}

#[tokio::test]
async fn l_03_b_08_the_size_of_a_frame() {
    let app = app().await;
    let head = "SEND\ndestination:/topic/a\n";
    let room = 1024 - head.len() - "receipt:r\n\n".len();
    assert_eq!(sent(&app, head, &"x".repeat(room)).await, None);
    assert_eq!(
        sent(&app, head, &"x".repeat(room + 1)).await.as_deref(),
        Some("frame-too-large")
    );
    // Declared is refused like sent, and before it is sent.
    let declared = "SEND\ndestination:/topic/a\ncontent-length:1000000\n";
    assert_eq!(
        sent(&app, declared, "").await.as_deref(),
        Some("frame-too-large")
    );
}

#[tokio::test]
async fn l_01_h_05_the_number_of_headers_with_duplicates() {
    let app = app().await;
    let head = |more: usize| format!("SEND\ndestination:/topic/a\n{}", "a:b\n".repeat(more));
    assert_eq!(sent(&app, &head(6), "").await, None);
    assert_eq!(
        sent(&app, &head(7), "").await.as_deref(),
        Some("too-many-headers")
    );
}

#[tokio::test]
async fn l_02_the_length_of_a_header() {
    let app = app().await;
    let head = |length: usize| format!("SEND\ndestination:/topic/a\nx:{}\n", "v".repeat(length));
    assert_eq!(sent(&app, &head(126), "").await, None);
    assert_eq!(
        sent(&app, &head(127), "").await.as_deref(),
        Some("header-too-long")
    );
}

#[tokio::test]
async fn the_length_of_a_destination() {
    let app = App::start(messaging().accept_client_sends(["/topic"])).await;
    let head = |length: usize| {
        format!(
            "SEND\ndestination:/topic/{}\n",
            "x".repeat(length - "/topic/".len())
        )
    };
    assert_eq!(sent(&app, &head(255), "").await, None);
    assert_eq!(
        sent(&app, &head(256), "").await.as_deref(),
        Some("bad-destination")
    );
}

#[tokio::test]
async fn the_segments_of_a_destination() {
    let app = App::start(messaging().accept_client_sends(["/topic"])).await;
    let head = |segments: usize| format!("SEND\ndestination:/topic{}\n", "/x".repeat(segments - 1));
    assert_eq!(sent(&app, &head(32), "").await, None);
    assert_eq!(
        sent(&app, &head(33), "").await.as_deref(),
        Some("bad-destination")
    );
}

#[tokio::test]
async fn the_characters_of_a_destination() {
    let app = App::start(messaging().accept_client_sends(["/topic"])).await;
    let head = |text: &str| format!("SEND\ndestination:/topic/{text}\n");
    assert_eq!(sent(&app, &head(" ü\\c~"), "").await, None);
    for control in ["\t", "\\n", "\\r", "\u{1b}", "\u{7f}", "\u{85}"] {
        assert_eq!(
            sent(&app, &head(control), "").await.as_deref(),
            Some("bad-destination"),
            "{control:?}"
        );
    }
}

#[tokio::test]
async fn the_length_of_ids() {
    let app = App::start(messaging()).await;
    let mut client = app.connect().await;
    client.subscribe(&"i".repeat(128), "/topic/a").await;
    client
        .send(format!(
            "SUBSCRIBE\nid:{}\ndestination:/topic/a\n\n\0",
            "i".repeat(129)
        ))
        .await;
    assert_eq!(
        client.error().await.header("error-code"),
        Some("header-too-long")
    );

    let mut client = app.connect().await;
    client
        .send(format!(
            "UNSUBSCRIBE\nid:0\nreceipt:{}\n\n\0",
            "r".repeat(256)
        ))
        .await;
    assert_eq!(client.frame().await.command, "RECEIPT");
    client
        .send(format!(
            "UNSUBSCRIBE\nid:0\nreceipt:{}\n\n\0",
            "r".repeat(257)
        ))
        .await;
    assert_eq!(
        client.error().await.header("error-code"),
        Some("header-too-long")
    );
}

#[tokio::test]
async fn the_number_of_subscriptions() {
    let app = app().await;
    let mut client = app.connect().await;
    for id in ["0", "1", "2"] {
        client.subscribe(id, "/topic/a").await;
    }
    client.confirmed("UNSUBSCRIBE\nid:1\n").await;
    client.subscribe("3", "/topic/a").await;
    client
        .send("SUBSCRIBE\nid:4\ndestination:/topic/a\nreceipt:r\n\n\0")
        .await;
    let error = client.error().await;
    assert_eq!(error.header("error-code"), Some("too-many-subscriptions"));
    assert_eq!(error.header("receipt-id"), Some("r"));
}

#[tokio::test]
async fn the_size_of_a_message_of_the_transport() {
    let app = app().await;
    let mut client = app.connect().await;
    client.send("\n".repeat(2 * 1024)).await;
    client.nothing_before_receipt().await;
    client.send("\n".repeat(2 * 1024 + 1)).await;
    assert_eq!(
        client.error().await.header("error-code"),
        Some("frame-too-large")
    );
}

/// DF-13: strangers get less.
#[tokio::test]
async fn what_is_sent_before_connect() {
    let mut limits = small();
    limits.max_before_connect = 200;
    let app = App::start(
        messaging()
            .limits(limits)
            .endpoint(Endpoint::tcp("127.0.0.1:0")),
    )
    .await;
    let (address, _) = app.serve_tcp().await;
    let connect = |length: usize| {
        let start = "CONNECT\naccept-version:1.2\na:";
        let line = "x".repeat(100);
        let rest = "y".repeat(length - start.len() - line.len() - "\nb:\n\n".len());
        format!("{start}{line}\nb:{rest}\n\n\0")
    };
    // Whole, in pieces, and with as much before it as fits.
    for pieces in [1, 7, 300] {
        let mut client = TcpClient::open(address).await;
        for piece in connect(200).as_bytes().chunks(pieces) {
            client.send(piece).await;
        }
        assert_eq!(client.frame().await.command, "CONNECTED");
        // From here on there is room for a session's frames.
        client
            .subscribe(&"i".repeat(128), &format!("/topic/{}", "x".repeat(100)))
            .await;

        let mut client = TcpClient::open(address).await;
        for piece in connect(201).as_bytes()[..201].chunks(pieces) {
            client.send(piece).await;
        }
        assert_eq!(
            client.error().await.header("error-code"),
            Some("frame-too-large")
        );
    }
    let mut client = app.open().await;
    client.send("\n".repeat(200)).await;
    client.send("CONNECT\n\n\0").await;
    assert_eq!(client.frame().await.command, "CONNECTED");
    let mut client = app.open().await;
    client.send("\n".repeat(200)).await;
    client.send("\n").await;
    assert_eq!(
        client.error().await.header("error-code"),
        Some("frame-too-large")
    );
}

/// DF-14: those who say nothing leave places to those who do.
#[tokio::test]
async fn the_number_of_connections_without_connect() {
    let mut limits = small();
    limits.max_connecting = 2;
    let app = App::start(
        messaging()
            .limits(limits)
            .endpoint(Endpoint::tcp("127.0.0.1:0")),
    )
    .await;
    let (address, _) = app.serve_tcp().await;
    // Connections that have said CONNECT do not count.
    let _connected = [
        app.connect().await,
        app.connect().await,
        app.connect().await,
    ];
    let mut first = app.open().await;
    let second = app.open().await;

    let mut refused = TcpClient::open(address).await;
    assert_eq!(
        refused.error().await.header("error-code"),
        Some("overloaded")
    );
    let request = format!("ws://{}/ws", app.address);
    let refused = Client::handshake(
        tokio_tungstenite::tungstenite::client::IntoClientRequest::into_client_request(request)
            .unwrap(),
    );
    let Err(tokio_tungstenite::tungstenite::Error::Http(response)) = refused.await else {
        panic!("a handshake that is refused was expected")
    };
    assert_eq!(response.status(), 503);

    first.send("CONNECT\n\n\0").await;
    assert_eq!(first.frame().await.command, "CONNECTED");
    let _third = app.open().await;
    assert!(app.messaging.admit().is_err());
    drop(second);
    while app.messaging.admit().is_err() {
        tokio::task::yield_now().await;
    }
}

/// DF-15: one user cannot take all the places.
#[tokio::test]
async fn the_number_of_sessions_of_a_user() {
    let authenticate = |mut request: Request, next: Next| {
        if let Some(user) = request.uri().query() {
            let user = Principal::new(user.to_owned());
            request.extensions_mut().insert(user);
        }
        next.run(request)
    };
    let mut limits = small();
    limits.max_sessions_per_user = 2;
    let app = App::start_with(messaging().limits(limits), Endpoint::new("/ws"), |router| {
        router.layer(from_fn(authenticate))
    })
    .await;
    let connect = async |user: &str| {
        let mut client = Client::open(app.address, &format!("/ws{user}")).await;
        client.send("CONNECT\naccept-version:1.2\n\n\0").await;
        client
    };
    let mut ann = Vec::new();
    for user in ["?ann", "?ann", "?bob", "", "", ""] {
        let mut client = connect(user).await;
        assert_eq!(client.frame().await.command, "CONNECTED", "{user}");
        ann.push(client);
    }
    let error = connect("?ann").await.error().await;
    assert_eq!(error.header("error-code"), Some("overloaded"));
    assert_eq!(error.text(), "one user may have 2 sessions");
    assert_eq!(app.messaging.sessions().len(), 6);
    ann.swap_remove(0).close().await;
    while app.messaging.sessions().of_user("ann").len() > 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(connect("?ann").await.frame().await.command, "CONNECTED");
}

/// DF-32: who is silent without heart-beats is asked whether it is there.
#[tokio::test]
async fn the_silence_of_a_websocket() {
    let mut limits = small();
    limits.ping_interval = Duration::from_millis(20);
    let app = App::start(messaging().limits(limits)).await;
    // A client that reads answers by itself.
    let mut client = app.connect().await;
    for _ in 0..5 {
        assert!(matches!(client.message().await, Message::Ping(_)));
    }
    // The last answer leaves with the next that is read.
    assert!(matches!(client.message().await, Message::Ping(_)));
    assert_eq!(app.messaging.sessions().len(), 1);

    limits.pong_timeout = Duration::from_millis(20);
    let app = App::start(messaging().limits(limits)).await;
    let _frozen = app.connect().await;
    while !app.messaging.sessions().is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn c_23_the_time_until_connect() {
    let mut limits = small();
    limits.connect_timeout = Duration::from_millis(50);
    let app = App::start(messaging().limits(limits)).await;
    let mut silent = app.open().await;
    let mut chatty = app.open().await;
    chatty.send("\n\nCONN").await;
    for client in [&mut silent, &mut chatty] {
        let error = client.frame().await;
        assert_eq!(error.header("error-code"), Some("connect-timeout"));
        assert_eq!(client.closed().await.0, 4408);
    }
}

#[tokio::test]
async fn what_waits_for_a_client_that_does_not_read() {
    let mut limits = small();
    limits.outbox.max_bytes = 64 * 1024;
    limits.close_timeout = Duration::from_millis(20);
    let app = App::start(messaging().limits(limits)).await;
    let mut slow = app.connect().await;
    let mut quick = app.connect().await;
    slow.subscribe("0", "/topic/a").await;
    quick.subscribe("0", "/topic/a").await;
    let body = "x".repeat(16 * 1024);
    // Far more than the kernel's own buffers hold: the slow one is let go of, and the quick one
    // misses nothing.
    let mut published = 0;
    while app.messaging.sessions().len() > 1 {
        app.messaging
            .template()
            .send("/topic/a", body.clone())
            .await
            .unwrap();
        published += 1;
        assert_eq!(quick.frame().await.body.len(), body.len());
        assert!(published < 10_000, "the slow client is held on to");
    }
    quick.nothing_before_receipt().await;
    assert_eq!(app.messaging.sessions().len(), 1);
}
