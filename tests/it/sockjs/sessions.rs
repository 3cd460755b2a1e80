//! When sessions begin and end, whose they are, and who receives.

use std::time::{Duration, Instant};

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use stompframe::{Endpoint, Principal, SockJs};
use tokio::sync::mpsc;

use super::{Server, echo, everything, fresh, ok};
use crate::support::http::{ask, begin};

const BUSY: &str = "c[2010,\"Another connection still open\"]\n";
const INTERRUPTED: &str = "c[1002,\"Connection interrupted\"]\n";

#[tokio::test]
async fn k_14_k_49_a_session_has_an_address_and_others_are_none() {
    let server = Server::start().await;
    for session in ["/a/a", "/_/_", "/1/1", "/abcdefgh_i-j%20/abcdefg_i-j%20"] {
        assert_eq!(
            server.posted(&format!("/echo{session}/xhr"), "").await,
            ok("o\n"),
            "{session}"
        );
    }
    for session in [
        "//", "/a./a", "/a/a.", "/./.", "/", "///", "/a/b;c", "/a/%2e", "/a/b%2Fc", "/a/b%5cc",
    ] {
        let path = format!("/echo{session}/xhr");
        assert_eq!(server.post(&path, "").await.status, 404, "{path}");
        assert_eq!(server.get(&path).await.status, 404, "{path}");
    }
    assert_eq!(server.get("/echo/info;.bat").await.status, 404);
    let long = format!("/echo/0/{}/xhr", "x".repeat(129));
    assert_eq!(server.post(&long, "").await.status, 404);
}

#[tokio::test]
async fn k_15_k_17_k_35_a_session_is_known_by_its_own_id_alone() {
    let server = Server::start().await;
    let id = fresh("").replace("/000/", "");
    let mut opened = server.post(&format!("/echo/000/{id}/xhr"), "").await;
    assert_eq!(
        opened.header("content-type"),
        Some("application/javascript; charset=UTF-8")
    );
    super::not_cached(&opened);
    assert_eq!((opened.status, opened.body().await), ok("o\n"));
    let sent = server
        .posted(&format!("/echo/000/{id}/xhr_send"), "[\"a\"]")
        .await;
    assert_eq!(sent, (204, String::new()));
    let received = server.posted(&format!("/echo/999/{id}/xhr"), "").await;
    assert_eq!(received, ok("a[\"a\"]\n"));
}

#[tokio::test]
async fn k_17_whoever_receives_first_opens_the_session_and_hears_so_at_once() {
    let server = Server::start().await;
    for (way, frames) in [
        ("POST xhr", &["o\n"][..]),
        ("POST xhr_streaming", &["h", "o\n"]),
        ("GET eventsource", &["\r\n", "data: o\r\n\r\n"]),
        (
            "GET htmlfile?c=x",
            &["<!doctype html>", "<script>\np(\"o\");"],
        ),
        ("GET jsonp?c=x", &["/**/x(\"o\");\r\n"]),
    ] {
        let request = way.replace(' ', &format!(" {}/", fresh("/echo")));
        let mut answer = ask(server.address, &request, "").await;
        assert_eq!(answer.status, 200, "{way}");
        for begin in frames {
            let piece = match frames {
                [_] => answer.body().await,
                _ => answer.chunk().await.unwrap(),
            };
            assert!(piece.starts_with(begin), "{way}: {piece}");
        }
    }
}

#[tokio::test]
async fn a_session_receives_as_it_began_and_other_methods_are_named() {
    let server = Server::start().await;
    let session = fresh("/echo");
    assert_eq!(
        server.posted(&format!("{session}/xhr"), "").await,
        ok("o\n")
    );
    assert_eq!(
        server
            .post(&format!("{session}/xhr_streaming"), "")
            .await
            .status,
        404
    );
    assert_eq!(
        server.get(&format!("{session}/eventsource")).await.status,
        404
    );
    for (method, transport, allowed) in [
        ("GET", "xhr", "OPTIONS, POST"),
        ("GET", "xhr_send", "OPTIONS, POST"),
        ("PUT", "xhr_streaming", "OPTIONS, POST"),
        ("DELETE", "eventsource", "GET"),
        ("OPTIONS", "jsonp", "GET"),
    ] {
        let mut answer = ask(
            server.address,
            &format!("{method} {session}/{transport}"),
            "",
        )
        .await;
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, Some(allowed))
        );
        assert_eq!(answer.header("content-type"), None);
        assert_eq!(answer.body().await, "");
    }
}

