//! What clients send, and how it is answered.

use std::sync::Arc;

use stompframe::SockJs;
use tokio::sync::Barrier;

use super::{Server, everything, fresh, not_cached, ok};
use crate::support::http::ask;

#[tokio::test]
async fn k_18_nobody_sends_to_a_session_that_nobody_began() {
    let server = Server::start().await;
    let session = fresh("/echo");
    for transport in ["xhr_send", "jsonp_send"] {
        let answer = server
            .post(&format!("{session}/{transport}"), "[\"a\"]")
            .await;
        assert_eq!(answer.status, 404);
    }
    let answer = server.post(&format!("{session}/xhr"), "").await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn k_36_k_38_messages_come_with_any_content_type_or_not_at_all() {
    let server = Server::start().await;
    let session = fresh("/echo");
    assert_eq!(
        server.posted(&format!("{session}/xhr"), "").await,
        ok("o\n")
    );
    let types = [
        "text/plain",
        "T",
        "application/json",
        "application/xml",
        "",
        "application/json; charset=utf-8",
        "text/xml; charset=utf-8",
        "text/xml",
    ];
    for content_type in types {
        let request = format!("POST {session}/xhr_send\nContent-Type: {content_type}");
        let mut answer = ask(server.address, &request, "[\"a\"]").await;
        assert_eq!(answer.status, 204);
        assert_eq!(
            answer.header("content-type"),
            Some("text/plain; charset=UTF-8")
        );
        not_cached(&answer);
        assert_eq!(answer.body().await, "");
    }
    let nothing = server.posted(&format!("{session}/xhr_send"), "[]").await;
    assert_eq!(nothing, (204, String::new()));
    let all = vec!["\"a\""; types.len()].join(",");
    assert_eq!(
        server.posted(&format!("{session}/xhr"), "").await,
        ok(&format!("a[{all}]\n"))
    );
}

#[tokio::test]
async fn k_37_what_cannot_be_read_is_told_and_the_session_lives_on() {
    let server = Server::start().await;
    let session = fresh("/echo");
    assert_eq!(
        server.posted(&format!("{session}/xhr"), "").await,
        ok("o\n")
    );
    for (body, error) in [
        ("[\"x", "Broken JSON encoding."),
        ("\"x\"", "Broken JSON encoding."),
        ("[1]", "Broken JSON encoding."),
        ("[\"\\ud800\"]", "Broken JSON encoding."),
        ("", "Payload expected."),
    ] {
        let answer = server.posted(&format!("{session}/xhr_send"), body).await;
        assert_eq!(answer, (500, error.to_owned()), "{body}");
    }
    let sent = server
        .posted(&format!("{session}/xhr_send"), "[\"a\"]")
        .await;
    assert_eq!(sent.0, 204);
    assert_eq!(
        server.posted(&format!("{session}/xhr"), "").await,
        ok("a[\"a\"]\n")
    );
}

#[tokio::test]
async fn k_38_k_42_jsonp_sends_forms_and_receives_scripts() {
    let server = Server::start().await;
    let session = fresh("/echo");
    let poll = format!("{session}/jsonp?c=%63allback");
    let mut opened = server.get(&poll).await;
    assert_eq!(
        opened.header("content-type"),
        Some("application/javascript; charset=UTF-8")
    );
    not_cached(&opened);
    assert_eq!(opened.body().await, "/**/callback(\"o\");\r\n");
    let form = "Content-Type: application/x-www-form-urlencoded";
    let send = format!("POST {session}/jsonp_send");
    for (content_type, body, status, text) in [
        (form, "d=%5B%22x%22%5D", 200, "ok"),
        ("Content-Type: text/plain", "[\"%61bc\"]", 200, "ok"),
        (form, "d=%5B%5D", 200, "ok"),
        (form, "d=%5B%22x", 500, "Broken JSON encoding."),
        (form, "", 500, "Payload expected."),
        (form, "d=", 500, "Payload expected."),
        (form, "p=p", 500, "Payload expected."),
    ] {
        let mut answer = ask(server.address, &format!("{send}\n{content_type}"), body).await;
        assert_eq!(answer.status, status, "{body}");
        assert_eq!(
            answer.header("content-type"),
            Some("text/plain; charset=UTF-8")
        );
        assert_eq!(answer.body().await, text);
    }
    assert_eq!(
        server.got(&poll).await,
        ok("/**/callback(\"a[\\\"x\\\",\\\"%61bc\\\"]\");\r\n")
    );
    let session = fresh("/close");
    for frame in ["o", "c[3000,\\\"Go away!\\\"]", "c[3000,\\\"Go away!\\\"]"] {
        assert_eq!(
            server.got(&format!("{session}/jsonp?c=x")).await,
            ok(&format!("/**/x(\"{frame}\");\r\n"))
        );
    }
}

#[tokio::test]
async fn k_41_k_42_v_22_what_is_no_name_of_a_function_is_not_repeated() {
    let server = Server::start().await;
    for transport in ["htmlfile", "jsonp"] {
        for (query, error) in [
            ("", "\"callback\" parameter required"),
            ("?c=", "\"callback\" parameter required"),
            ("?c=%20", "invalid \"callback\" parameter"),
            ("?c=*", "invalid \"callback\" parameter"),
            ("?c=abc(", "invalid \"callback\" parameter"),
            ("?c=abc%28", "invalid \"callback\" parameter"),
            ("?c=%3Cscript%3E", "invalid \"callback\" parameter"),
        ] {
            let answer = server.got(&format!("/echo/a/a/{transport}{query}")).await;
            assert_eq!(answer, (500, error.to_owned()));
        }
    }
}

#[tokio::test]
async fn k_51_what_one_request_brings_has_a_bound() {
    let server = Server::start_with(everything().max_post(1_000)).await;
    let session = fresh("/echo");
    assert_eq!(
        server.posted(&format!("{session}/xhr"), "").await,
        ok("o\n")
    );
    let of = |length: usize| format!("[\"{}\"]", "x".repeat(length - 4));
    let send = format!("{session}/xhr_send");
    assert_eq!(server.posted(&send, &of(1_001)).await.0, 413);
    assert_eq!(server.posted(&send, &of(1_000)).await.0, 204);
    // The same without its length beforehand.
    let chunked = format!("POST {send} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (length, status) in [(1_001, 413), (1_000, 204)] {
        let body = format!("{length:x}\r\n{}\r\n0\r\n\r\n", of(length));
        let answer = crate::support::http::send(server.address, &format!("{chunked}{body}")).await;
        assert_eq!(answer.status, status);
    }
    let (_, echoed) = server.posted(&format!("{session}/xhr"), "").await;
    assert_eq!(echoed.len(), 2 * 998 + "a[,]\n".len());

    let server = Server::start_with(SockJs::new()).await;
    let session = fresh("/echo");
    assert_eq!(
        server.posted(&format!("{session}/xhr"), "").await,
        ok("o\n")
    );
    let many = |count: usize| format!("[{}]", vec!["\"\""; count].join(","));
    let send = format!("{session}/xhr_send");
    assert_eq!(server.posted(&send, &many(4_097)).await.0, 500);
    assert_eq!(server.posted(&send, &many(4_096)).await.0, 204);
}

#[tokio::test]
async fn k_52_requests_that_come_together_take_turns() {
    const ROUNDS: usize = 1_000;
    let server = Arc::new(Server::start_with(everything()).await);
    let session = fresh("/echo");
    assert_eq!(
        server.posted(&format!("{session}/xhr"), "").await,
        ok("o\n")
    );
    for round in 0..ROUNDS / 10 {
        let together = Arc::new(Barrier::new(10));
        let senders = (0..10).map(|sender| {
            let (server, session) = (Arc::clone(&server), session.clone());
            let together = Arc::clone(&together);
            tokio::spawn(async move {
                let name = |part: &str| format!("\"{round} {sender} {part}\"");
                let body = format!("[{},{},{}]", name("a"), name("b"), name("c"));
                together.wait().await;
                let sent = server.posted(&format!("{session}/xhr_send"), &body).await;
                assert_eq!(sent.0, 204);
            })
        });
        for sender in senders.collect::<Vec<_>>() {
            sender.await.unwrap();
        }
        let (_, echoed) = server.posted(&format!("{session}/xhr"), "").await;
        let messages: Vec<String> = serde_json::from_str(&echoed[1..]).unwrap();
        assert_eq!(messages.len(), 30);
        for three in messages.chunks(3) {
            let parts: Vec<_> = three
                .iter()
                .map(|message| message.split_at(message.len() - 1))
                .collect();
            assert!(parts.iter().all(|part| part.0 == parts[0].0), "{three:?}");
            assert_eq!([parts[0].1, parts[1].1, parts[2].1], ["a", "b", "c"]);
        }
    }
}
