//! STOMP on top: the same sessions as over a WebSocket.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use stompframe::prelude::*;
use stompframe::{DisconnectReason, Limits, MessagingBuilder, SockJs, SockJsTransport};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;

use super::fresh;
use crate::support::http::{Answer, ask, begin};
use crate::support::{App, Frame, broker, messaging};

/// A client that receives and sends with requests.
struct Client {
    address: SocketAddr,
    path: String,
    transport: &'static str,
    /// The response that goes on, where there is one.
    stream: Option<Answer>,
    /// What has come and was not taken.
    messages: Vec<String>,
}

impl Client {
    async fn open(app: &App, transport: &'static str) -> Self {
        let mut client = Self {
            address: app.address,
            path: fresh("/ws"),
            transport,
            stream: None,
            messages: Vec::new(),
        };
        assert_eq!(client.received().await, "o");
        client
    }

    async fn connect(app: &App, transport: &'static str) -> Self {
        Self::connect_with(app, transport, "").await
    }

    async fn connect_with(app: &App, transport: &'static str, headers: &str) -> Self {
        let mut client = Self::open(app, transport).await;
        client
            .send(&format!("CONNECT\naccept-version:1.2\n{headers}\n\0"))
            .await;
        assert_eq!(client.frame().await.command, "CONNECTED");
        client
    }

    async fn send(&self, message: &str) {
        assert_eq!(self.sent(&[message]).await, 204);
    }

    async fn sent(&self, messages: &[&str]) -> u16 {
        let body = serde_json::to_string(messages).unwrap();
        let (action, body, form) = if self.transport == "jsonp" {
            let form = "\nContent-Type: application/x-www-form-urlencoded";
            let body = body
                .replace('%', "%25")
                .replace('&', "%26")
                .replace('+', "%2B");
            ("jsonp_send", format!("d={body}"), form)
        } else {
            ("xhr_send", body, "")
        };
        let request = format!("POST {}/{action}{form}", self.path);
        match ask(self.address, &request, &body).await.status {
            200 => 204,
            status => status,
        }
    }

    /// The next frame of SockJS.
    async fn received(&mut self) -> String {
        let method = match self.transport {
            "xhr" | "xhr_streaming" => "POST",
            _ => "GET",
        };
        let query = match self.transport {
            "htmlfile" | "jsonp" => "?c=x",
            _ => "",
        };
        let request = format!("{method} {}/{}{query}", self.path, self.transport);
        loop {
            let Some(stream) = &mut self.stream else {
                let mut answer = ask(self.address, &request, "").await;
                assert_eq!(answer.status, 200);
                if matches!(self.transport, "xhr" | "jsonp") {
                    return unwrapped(&answer.body().await);
                }
                answer.chunk().await.unwrap();
                self.stream = Some(answer);
                continue;
            };
            match stream.chunk().await {
                Some(chunk) => return unwrapped(&chunk),
                None => self.stream = None,
            }
        }
    }

    /// The next message.
    async fn message(&mut self) -> String {
        while self.messages.is_empty() {
            let frame = self.received().await;
            let array = frame.strip_prefix('a').unwrap_or_else(|| panic!("{frame}"));
            self.messages = serde_json::from_str(array).unwrap();
        }
        self.messages.remove(0)
    }

    async fn frame(&mut self) -> Frame {
        Frame::parse(self.message().await.as_bytes())
    }

    async fn confirmed(&mut self, head: &str, body: &str) {
        self.send(&format!("{head}receipt:done\n\n{body}\0")).await;
        let frame = self.frame().await;
        assert_eq!(frame.command, "RECEIPT", "{frame:?}");
    }
}

/// A frame without what the transport puts around it.
fn unwrapped(wrapped: &str) -> String {
    let wrapped = wrapped.trim_end();
    if let Some(event) = wrapped.strip_prefix("data: ") {
        return event.replace("%25", "%");
    }
    let script = wrapped
        .strip_prefix("/**/x(")
        .and_then(|call| call.strip_suffix(");"))
        .or_else(|| {
            wrapped
                .strip_prefix("<script>\np(")?
                .strip_suffix(");\n</script>")
        });
    match script {
        Some(quoted) => serde_json::from_str(quoted).unwrap(),
        None => wrapped.to_owned(),
    }
}