#[tokio::test]
async fn k_21_a_second_receiver_is_turned_away_and_the_first_not_disturbed() {
    let server = Server::start().await;
    let session = fresh("/echo");
    assert_eq!(
        server.posted(&format!("{session}/xhr"), "").await,
        ok("o\n")
    );
    let waiting = begin(server.address, &format!("POST {session}/xhr")).await;
    // Until it waits, the other one could be first.
    while server.posted(&format!("{session}/xhr"), "").await != ok(BUSY) {
        server
            .posted(&format!("{session}/xhr_send"), "[\"too early\"]")
            .await;
    }
    server
        .posted(&format!("{session}/xhr_send"), "[\"x\"]")
        .await;
    let mut answer = crate::support::http::Answer::read(waiting).await;
    assert!(answer.body().await.contains("\"x\""));

    let session = fresh("/echo");
    let stream = format!("{session}/xhr_streaming");
    let mut first = server.post(&stream, "").await;
    first.chunk().await;
    assert_eq!(first.chunk().await.as_deref(), Some("o\n"));
    let mut second = server.post(&stream, "").await;
    second.chunk().await;
    assert_eq!(second.chunk().await.as_deref(), Some(BUSY));
    assert_eq!(second.chunk().await, None);
    server
        .posted(&format!("{session}/xhr_send"), "[\"x\"]")
        .await;
    assert_eq!(first.chunk().await.as_deref(), Some("a[\"x\"]\n"));
}

#[tokio::test]
async fn k_22_k_23_everybody_hears_how_a_session_was_closed() {
    let server = Server::start().await;
    let session = fresh("/close");
    let poll = format!("{session}/xhr");
    assert_eq!(server.posted(&poll, "").await, ok("o\n"));
    for _ in 0..3 {
        assert_eq!(server.posted(&poll, "").await, ok("c[3000,\"Go away!\"]\n"));
    }
    assert_eq!(
        server
            .post(&format!("{session}/xhr_send"), "[]")
            .await
            .status,
        404
    );

    let stream = format!("{}/xhr_streaming", fresh("/close"));
    for opens in [true, false] {
        let mut answer = server.post(&stream, "").await;
        answer.chunk().await;
        if opens {
            assert_eq!(answer.chunk().await.as_deref(), Some("o\n"));
        }
        assert_eq!(
            answer.chunk().await.as_deref(),
            Some("c[3000,\"Go away!\"]\n")
        );
        assert_eq!(answer.chunk().await, None);
    }
}

