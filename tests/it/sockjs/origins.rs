//! Whose pages may ask, and what their browsers are told.

use stompframe::{Endpoint, SockJs};

use super::{Server, echo, everything, fresh};
use crate::support::http::{Answer, ask};

/// `OPTIONS` as a browser asks before it sends what could do harm.
async fn preflight(server: &Server, path: &str, headers: &str) -> Answer {
    let request = format!("OPTIONS {path}\nAccess-Control-Request-Method: POST\n{headers}");
    ask(server.address, &request, "").await
}

#[tokio::test]
async fn k_10_k_11_options_are_answered_for_a_year() {
    let server = Server::start().await;
    for (path, methods) in [
        ("/echo/info", "OPTIONS, GET"),
        ("/echo/abc/abc/xhr", "OPTIONS, POST"),
        ("/echo/abc/abc/xhr_send", "OPTIONS, POST"),
        ("/echo/abc/abc/xhr_streaming", "OPTIONS, POST"),
        ("/echo/abc/abc/jsonp_send", "OPTIONS, POST"),
    ] {
        for origin in ["test", "null"] {
            let mut answer = preflight(&server, path, &format!("Origin: {origin}")).await;
            assert_eq!(answer.status, 204, "{path}");
            assert_eq!(
                answer.header("cache-control"),
                Some("public, max-age=31536000")
            );
            assert!(answer.header("expires").unwrap().ends_with(" GMT"));
            assert_eq!(answer.header("access-control-max-age"), Some("31536000"));
            assert_eq!(answer.header("access-control-allow-methods"), Some(methods));
            assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
            assert_eq!(
                answer.header("access-control-allow-credentials"),
                Some("true")
            );
            assert_eq!(answer.header("vary"), Some("Origin"));
            assert_eq!(answer.body().await, "");
        }
    }
    let none = server.get("/echo/info").await;
    assert_eq!(none.header("access-control-allow-origin"), Some("*"));
    assert_eq!(none.header("access-control-allow-credentials"), None);
}

#[tokio::test]
async fn k_11_k_35_k_36_every_answer_names_the_page_that_may_read_it() {
    let server = Server::start().await;
    let opened = fresh("/echo");
    server.post(&format!("{opened}/xhr"), "").await;
    for (way, body) in [
        ("POST xhr", ""),
        ("POST xhr_send", "[]"),
        ("POST xhr_send", "broken"),
        ("POST xhr_streaming", ""),
        ("GET eventsource", ""),
        ("GET htmlfile?c=x", ""),
        ("GET jsonp?c=x", ""),
        ("POST jsonp_send", "[]"),
    ] {
        let (method, transport) = way.split_once(' ').unwrap();
        for (origin, allowed, credentials) in [
            ("Origin: http://a.example", "http://a.example", Some("true")),
            ("Origin: null", "null", Some("true")),
            ("X-None: x", "*", None),
        ] {
            // Who receives has a session of its own.
            let session = match transport.ends_with("_send") {
                true => opened.clone(),
                false => fresh("/echo"),
            };
            let request = format!("{method} {session}/{transport}\n{origin}");
            let answer = ask(server.address, &request, body).await;
            assert_eq!(
                answer.header("access-control-allow-origin"),
                Some(allowed),
                "{way}"
            );
            assert_eq!(
                answer.header("access-control-allow-credentials"),
                credentials
            );
            assert_eq!(answer.header("vary"), Some("Origin"), "{way}");
        }
    }
}

#[tokio::test]
async fn k_12_the_headers_that_a_browser_asks_for_are_allowed() {
    let server = Server::start().await;
    for (asked, allowed) in [
        ("Access-Control-Request-Headers: a, b, c", Some("a, b, c")),
        ("Access-Control-Request-Headers: ", None),
        ("X-Other: x", None),
    ] {
        let headers = format!("Origin: test\n{asked}");
        let answer = preflight(&server, "/echo/0/0/xhr", &headers).await;
        assert_eq!(answer.header("access-control-allow-headers"), allowed);
    }
}

/// Every way to ask something of a session, or for one.
fn ways(service: &str) -> Vec<(&'static str, String)> {
    let mut ways = vec![
        ("GET", format!("{service}/info")),
        ("OPTIONS", format!("{service}/info")),
        ("GET", format!("{service}/websocket")),
        ("GET", service.to_owned()),
    ];
    for (method, transport) in [
        ("POST", "xhr"),
        ("OPTIONS", "xhr"),
        ("POST", "xhr_streaming"),
        ("POST", "xhr_send"),
        ("GET", "eventsource"),
        ("GET", "htmlfile?c=x"),
        ("GET", "jsonp?c=x"),
        ("POST", "jsonp_send"),
        ("GET", "websocket"),
    ] {
        ways.push((method, format!("{}/{transport}", fresh(service))));
    }
    ways
}

