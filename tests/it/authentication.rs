//! Who connects, as the CONNECT frame says.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Extension;
use stompframe::channel::Verdict;
use stompframe::prelude::*;
use stompframe::{Limits, MessageType, MessagingBuilder};
use tokio::sync::{Notify, mpsc};

use crate::support::{App, Client, messaging};

#[message_mapping("/who")]
#[send_to_user("/queue/who", broadcast = false)]
async fn who(user: Option<Principal>) -> String {
    user.map_or_else(|| "nobody".to_owned(), |user| user.name().to_owned())
}

fn with_passcodes() -> MessagingBuilder {
    messaging()
        .handler::<who>()
        .authenticate(|connect: Connect| async move {
            match connect.login_passcode() {
                None if connect.header("guest").is_some() => Ok(None),
                None => Err(Denied::new("neither login nor guest")),
                Some((login, "secret")) => Ok(Some(Principal::new(login.to_owned()))),
                Some(_) => Err(Denied::new("the passcode in the books is another")),
            }
        })
}

impl App {
    async fn connect_as(&self, headers: &str) -> (Client, Option<String>) {
        let mut client = self.open().await;
        client
            .send(format!("CONNECT\naccept-version:1.2\n{headers}\n\0"))
            .await;
        let connected = client.frame().await;
        assert_eq!(connected.command, "CONNECTED", "{connected:?}");
        let name = connected.header("user-name").map(str::to_owned);
        (client, name)
    }
}

impl Client {
    /// Whom a handler takes the client for, where `/user/queue/who` is subscribed to.
    async fn asks_who(&mut self, headers: &str) -> String {
        self.send(format!("SEND\ndestination:/app/who\n{headers}\n\0"))
            .await;
        self.body().await
    }
}

#[tokio::test]
async fn the_frame_decides_who_it_is() {
    let app = App::start(with_passcodes()).await;
    for (headers, name) in [
        ("login:ann\npasscode:secret\n", Some("ann")),
        // STOMP 1.2, Value Encoding: CONNECT has no escapes.
        ("login:a\\cb\npasscode:secret\n", Some("a\\cb")),
        ("guest:yes\n", None),
    ] {
        let mut client = app.open().await;
        client
            .send(format!("CONNECT\naccept-version:1.2\n{headers}\n\0"))
            .await;
        // What it says the user's name is depends on escapes that CONNECTED has not, either.
        let connected = client.frame().await;
        assert_eq!(connected.header("user-name").is_some(), name.is_some());
        client.subscribe("0", "/user/queue/who").await;
        assert_eq!(client.asks_who("").await, name.unwrap_or("nobody"));
    }
}

#[tokio::test]
async fn who_is_refused_is_told_so_and_not_why() {
    let app = App::start(with_passcodes()).await;
    for headers in [
        "",
        "login:ann\n",
        "login:ann\npasscode:\n",
        "login:ann\npasscode:guess\n",
    ] {
        let mut client = app.open().await;
        client
            .send(format!(
                "CONNECT\naccept-version:1.2\n{headers}\n\0SUBSCRIBE\nid:0\ndestination:/topic/a\n\n\0"
            ))
            .await;
        let error = client.frame().await;
        assert_eq!(error.command, "ERROR");
        assert_eq!(error.header("message"), Some("Authentication failed"));
        assert!(error.body.is_empty(), "{error:?}");
        assert_eq!(client.closed().await, (4401, "auth-failed".to_owned()));
    }
    assert!(app.messaging.sessions().is_empty());
}

#[tokio::test]
async fn tokens_are_found_in_whatever_case_their_header_is() {
    let app = App::start(messaging().authenticate(|connect: Connect| async move {
        let token = connect
            .bearer_token()
            .ok_or_else(|| Denied::new("no token"))?;
        let number: u32 = token.parse()?;
        Ok(Principal::new(format!("user {number}")))
    }))
    .await;
    for header in ["Authorization:Bearer 7\n", "authorization:bearer 7\n"] {
        assert_eq!(app.connect_as(header).await.1.as_deref(), Some("user 7"));
    }
    for header in [
        "",
        "Authorization:Basic 7\n",
        "Authorization:Bearer \n",
        "Authorization:Bearer x\n",
    ] {
        let mut client = app.open().await;
        client
            .send(format!("CONNECT\naccept-version:1.2\n{header}\n\0"))
            .await;
        assert_eq!(
            client.error().await.header("error-code"),
            Some("auth-failed")
        );
    }
}

#[tokio::test]
async fn what_the_handshake_knew_is_there_and_can_be_kept_or_replaced() {
    let builder = messaging().authenticate(|connect: Connect| async move {
        let from_handshake = connect.principal().cloned();
        Ok(match connect.header("as") {
            Some(name) => Some(Principal::new(name.to_owned())),
            None => from_handshake,
        })
    });
    let app = App::start_with(builder, Endpoint::new("/ws"), |router| {
        router.layer(Extension(Principal::new("ann")))
    })
    .await;
    let (_ann, name) = app.connect_as("").await;
    assert_eq!(name.as_deref(), Some("ann"));
    let (_tom, name) = app.connect_as("as:tom\n").await;
    assert_eq!(name.as_deref(), Some("tom"));
    let sessions = app.messaging.sessions();
    assert_eq!(
        ["ann", "tom"].map(|name| sessions.of_user(name).len()),
        [1, 1]
    );
}