#[tokio::test]
async fn k_24_a_receiver_that_is_cut_off_ends_the_session() {
    let server = Server::start().await;
    let session = fresh("/echo");
    let stream = format!("{session}/xhr_streaming");
    let mut cut = server.post(&stream, "").await;
    cut.chunk().await;
    assert_eq!(cut.chunk().await.as_deref(), Some("o\n"));
    drop(cut);
    loop {
        let mut next = server.post(&stream, "").await;
        next.chunk().await;
        match next.chunk().await.as_deref() {
            Some("o\n" | INTERRUPTED) => break,
            // The server has not seen yet that the first one is gone.
            Some(BUSY) => {}
            other => panic!("{other:?}"),
        }
    }
    let poll = format!("{}/xhr", fresh("/echo"));
    assert_eq!(server.posted(&poll, "").await, ok("o\n"));
    drop(begin(server.address, &format!("POST {poll}")).await);
    loop {
        match server.posted(&poll, "").await.1.as_str() {
            "o\n" | INTERRUPTED => break,
            BUSY => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn k_19_a_session_to_which_nobody_comes_back_ends_once() {
    let (ended, mut ends) = mpsc::unbounded_channel();
    let serve = move |mut client: stompframe::SockJsConnection| {
        let ended = ended.clone();
        async move {
            while client.receive().await.is_some() {}
            ended.send(Instant::now()).unwrap();
        }
    };
    let delay = Duration::from_millis(300);
    let endpoint = Endpoint::new("/echo").sockjs(SockJs::new().disconnect_delay(delay));
    let server = Server::serve(endpoint.sockjs_messages(serve)).await;
    let poll = format!("{}/xhr", fresh("/echo"));
    let began = Instant::now();
    assert_eq!(server.posted(&poll, "").await, ok("o\n"));
    let end = ends.recv().await.unwrap();
    assert!(end - began >= delay, "{:?}", end - began);
    assert!(ends.try_recv().is_err());
    // What has timed out is forgotten.
    while server.posted(&poll, "").await != ok("o\n") {}
}

#[tokio::test]
async fn k_20_a_receiver_that_waits_is_sent_heart_beats() {
    let sockjs = everything().heart_beat(Duration::from_millis(50));
    let server = Server::start_with(sockjs).await;
    let session = fresh("/echo");
    assert_eq!(
        server.posted(&format!("{session}/xhr"), "").await,
        ok("o\n")
    );
    for _ in 0..3 {
        assert_eq!(
            server.posted(&format!("{session}/xhr"), "").await,
            ok("h\n")
        );
    }
    let mut stream = server
        .post(&format!("{}/xhr_streaming", fresh("/echo")), "")
        .await;
    stream.chunk().await;
    for frame in ["o\n", "h\n", "h\n", "h\n"] {
        assert_eq!(stream.chunk().await.as_deref(), Some(frame));
    }
    let mut events = server.get(&format!("{}/eventsource", fresh("/echo"))).await;
    events.chunk().await;
    for frame in ["data: o\r\n\r\n", "data: h\r\n\r\n", "data: h\r\n\r\n"] {
        assert_eq!(events.chunk().await.as_deref(), Some(frame));
    }
}

#[tokio::test]
async fn k_50_v_13_who_knows_the_id_of_anothers_session_has_nothing_of_it() {
    async fn authenticate(mut request: Request, next: Next) -> axum::response::Response {
        let user = request.headers().get("x-user").cloned();
        if let Some(user) = user {
            let user = Principal::new(user.to_str().unwrap());
            request.extensions_mut().insert(user);
        }
        next.run(request).await
    }
    let router = Endpoint::new("/echo")
        .sockjs(everything())
        .sockjs_messages(echo);
    let server = Server::serve(router.layer(from_fn(authenticate))).await;
    let request = async |as_user: &str, path: &str, body: &str| {
        let request = format!("POST {path}\n{as_user}");
        let mut answer = ask(server.address, request.trim_end(), body).await;
        (answer.status, answer.body().await)
    };
    for (owner, others) in [
        ("X-User: ann", ["X-User: bob", "X-User: Ann", ""]),
        ("", ["X-User: ann", "X-User: bob", "X-User: "]),
    ] {
        let session = fresh("/echo");
        let (poll, send) = (format!("{session}/xhr"), format!("{session}/xhr_send"));
        assert_eq!(request(owner, &poll, "").await, ok("o\n"));
        for other in others {
            assert_eq!(request(other, &send, "[\"evil\"]").await.0, 404);
            assert_eq!(request(other, &poll, "").await.0, 404);
        }
        assert_eq!(request(owner, &send, "[\"x\"]").await.0, 204);
        assert_eq!(request(owner, &poll, "").await, ok("a[\"x\"]\n"));
    }
}

#[tokio::test]
async fn k_50_an_anonymous_session_belongs_to_its_address() {
    let router = Endpoint::new("/echo")
        .sockjs(everything())
        .sockjs_messages(echo);
    let server = Server::serve(router).await;
    let session = fresh("/echo");
    let head = |transport: &str, body: &str| {
        let length = body.len();
        format!(
            "POST {session}/{transport} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    };
    let from = async |address: [u8; 4], request: String| {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind((address, 0).into()).unwrap();
        let mut socket = socket.connect(server.address).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut socket, request.as_bytes())
            .await
            .unwrap();
        crate::support::http::Answer::read(socket).await.status
    };
    assert_eq!(from([127, 0, 0, 2], head("xhr", "")).await, 200);
    assert_eq!(from([127, 0, 0, 3], head("xhr_send", "[]")).await, 404);
    assert_eq!(from([127, 0, 0, 3], head("xhr", "")).await, 404);
    // From another port all the same.
    assert_eq!(from([127, 0, 0, 2], head("xhr_send", "[]")).await, 204);
}

#[tokio::test]
async fn k_43_the_cookie_by_which_balancers_know_a_client_again() {
    let server = Server::start().await;
    for (way, body) in [
        ("POST /cookies/0/A/xhr", ""),
        ("POST /cookies/0/A/xhr_send", "[]"),
        ("POST /cookies/0/B/xhr_streaming", ""),
        ("GET /cookies/0/C/eventsource", ""),
        ("GET /cookies/0/D/htmlfile?c=x", ""),
        ("GET /cookies/0/E/jsonp?c=x", ""),
        ("POST /cookies/0/E/jsonp_send", "[]"),
    ] {
        for (cookie, echoed) in [
            ("X-None: x", "dummy"),
            ("Cookie: JSESSIONID=abcdef", "abcdef"),
            ("Cookie: JSESSIONID=a\"b", "dummy"),
        ] {
            let way = way.replace("/0/", &format!("/0/{echoed}{}", cookie.len()));
            let answer = ask(server.address, &format!("{way}\n{cookie}"), body).await;
            assert!(answer.status < 300, "{way}: {}", answer.status);
            let expected = format!("JSESSIONID={echoed}; path=/");
            assert_eq!(answer.header("set-cookie"), Some(&*expected), "{way}");
        }
    }
    let without = server.post(&format!("{}/xhr", fresh("/echo")), "").await;
    assert_eq!(without.header("set-cookie"), None);
}