const HTTP: [&str; 5] = ["xhr", "xhr_streaming", "eventsource", "htmlfile", "jsonp"];

async fn start(builder: MessagingBuilder, sockjs: SockJs) -> App {
    App::start_at(builder, Endpoint::new("/ws").sockjs(sockjs)).await
}

fn everything() -> SockJs {
    SockJs::new().transports(SockJsTransport::ALL)
}

#[tokio::test]
async fn over_every_transport_messages_arrive_whole_and_in_order() {
    let app = start(broker(), everything()).await;
    let text = "Grüße 🦀 100 % \\ \"\u{2028}\" </script> %41 + &\nd=";
    for transport in HTTP {
        let mut client = Client::connect(&app, transport).await;
        client
            .confirmed("SUBSCRIBE\nid:1\ndestination:/topic/a\n", "")
            .await;
        client
            .send(&format!("SEND\ndestination:/topic/a\n\n{text}\0"))
            .await;
        let message = client.frame().await;
        assert_eq!(message.command, "MESSAGE");
        assert_eq!(message.text(), text, "{transport}");
        // Frames in pieces, and several at once.
        let numbers: Vec<String> = (0..50)
            .map(|number| format!("SEND\ndestination:/topic/a\n\n{number}\0"))
            .collect();
        let all = numbers.concat();
        let pieces: Vec<&str> = (0..all.len())
            .step_by(7)
            .map(|at| &all[at..all.len().min(at + 7)])
            .collect();
        assert_eq!(client.sent(&pieces).await, 204);
        for number in 0..50 {
            assert_eq!(client.frame().await.text(), number.to_string());
        }
        client.confirmed("DISCONNECT\n", "").await;
    }
}

#[tokio::test]
async fn the_endpoint_itself_is_a_web_socket_still() {
    let app = start(broker(), SockJs::new()).await;
    let mut sockjs = Client::connect(&app, "xhr_streaming").await;
    sockjs
        .confirmed("SUBSCRIBE\nid:1\ndestination:/topic/a\n", "")
        .await;
    for path in ["/ws", "/ws/websocket"] {
        let mut plain = crate::support::Client::open(app.address, path).await;
        plain.send("CONNECT\naccept-version:1.2\n\n\0").await;
        assert_eq!(plain.frame().await.command, "CONNECTED");
        plain
            .send(format!("SEND\ndestination:/topic/a\n\n{path}\0"))
            .await;
        assert_eq!(sockjs.frame().await.text(), path);
    }
}

#[tokio::test]
async fn below_a_router_of_the_application_it_is_found_as_well() {
    let endpoint = Endpoint::new("/chat/ws").with_sockjs();
    let nest = |router: axum::Router| axum::Router::new().nest("/api", router);
    let app = App::start_with(messaging(), endpoint, nest).await;
    for (path, status) in [
        ("/api/chat/ws/info", 200),
        ("/api/chat/ws", 200),
        ("/api/chat/ws/x", 404),
    ] {
        let answer = ask(app.address, &format!("GET {path}"), "").await;
        assert_eq!(answer.status, status, "{path}");
    }
    let poll = ask(app.address, "POST /api/chat/ws/0/a/xhr", "").await;
    assert_eq!(poll.status, 200);
}

#[tokio::test]
async fn heart_beats_of_stomp_make_those_of_sockjs_needless() {
    let beat = Duration::from_millis(200);
    let sockjs = everything().heart_beat(Duration::from_millis(40));
    let app = start(messaging().heart_beat(beat, beat), sockjs).await;
    let each = HTTP.map(async |transport| {
        let mut client = Client::connect_with(&app, transport, "heart-beat:0,200\n").await;
        assert_eq!(client.message().await, "\n", "{transport}");
        assert_eq!(client.message().await, "\n", "{transport}");
        let mut client = Client::connect(&app, transport).await;
        assert_eq!(client.received().await, "h");
    });
    futures_util::future::join_all(each).await;
}

