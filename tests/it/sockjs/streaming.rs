//! Responses that go on, and what fits into one.

use std::collections::VecDeque;

use stompframe::SockJsConnection;
use stompframe::{Endpoint, SockJs};

use super::{Server, fresh, not_cached, ok};

#[tokio::test]
async fn k_39_xhr_streaming_begins_with_2_kib_and_ends_at_the_limit() {
    let server = Server::start().await;
    let session = fresh("/echo");
    let mut stream = server.post(&format!("{session}/xhr_streaming"), "").await;
    assert_eq!(stream.status, 200);
    assert_eq!(
        stream.header("content-type"),
        Some("application/javascript; charset=UTF-8")
    );
    not_cached(&stream);
    assert_eq!(
        stream.chunk().await.unwrap(),
        format!("{}\n", "h".repeat(2048))
    );
    assert_eq!(stream.chunk().await.as_deref(), Some("o\n"));
    let message = format!("[\"{}\"]", "x".repeat(128));
    for _ in 0..31 {
        let sent = server
            .posted(&format!("{session}/xhr_send"), &message)
            .await;
        assert_eq!(sent, (204, String::new()));
        assert_eq!(stream.chunk().await.unwrap(), format!("a{message}\n"));
    }
    assert_eq!(stream.chunk().await, None);
    let mut next = server.post(&format!("{session}/xhr_streaming"), "").await;
    next.chunk().await;
    server
        .posted(&format!("{session}/xhr_send"), "[\"more\"]")
        .await;
    assert_eq!(next.chunk().await.as_deref(), Some("a[\"more\"]\n"));
}

#[tokio::test]
async fn k_39_the_limit_is_128_kib_unless_told_otherwise() {
    let server = Server::start_with(SockJs::new()).await;
    let session = fresh("/echo");
    let mut stream = server.post(&format!("{session}/xhr_streaming"), "").await;
    stream.chunk().await;
    stream.chunk().await;
    // With `a` and the end of the line, each is half of it.
    let half = format!("[\"{}\"]", "x".repeat(64 * 1024 - 6));
    for _ in 0..2 {
        server.posted(&format!("{session}/xhr_send"), &half).await;
        assert_eq!(stream.chunk().await.unwrap(), format!("a{half}\n"));
    }
    assert_eq!(stream.chunk().await, None);
}

