//! What has no session: the greeting, what a client has to know, the page in a frame.

use std::collections::HashSet;

use stompframe::{Endpoint, SockJs};

use super::{LIBRARY, Server, echo, everything, fresh, not_cached};
use crate::support::http::ask;

#[tokio::test]
async fn k_01_k_02_a_greeting_and_nothing_else_beside_it() {
    let server = Server::start().await;
    for path in ["/echo", "/echo/"] {
        let mut greeting = server.get(path).await;
        assert_eq!(greeting.status, 200);
        assert_eq!(
            greeting.header("content-type"),
            Some("text/plain; charset=UTF-8")
        );
        assert_eq!(greeting.header("set-cookie"), None);
        assert_eq!(greeting.body().await, "Welcome to SockJS!\n");
    }
    for path in [
        "/a",
        "/a.html",
        "//",
        "///",
        "/a/a",
        "/a/a/",
        "/a/",
        "/info/",
        "/a/b/c",
        "/a/b/xhr/d",
    ] {
        assert_eq!(
            server.get(&format!("/echo{path}")).await.status,
            404,
            "{path}"
        );
    }
    let posted = server.post("/echo", "").await;
    assert_eq!((posted.status, posted.header("allow")), (405, Some("GET")));
}

#[tokio::test]
async fn k_03_k_04_the_page_in_a_frame_is_one_that_caches_keep() {
    let server = Server::start().await;
    let mut pages = HashSet::new();
    for path in [
        "/iframe.html",
        "/iframe-a.html",
        "/iframe-.html",
        "/iframe-0.1.2.html",
        "/iframe-0.1.2abc-dirty.2144.html?t=qweqweq123",
    ] {
        let mut page = server.get(&format!("/echo{path}")).await;
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(
            page.header("content-type"),
            Some("text/html; charset=UTF-8")
        );
        assert_eq!(
            page.header("cache-control"),
            Some("public, max-age=31536000")
        );
        assert!(page.header("expires").unwrap().ends_with(" GMT"));
        assert!(page.header("etag").is_some());
        assert_eq!(page.header("last-modified"), None);
        assert_eq!(page.header("set-cookie"), None);
        let body = page.body().await;
        assert!(body.contains(&format!("<script src=\"{LIBRARY}\"></script>")));
        assert!(body.contains("SockJS.bootstrap_iframe();"));
        pages.insert(body);
    }
    assert_eq!(pages.len(), 1);
}

#[tokio::test]
async fn k_05_k_06_the_page_is_sent_once_and_has_no_other_names() {
    let server = Server::start().await;
    let tag = server.get("/echo/iframe.html").await;
    let tag = tag.header("etag").unwrap().to_owned();
    let request = format!("GET /echo/iframe-1.html\nIf-None-Match: {tag}");
    let mut answer = ask(server.address, &request, "").await;
    assert_eq!(answer.status, 304);
    assert_eq!(answer.header("content-type"), None);
    assert_eq!(answer.body().await, "");
    for path in [
        "/iframe.htm",
        "/iframe",
        "/IFRAME.HTML",
        "/IFRAME",
        "/iframe.HTML",
        "/iframe.xml",
        "/iframe-/.html",
    ] {
        assert_eq!(
            server.get(&format!("/echo{path}")).await.status,
            404,
            "{path}"
        );
    }
    assert_eq!(server.post("/echo/iframe.html", "").await.status, 405);
}

#[tokio::test]
async fn k_53_who_may_connect_may_show_the_page_in_a_frame() {
    let listed = Endpoint::new("/listed")
        .allowed_origins(["https://good.example"])
        .allowed_origin_patterns(["https://*.good.example:[8080,8081]", "http://x.example:[*]"]);
    let router = axum::Router::new()
        .merge(
            Endpoint::new("/same")
                .sockjs(everything())
                .sockjs_messages(echo),
        )
        .merge(listed.sockjs(everything()).sockjs_messages(echo));
    let server = Server::serve(router).await;
    let same = server.get("/same/iframe.html").await;
    assert_eq!(same.header("x-frame-options"), Some("SAMEORIGIN"));
    assert_eq!(
        same.header("content-security-policy"),
        Some("frame-ancestors 'self'")
    );
    let listed = server.get("/listed/iframe.html").await;
    assert_eq!(listed.header("x-frame-options"), None);
    assert_eq!(
        listed.header("content-security-policy"),
        Some(
            "frame-ancestors https://good.example:443 https://*.good.example:8080 \
             https://*.good.example:8081 http://x.example:*"
        )
    );
    assert_eq!(listed.header("x-content-type-options"), Some("nosniff"));
}