#[tokio::test]
async fn frames_behind_connect_wait_until_it_is_decided() {
    let (asked, may_decide) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let builder = messaging().handler::<who>().authenticate({
        let (asked, may_decide) = (asked.clone(), may_decide.clone());
        move |_: Connect| {
            let (asked, may_decide) = (asked.clone(), may_decide.clone());
            async move {
                asked.notify_one();
                may_decide.notified().await;
                Ok(Principal::new("ann"))
            }
        }
    });
    let app = App::start(builder).await;
    let mut client = app.open().await;
    client
        .send(
            "CONNECT\naccept-version:1.2\n\n\0SUBSCRIBE\nid:0\ndestination:/user/queue/who\n\n\0\
             SEND\ndestination:/app/who\n\n\0",
        )
        .await;
    asked.notified().await;
    assert!(app.messaging.sessions().is_empty());
    may_decide.notify_one();
    assert_eq!(client.frame().await.header("user-name"), Some("ann"));
    assert_eq!(client.body().await, "ann");
}

#[tokio::test]
async fn who_is_not_found_out_in_time_is_not_let_in() {
    let mut limits = Limits::default();
    limits.connect_timeout = Duration::from_millis(50);
    let builder = messaging()
        .limits(limits)
        .authenticate(|_: Connect| std::future::pending::<Result<Principal, Denied>>());
    let app = App::start(builder).await;
    let mut client = app.open().await;
    client.send("CONNECT\naccept-version:1.2\n\n\0").await;
    assert_eq!(
        client.closed_with_error().await,
        (4408, "connect-timeout".to_owned())
    );
}

#[tokio::test]
async fn a_panic_lets_nobody_in_and_hurts_nobody_else() {
    let app = App::start(messaging().authenticate(|connect: Connect| async move {
        assert!(connect.header("bomb").is_none(), "boom");
        Ok(None)
    }))
    .await;
    let (mut other, _) = app.connect_as("").await;
    let mut client = app.open().await;
    client
        .send("CONNECT\naccept-version:1.2\nbomb:yes\n\n\0")
        .await;
    assert_eq!(client.error().await.header("error-code"), Some("internal"));
    other.nothing_before_receipt().await;
}

/// Spring's `accessor.setUser(..)`.
#[tokio::test]
async fn an_interceptor_decides_for_the_session_or_for_one_message() {
    let builder = with_passcodes().client_inbound(|channel| {
        channel.intercept(|message, _| {
            let header = match message.message_type() {
                MessageType::Connect => "become",
                _ => "speak-as",
            };
            if let Some(name) = message.headers().get(header).map(str::to_owned) {
                message.set_principal(Principal::new(name));
            }
            Verdict::Continue
        })
    });
    let app = App::start(builder).await;
    let (mut client, name) = app
        .connect_as("login:ann\npasscode:secret\nbecome:tom\n")
        .await;
    assert_eq!(name.as_deref(), Some("tom"));
    let sessions = app.messaging.sessions();
    assert_eq!(
        ["ann", "tom"].map(|name| sessions.of_user(name).len()),
        [0, 1]
    );
    client.subscribe("0", "/user/queue/who").await;
    assert_eq!(client.asks_who("").await, "tom");
    assert_eq!(client.asks_who("speak-as:eve\n").await, "eve");
    assert_eq!(client.asks_who("").await, "tom");
}

#[tokio::test]
async fn credentials_do_not_show() {
    let (shown, mut seen) = mpsc::unbounded_channel();
    let messages = Arc::new(Mutex::new(Vec::new()));
    let builder = messaging()
        .authenticate(move |connect: Connect| {
            let _ = shown.send(format!("{connect:?}"));
            async { Ok(None) }
        })
        .client_inbound(|channel| {
            let messages = messages.clone();
            channel.intercept(move |message, context| {
                let text = format!("{message:?} {context:?}");
                messages.lock().unwrap().push(text);
                Verdict::Continue
            })
        });
    let app = App::start(builder).await;
    app.connect_as(
        "login:geheim-1\npasscode:geheim-2\nAuthorization:Bearer geheim-3\nx-key:geheim-4\n",
    )
    .await;
    let shown = seen.recv().await.unwrap();
    assert!(
        shown.contains("passcode") && !shown.contains("geheim"),
        "{shown}"
    );
    let message = messages.lock().unwrap().remove(0);
    for secret in ["geheim-1", "geheim-2", "geheim-3"] {
        assert!(!message.contains(secret), "{message}");
    }
}

#[test]
fn it_is_said_once() {
    let authenticate = |_: Connect| async { Ok(None) };
    let error = messaging()
        .authenticate(authenticate)
        .authenticate(authenticate)
        .build()
        .unwrap_err();
    assert!(error.to_string().contains("said twice"), "{error}");
}