#[tokio::test]
async fn k_40_v_29_events_hold_what_they_are_made_of() {
    let server = Server::start().await;
    let session = fresh("/echo");
    let mut events = server.get(&format!("{session}/eventsource")).await;
    assert_eq!(events.status, 200);
    assert_eq!(events.header("content-type"), Some("text/event-stream"));
    not_cached(&events);
    assert_eq!(events.chunk().await.as_deref(), Some("\r\n"));
    assert_eq!(events.chunk().await.as_deref(), Some("data: o\r\n\r\n"));
    for (sent, received) in [
        ("[\"x\"]", "a[\"x\"]"),
        (r#"["  \u0000\n\r "]"#, r#"a["  \u0000\n\r "]"#),
        (
            r#"["\r\n\r\ndata: a[]\u2028"]"#,
            r#"a["\r\n\r\ndata: a[]\u2028"]"#,
        ),
        // Clients decode it as an address.
        (r#"["100 %, %41 %"]"#, r#"a["100 %25, %2541 %25"]"#),
    ] {
        let answer = server.posted(&format!("{session}/xhr_send"), sent).await;
        assert_eq!(answer.0, 204);
        let event = format!("data: {received}\r\n\r\n");
        assert_eq!(events.chunk().await.unwrap(), event);
    }
    let long = format!("[\"{}\"]", "x".repeat(4096));
    server.posted(&format!("{session}/xhr_send"), &long).await;
    assert_eq!(
        events.chunk().await.unwrap(),
        format!("data: a{long}\r\n\r\n")
    );
    assert_eq!(events.chunk().await, None);
}

#[tokio::test]
async fn k_41_htmlfile_is_a_page_of_scripts() {
    let server = Server::start().await;
    let session = fresh("/echo");
    let mut page = server
        .get(&format!("{session}/htmlfile?c=%63allback"))
        .await;
    assert_eq!(page.status, 200);
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=UTF-8")
    );
    not_cached(&page);
    let head = page.chunk().await.unwrap();
    assert!(head.len() > 1024);
    assert!(head.contains("var c = parent.callback;"), "{head}");
    let script = |call: &str| format!("<script>\np(\"{call}\");\n</script>\r\n");
    assert_eq!(page.chunk().await, Some(script("o")));
    for (sent, received) in [
        ("[\"x\"]", r#"a[\"x\"]"#),
        (
            "[\"</script><b>&\"]",
            r#"a[\"\u003c/script\u003e\u003cb\u003e\u0026\"]"#,
        ),
    ] {
        server.posted(&format!("{session}/xhr_send"), sent).await;
        assert_eq!(page.chunk().await, Some(script(received)));
    }
    let long = "x".repeat(4096);
    server
        .posted(&format!("{session}/xhr_send"), &format!("[\"{long}\"]"))
        .await;
    assert_eq!(
        page.chunk().await,
        Some(script(&format!("a[\\\"{long}\\\"]")))
    );
    assert_eq!(page.chunk().await, None);
}

#[tokio::test]
async fn k_26_k_54_nothing_is_lost_between_receivers_nor_comes_twice() {
    const MESSAGES: usize = 10_000;
    let count = |mut client: SockJsConnection| async move {
        for number in 0..MESSAGES {
            if client.send(number.to_string()).await.is_err() {
                return;
            }
        }
        while client.receive().await.is_some() {}
    };
    let endpoint = Endpoint::new("/count").sockjs(SockJs::new().stream_limit(1_000));
    let server = Server::serve(endpoint.sockjs_messages(count)).await;
    let streams = ["xhr_streaming", "xhr"];
    for transport in streams {
        let path = format!("{}/{transport}", fresh("/count"));
        let mut numbers = Vec::new();
        let mut requests = 0;
        while numbers.len() < MESSAGES {
            requests += 1;
            let mut answer = server.post(&path, "").await;
            // The last one goes on.
            let mut read = 0;
            loop {
                let frame = if transport == "xhr" {
                    answer.body().await
                } else {
                    match answer.chunk().await {
                        Some(frame) => frame,
                        None => break,
                    }
                };
                if let Some(array) = frame.strip_prefix('a') {
                    read += frame.len();
                    let messages: VecDeque<String> = serde_json::from_str(array).unwrap();
                    numbers.extend(messages.iter().map(|text| text.parse::<usize>().unwrap()));
                }
                if transport == "xhr" || numbers.len() == MESSAGES {
                    break;
                }
            }
            // At most a frame more, and that one is no longer than the limit asks for.
            assert!(read < 4_000, "{read}");
        }
        assert!(numbers.into_iter().eq(0..MESSAGES), "{transport}");
        assert!(requests >= 50, "{requests}");
    }
}

#[tokio::test]
async fn k_27_what_browsers_mangle_comes_as_escapes() {
    let server = Server::start().await;
    let session = fresh("/echo");
    assert_eq!(
        server.posted(&format!("{session}/xhr"), "").await,
        ok("o\n")
    );
    let mangled = "\u{200c}\u{2028}\u{202f}\u{2060}\u{206f}\u{fff0}\u{ffff}";
    let body = format!("[\"{mangled} and not: \u{7f}\u{2030}ü🦀\"]");
    let sent = server.posted(&format!("{session}/xhr_send"), &body).await;
    assert_eq!(sent.0, 204);
    assert_eq!(
        server.posted(&format!("{session}/xhr"), "").await,
        ok(&format!(
            "a[\"{} and not: \u{7f}\u{2030}ü🦀\"]\n",
            r"\u200c\u2028\u202f\u2060\u206f\ufff0\uffff"
        ))
    );
}