#[tokio::test]
async fn k_13_k_53_no_answer_of_a_session_is_kept_and_none_is_guessed_at() {
    let router = Endpoint::new("/echo")
        .allow_any_origin()
        .sockjs(everything().max_post(100))
        .sockjs_messages(echo);
    let same = Endpoint::new("/same").sockjs(everything());
    let server = Server::serve(router.merge(same.sockjs_messages(echo))).await;
    let session = fresh("/echo");
    server.post(&format!("{session}/xhr"), "").await;
    let large = format!("[\"{}\"]", "x".repeat(100));
    for (request, body, status) in [
        ("GET /echo/info".to_owned(), "", 200),
        (format!("POST {session}/xhr_send"), "[\"a\"]", 204),
        (format!("POST {session}/xhr_send"), "[", 500),
        (format!("POST {session}/xhr_send"), "", 500),
        (format!("POST {session}/xhr_send"), &large, 413),
        (format!("POST {session}/jsonp_send"), "[]", 200),
        (format!("POST {session}/xhr"), "", 200),
        (format!("POST {session}/eventsource/x"), "", 404),
        (format!("GET {session}/eventsource"), "", 404),
        (format!("POST {}/xhr_send", fresh("/echo")), "[]", 404),
        (format!("POST {}/xhr_streaming", fresh("/echo")), "", 200),
        (format!("GET {}/eventsource", fresh("/echo")), "", 200),
        (format!("GET {}/htmlfile?c=x", fresh("/echo")), "", 200),
        (format!("GET {}/htmlfile", fresh("/echo")), "", 500),
        (format!("GET {}/jsonp?c=x", fresh("/echo")), "", 200),
        (format!("GET {session}/websocket"), "", 400),
        ("GET /echo/none".to_owned(), "", 404),
    ] {
        let answer = ask(server.address, &request, body).await;
        assert_eq!(answer.status, status, "{request}");
        not_cached(&answer);
    }
    for (request, status) in [
        ("GET /echo".to_owned(), 200),
        ("GET /echo/iframe.html".to_owned(), 200),
        ("OPTIONS /echo/info".to_owned(), 204),
        (format!("OPTIONS {session}/xhr"), 204),
        (format!("GET {session}/xhr"), 405),
        (
            "GET /same/info\nOrigin: http://evil.example".to_owned(),
            403,
        ),
    ] {
        let answer = ask(server.address, &request, "").await;
        assert_eq!(answer.status, status, "{request}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
}

#[tokio::test]
async fn k_46_what_weakens_security_is_off_unless_it_is_named() {
    let router = Endpoint::new("/echo")
        .sockjs(SockJs::new())
        .sockjs_messages(echo);
    let server = Server::serve(router).await;
    let session = fresh("/echo");
    for path in [
        "/echo/iframe.html".to_owned(),
        format!("{session}/htmlfile?c=x"),
        format!("{session}/jsonp?c=x"),
    ] {
        assert_eq!(server.get(&path).await.status, 404, "{path}");
    }
    assert_eq!(
        server
            .post(&format!("{session}/jsonp_send"), "[]")
            .await
            .status,
        404
    );
    assert_eq!(server.post(&format!("{session}/xhr"), "").await.status, 200);
}

#[tokio::test]
async fn k_07_k_09_k_13_what_a_client_has_to_know() {
    let server = Server::start().await;
    for (service, web_socket, cookies) in [
        ("/echo", true, false),
        ("/plain", false, false),
        ("/cookies", true, true),
    ] {
        let request = format!("GET {service}/info\nOrigin: http://page.example");
        let mut info = ask(server.address, &request, "").await;
        assert_eq!(info.status, 200);
        assert_eq!(
            info.header("content-type"),
            Some("application/json; charset=UTF-8")
        );
        assert_eq!(info.header("set-cookie"), None);
        assert_eq!(
            info.header("access-control-allow-origin"),
            Some("http://page.example")
        );
        not_cached(&info);
        let info: serde_json::Value = serde_json::from_str(&info.body().await).unwrap();
        assert_eq!(info["websocket"], web_socket);
        assert_eq!(info["cookie_needed"], cookies);
        assert_eq!(info["origins"], serde_json::json!(["*:*"]));
    }
    let mut refused = server.post("/echo/info", "").await;
    assert_eq!(
        (refused.status, refused.header("allow")),
        (405, Some("GET, OPTIONS"))
    );
    assert_eq!(refused.header("content-type"), None);
    assert_eq!(refused.body().await, "");
}

#[tokio::test]
async fn k_08_entropy_is_32_bits_and_never_the_same() {
    let server = Server::start().await;
    let mut drawn = HashSet::new();
    let mut answer = server.get("/echo/info").await;
    let mut all_bits = 0;
    for _ in 0..1_000 {
        let info: serde_json::Value = serde_json::from_str(&answer.body().await).unwrap();
        let entropy = info["entropy"].as_u64().unwrap();
        assert!(entropy <= u64::from(u32::MAX));
        all_bits |= entropy;
        drawn.insert(entropy);
        let mut socket = answer.into_socket();
        let request = "GET /echo/info HTTP/1.1\r\nHost: x\r\n\r\n";
        tokio::io::AsyncWriteExt::write_all(&mut socket, request.as_bytes())
            .await
            .unwrap();
        answer = crate::support::http::Answer::read(socket).await;
    }
    assert!(drawn.len() >= 998, "{}", drawn.len());
    assert_eq!(all_bits, u64::from(u32::MAX));
}