/// Asks in each way, as a WebSocket where that is one.
async fn statuses(server: &Server, service: &str, headers: &str) -> Vec<(String, u16)> {
    let mut statuses = Vec::new();
    for (method, path) in ways(service) {
        let upgrade = if path.ends_with("websocket") || path == service {
            "Upgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Version: 13\n\
             Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\n"
        } else {
            ""
        };
        let body = if method == "POST" { "[]" } else { "" };
        let request = format!("{method} {path}\n{upgrade}{headers}");
        let answer = ask(server.address, request.trim_end(), body).await;
        if answer.status == 403 {
            assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
            assert_eq!(answer.header("access-control-allow-credentials"), None);
        }
        statuses.push((format!("{method} {path}"), answer.status));
    }
    statuses
}

async fn are_refused(server: &Server, service: &str, headers: &str) {
    for (way, status) in statuses(server, service, headers).await {
        assert_eq!(status, 403, "{way} with {headers}");
    }
}

async fn are_answered(server: &Server, service: &str, headers: &str) {
    for (way, status) in statuses(server, service, headers).await {
        // Nobody has begun the session that something is sent to.
        let expected = if way.ends_with("websocket") || way.ends_with(service) {
            101
        } else if way.ends_with("_send") {
            404
        } else if way.starts_with("OPTIONS") {
            204
        } else {
            200
        };
        assert_eq!(status, expected, "{way} with {headers}");
    }
}

#[tokio::test]
async fn k_45_b_3_only_pages_that_may_connect_are_answered() {
    let good = ["https://good.example"];
    let listed = Endpoint::new("/listed").allowed_origins(good);
    let router = axum::Router::new()
        .merge(
            Endpoint::new("/same")
                .sockjs(everything())
                .sockjs_messages(echo),
        )
        .merge(listed.sockjs(everything()).sockjs_messages(echo));
    let server = Server::serve(router).await;
    let own = format!("Origin: http://{}", server.address);
    are_answered(&server, "/same", &own).await;
    are_answered(&server, "/listed", "Origin: https://good.example:443").await;
    for near_miss in [
        "https://good.example.evil.test",
        "https://evilgood.example",
        "https://good.example@evil.test",
        "https://good.example.",
        "http://good.example",
        "null",
        "https://good.example, https://good.example",
        "https://good.example\nOrigin: https://good.example",
        "HTTPS://good.example",
        "https://good.example/",
    ] {
        let headers = format!("Origin: {near_miss}");
        are_refused(&server, "/same", &headers).await;
        are_refused(&server, "/listed", &headers).await;
    }
    are_refused(&server, "/listed", &own).await;
}

#[tokio::test]
async fn b_3_a_browser_may_say_otherwise_that_a_page_of_another_origin_asks() {
    let router = Endpoint::new("/same")
        .sockjs(everything())
        .sockjs_messages(echo);
    let server = Server::serve(router).await;
    for foreign in ["cross-site", "same-site", "nonsense"] {
        for (way, status) in statuses(&server, "/same", &format!("Sec-Fetch-Site: {foreign}")).await
        {
            assert_eq!(status, 403, "{way} from {foreign}");
        }
    }
    for own in [
        "Sec-Fetch-Site: same-origin",
        "Sec-Fetch-Site: none",
        "X-None: x",
    ] {
        are_answered(&server, "/same", own).await;
    }
    // Nobody else is told anything.
    let info = server.get("/same/info").await;
    assert_eq!(info.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn cors_can_be_left_to_others_but_not_who_may_ask() {
    let sockjs = SockJs::new().suppress_cors();
    let router = Endpoint::new("/echo").sockjs(sockjs).sockjs_messages(echo);
    let server = Server::serve(router).await;
    let own = format!("Origin: http://{}", server.address);
    let answer = preflight(&server, "/echo/0/0/xhr", &own).await;
    assert_eq!(answer.status, 204);
    for header in ["origin", "credentials", "methods", "headers"] {
        assert_eq!(
            answer.header(&format!("access-control-allow-{header}")),
            None
        );
    }
    let foreign = preflight(&server, "/echo/0/0/xhr", "Origin: http://evil.example").await;
    assert_eq!(foreign.status, 403);
}