#[tokio::test]
async fn w_30_a_web_socket_with_sockjs_is_asked_for_a_sign_of_life() {
    let mut limits = Limits::default();
    limits.ping_interval = Duration::from_millis(50);
    let app = start(broker().limits(limits), everything()).await;
    let path = format!("{}/websocket", fresh("/ws"));
    let mut client = crate::support::Client::open(app.address, &path).await;
    let text = async |client: &mut crate::support::Client| client.message().await;
    assert_eq!(text(&mut client).await, Message::text("o"));
    client
        .send(r#"["CONNECT\naccept-version:1.2\n\n\u0000"]"#)
        .await;
    let connected = text(&mut client).await.into_text().unwrap();
    assert!(connected.starts_with("a[\"CONNECTED\\n"), "{connected}");
    for _ in 0..3 {
        assert!(text(&mut client).await.is_ping());
    }
    client
        .send(r#"["SUBSCRIBE\nid:1\ndestination:/topic/a\n\n\u0000"]"#)
        .await;
    client
        .send(r#""SEND\ndestination:/topic/a\n\nü\u2028\u0000""#)
        .await;
    let message = loop {
        let message = text(&mut client).await;
        if message.is_text() {
            break message.into_text().unwrap();
        }
    };
    assert!(message.ends_with("\\n\\nü\\u2028\\u0000\"]"), "{message}");
}

#[tokio::test]
async fn a_violation_is_told_before_the_end() {
    let app = start(messaging(), everything()).await;
    for transport in HTTP {
        let mut client = Client::open(&app, transport).await;
        client.send("SEND\n\n\0").await;
        let error = client.frame().await;
        assert_eq!(error.header("error-code"), Some("not-connected"));
        for _ in 0..2 {
            assert_eq!(client.received().await, "c[1002,\"not-connected\"]");
            client.stream = None;
        }
        assert_eq!(client.sent(&["x"]).await, 404);
    }
}

#[tokio::test]
async fn a_body_that_is_no_text_is_told_and_ends_the_session() {
    let app = start(broker(), everything()).await;
    for transport in HTTP {
        let mut client = Client::connect(&app, transport).await;
        client
            .confirmed("SUBSCRIBE\nid:1\ndestination:/topic/a\n", "")
            .await;
        let mut sender = app.connect().await;
        sender
            .send_binary(b"SEND\ndestination:/topic/a\ncontent-length:2\n\n\xff\xfe\0".to_vec())
            .await;
        let error = client.frame().await;
        assert_eq!(error.command, "ERROR");
        assert_eq!(error.header("error-code"), Some("binary-body"));
        assert_eq!(client.received().await, "c[1003,\"binary-body\"]");
    }
}

#[tokio::test]
async fn an_application_that_goes_down_tells_all_of_them() {
    let app = start(messaging(), everything()).await;
    let mut clients = Vec::new();
    for transport in HTTP {
        clients.push(Client::connect(&app, transport).await);
    }
    assert_eq!(app.messaging.shut_down(Duration::from_secs(30)).await, 0);
    for mut client in clients {
        let error = client.frame().await;
        assert_eq!(error.header("error-code"), Some("server-shutdown"));
        assert_eq!(client.received().await, "c[1001,\"server-shutdown\"]");
    }
    let path = format!("POST {}/xhr", fresh("/ws"));
    let mut refused = ask(app.address, &path, "").await;
    assert_eq!(refused.status, 503);
    assert!(refused.body().await.starts_with("server-shutdown"));
}

#[tokio::test]
async fn sessions_count_as_those_of_every_other_transport() {
    let mut limits = Limits::default();
    limits.max_sessions = 3;
    let app = start(messaging().limits(limits), everything()).await;
    let mut clients = vec![
        Client::connect(&app, "xhr").await,
        Client::connect(&app, "eventsource").await,
    ];
    let web_socket = app.connect().await;
    let path = fresh("/ws");
    let refused = ask(app.address, &format!("POST {path}/xhr"), "").await;
    assert_eq!(refused.status, 503);
    web_socket.close().await;
    until_sessions(&app, 2).await;
    clients.push(Client::connect(&app, "xhr_streaming").await);
    assert_eq!(app.messaging.sessions().len(), 3);
}

/// Waits until there are so many.
async fn until_sessions(app: &App, count: usize) {
    while app.messaging.sessions().len() != count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn k_16_k_19_c_4_the_end_of_a_session_is_told_once_and_its_address_to_nobody() {
    let (tell, mut told) = mpsc::unbounded_channel();
    let builder = messaging().on_event(move |event: SessionEvent| {
        if let SessionEventKind::Disconnected(reason) = event.kind() {
            tell.send((format!("{event:?}"), reason.clone())).unwrap();
        }
        std::future::ready(())
    });
    let sockjs = everything().disconnect_delay(Duration::from_millis(100));
    let app = start(builder, sockjs).await;
    let away = Client::connect(&app, "xhr").await;
    let (event, reason) = told.recv().await.unwrap();
    assert_eq!(reason, DisconnectReason::Lost);
    let id = away.path.rsplit('/').next().unwrap();
    assert!(!event.contains(&format!("\"{id}\"")), "{event}");

    let cut = Client::connect(&app, "xhr_streaming").await;
    drop(cut.stream);
    let (_, reason) = told.recv().await.unwrap();
    assert_eq!(reason, DisconnectReason::Closed(None));
    assert!(told.try_recv().is_err());
    // Whatever it still sends, it is told nothing worse than that there is no such session.
    let client = Client::connect(&app, "xhr").await;
    client.send("DISCONNECT\nreceipt:1\n\n\0").await;
    while client.sent(&["\n"]).await != 404 {}
}

#[tokio::test]
async fn receivers_that_are_killed_leave_no_session_behind() {
    const KILLED: usize = 1_000;
    let sockjs = everything().disconnect_delay(Duration::from_millis(200));
    let app = start(broker(), sockjs).await;
    let mut noise = app.connect().await;
    let mut random: u32 = 7;
    let mut killed = Vec::new();
    for round in 0..KILLED {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let transport = HTTP[round % HTTP.len()];
        let mut client = Client::open(&app, transport).await;
        killed.push(client.path.clone());
        let steps = random >> 28;
        if steps > 2 {
            client.send("CONNECT\naccept-version:1.2\n\n\0").await;
        }
        if steps > 5 {
            client.frame().await;
            client
                .send("SUBSCRIBE\nid:1\ndestination:/topic/a\n\n\0")
                .await;
            noise.send("SEND\ndestination:/topic/a\n\nnoise\0").await;
        }
        if steps > 9 {
            client.frame().await;
        }
        if steps > 12 {
            // A poll that waits.
            let method = if transport == "xhr" { "POST" } else { "GET" };
            if matches!(transport, "xhr" | "jsonp") {
                let poll = format!("{method} {}/{transport}?c=x", client.path);
                drop(begin(app.address, &poll).await);
            }
        }
    }
    noise.close().await;
    let gone = async {
        while !app.messaging.sessions().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        for path in killed {
            // Not even its address is known: it would begin as it did, or hear of its end.
            let begin = format!("POST {path}/xhr");
            while ask(app.address, &begin, "").await.body().await != "o\n" {}
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone)
        .await
        .expect("all sessions end");
}

#[tokio::test]
async fn info_says_what_is_open_and_a_session_begins_where_it_is_told() {
    let app = start(messaging(), SockJs::new().without_web_socket()).await;
    let mut info = ask(app.address, "GET /ws/info", "").await;
    let info: Value = serde_json::from_str(&info.body().await).unwrap();
    assert_eq!(info["websocket"], false);
    let mut client = Client::connect(&app, "eventsource").await;
    client
        .confirmed("SUBSCRIBE\nid:1\ndestination:/topic/a\n", "")
        .await;
    assert_eq!(app.messaging.sessions().len(), 1);
}
