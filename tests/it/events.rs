//! What becomes of sessions, as listeners are told.

use std::sync::Arc;
use std::time::Duration;

use stompframe::channel::Verdict;
use stompframe::prelude::*;
use stompframe::{Limits, MessageType, MessagingBuilder, message};
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use crate::support::{App, messaging};

#[subscribe_mapping("/hello")]
async fn hello() -> &'static str {
    "hello"
}

/// What a listener was told, in words.
struct Told(UnboundedReceiver<String>);

impl Told {
    async fn next(&mut self) -> String {
        timeout(Duration::from_secs(10), self.0.recv())
            .await
            .expect("something is told in time")
            .unwrap()
    }

    /// The next one that is about the end of a session.
    async fn end(&mut self) -> String {
        loop {
            let told = self.next().await;
            if let Some(end) = told.strip_prefix("disconnected ") {
                return end.to_owned();
            }
        }
    }
}

fn words(event: &SessionEvent) -> String {
    match event.kind() {
        SessionEventKind::Connect => "connect".to_owned(),
        SessionEventKind::Connected => "connected".to_owned(),
        SessionEventKind::Subscribed { id, destination } => {
            format!("subscribed {id} {destination}")
        }
        SessionEventKind::Unsubscribed { id, destination } => {
            format!("unsubscribed {id} {destination}")
        }
        SessionEventKind::Disconnected(reason) => {
            format!("disconnected {} {reason:?}", reason.close_code())
        }
        other => panic!("{other:?}"),
    }
}

fn told(builder: MessagingBuilder) -> (MessagingBuilder, Told) {
    let (tell, told) = unbounded_channel();
    let builder = builder.on_event(move |event| {
        let _ = tell.send(words(&event));
        async {}
    });
    (builder, Told(told))
}

#[tokio::test]
async fn each_comes_once_and_in_order() {
    let (builder, mut told) = told(messaging().handler::<hello>());
    let app = App::start(builder).await;
    let mut client = app.open().await;
    client
        .send(
            "CONNECT\naccept-version:1.2\n\n\0\
             SUBSCRIBE\nid:0\ndestination:/topic/a\n\n\0\
             SUBSCRIBE\nid:1\ndestination:/user/queue/x\n\n\0\
             SUBSCRIBE\nid:2\ndestination:/app/hello\n\n\0\
             UNSUBSCRIBE\nid:0\n\n\0UNSUBSCRIBE\nid:0\n\n\0UNSUBSCRIBE\nid:never\n\n\0\
             SEND\ndestination:/nowhere\n\n\0DISCONNECT\nreceipt:bye\n\n\0",
        )
        .await;
    for expected in [
        "connect",
        "connected",
        "subscribed 0 /topic/a",
        "subscribed 1 /user/queue/x",
        "subscribed 2 /app/hello",
        "unsubscribed 0 /topic/a",
        "disconnected 1000 Disconnect",
    ] {
        assert_eq!(told.next().await, expected);
    }
    client.close().await;
    // Nobody else has connected, so this is the next one.
    app.connect().await;
    assert_eq!(told.next().await, "connect");
}

#[tokio::test]
async fn what_is_refused_is_no_event() {
    let builder = messaging().client_inbound(|channel| {
        channel.intercept(|message, _| match message.headers().get("fate") {
            Some("drop") => Verdict::Drop,
            None if message.message_type() == MessageType::Unsubscribe => Verdict::Drop,
            Some(_) => Verdict::Fail(ErrorCode::Denied.into()),
            None => Verdict::Continue,
        })
    });
    let (builder, mut told) = told(builder);
    let app = App::start(builder).await;
    for fate in ["drop", "fail"] {
        let mut client = app.open().await;
        client
            .send(format!("CONNECT\naccept-version:1.2\nfate:{fate}\n\n\0"))
            .await;
        client.error().await;
    }
    let mut client = app.connect().await;
    client
        .send("SUBSCRIBE\nid:0\ndestination:/topic/a\nfate:drop\n\n\0")
        .await;
    client.subscribe("0", "/topic/b").await;
    client
        .send("UNSUBSCRIBE\nid:0\n\n\0SUBSCRIBE\nid:1\ndestination:/nowhere\nreceipt:r\n\n\0")
        .await;
    client.error().await;
    for expected in ["connect", "connected", "subscribed 0 /topic/b"] {
        assert_eq!(told.next().await, expected);
    }
    assert!(told.next().await.starts_with("disconnected 1008"));
}

/// Who may not connect although CONNECT was in order has not been there, either.
#[tokio::test]
async fn a_user_with_too_many_sessions_is_no_event() {
    let mut limits = Limits::default();
    limits.max_sessions_per_user = 1;
    let builder = messaging()
        .limits(limits)
        .authenticate(|_: Connect| async { Ok(Principal::new("ann")) });
    let (builder, mut told) = told(builder);
    let app = App::start(builder).await;
    let mut first = app.connect().await;
    let mut second = app.open().await;
    second.send("CONNECT\naccept-version:1.2\n\n\0").await;
    assert_eq!(
        second.error().await.header("error-code"),
        Some("overloaded")
    );
    first.subscribe("0", "/topic/a").await;
    for expected in ["connect", "connected", "subscribed 0 /topic/a"] {
        assert_eq!(told.next().await, expected);
    }
}

#[tokio::test]
async fn the_end_has_its_reason() {
    let (builder, mut told) = told(messaging());
    let app = App::start(builder).await;

    app.connect().await.close_with(Some(1000)).await;
    assert_eq!(told.end().await, "1000 Closed(Some(1000))");
    app.connect().await.close_with(Some(4000)).await;
    assert_eq!(told.end().await, "4000 Closed(Some(4000))");
    app.connect().await.close().await;
    assert_eq!(told.end().await, "1005 Closed(None)");

    drop(app.connect().await);
    assert_eq!(told.end().await, "1006 Lost");

    let mut client = app.connect().await;
    client.send("SHOUT\n\n\0").await;
    client.error().await;
    assert!(told.end().await.starts_with("1002 Ended("));

    let mut client = app.connect().await;
    let sessions = app.messaging.sessions();
    while sessions.len() > 1 {
        tokio::task::yield_now().await;
    }
    sessions.all()[0].close(stompframe::session::Close::because(ErrorCode::Denied));
    assert_eq!(client.closed().await.0, 1008);
    assert!(told.end().await.starts_with("1008 Ended("));

    let mut client = app.connect().await;
    let (_, cut) = tokio::join!(
        client.closed_with_error(),
        app.messaging.shut_down(Duration::from_secs(10))
    );
    assert_eq!(cut, 0);
    assert!(told.end().await.starts_with("1001 Ended("));
}

#[tokio::test]
async fn a_session_that_is_cut_off_is_told_of_once_too() {
    let (builder, mut told) = told(messaging());
    let entered = Arc::new(Notify::new());
    let at_work = Arc::clone(&entered);
    let endless = move || {
        at_work.notify_one();
        std::future::pending::<()>()
    };
    let app = App::start(builder.route(message("/endless"), endless)).await;
    let mut client = app.connect().await;
    client.send("SEND\ndestination:/app/endless\n\n\0").await;
    entered.notified().await;
    assert_eq!(app.messaging.shut_down(Duration::from_millis(20)).await, 1);
    assert_eq!(told.end().await, "1006 Lost");
    assert!(app.messaging.sessions().is_empty());
    drop((client, app));
    assert_eq!(told.0.recv().await, None, "nothing is told twice");
}

#[tokio::test]
async fn a_subscription_is_live_when_it_is_told() {
    let builder = messaging().on_event(|event: SessionEvent| async move {
        if let SessionEventKind::Subscribed { destination, .. } = event.kind() {
            let template = event.template();
            template.send(destination.clone(), "welcome").await.unwrap();
        }
    });
    let app = App::start(builder).await;
    let mut client = app.connect().await;
    // Its RECEIPT comes first.
    client.subscribe("0", "/topic/a").await;
    assert_eq!(client.body().await, "welcome");
}

#[tokio::test]
async fn at_each_event_the_registry_is_as_it_says() {
    let (tell, mut told) = unbounded_channel();
    let builder = messaging().on_event(move |event: SessionEvent| {
        let tell = tell.clone();
        async move {
            if !matches!(event.kind(), SessionEventKind::Subscribed { .. }) {
                let _ = tell.send(event);
            }
        }
    });
    let app = App::start(builder).await;
    let mut client = app.connect().await;
    client.subscribe("0", "/topic/a").await;
    client.close().await;
    let mut kinds = Vec::new();
    while let Some(event) = told.recv().await {
        kinds.push(event.kind().clone());
        if let SessionEventKind::Disconnected(_) = event.kind() {
            assert!(app.messaging.sessions().get(event.session().id()).is_none());
            let subscriptions = event.session().subscriptions();
            assert_eq!(subscriptions.len(), 1);
            assert_eq!(subscriptions[0].1, "/topic/a");
            break;
        }
    }
    assert_eq!(kinds.len(), 3, "{kinds:?}");
}

#[tokio::test]
async fn the_next_frame_waits_for_the_listeners() {
    let (subscribed, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let builder = messaging().accept_client_sends(["/topic"]).on_event({
        let (subscribed, go_on) = (subscribed.clone(), go_on.clone());
        move |event: SessionEvent| {
            let (subscribed, go_on) = (subscribed.clone(), go_on.clone());
            async move {
                if let SessionEventKind::Subscribed { destination, .. } = event.kind() {
                    subscribed.notify_one();
                    go_on.notified().await;
                    let template = event.template();
                    template.send(destination.clone(), "first").await.unwrap();
                }
            }
        }
    });
    let app = App::start(builder).await;
    let mut client = app.connect().await;
    client
        .send("SUBSCRIBE\nid:0\ndestination:/topic/a\n\n\0SEND\ndestination:/topic/a\n\nsecond\0")
        .await;
    subscribed.notified().await;
    go_on.notify_one();
    assert_eq!(client.body().await, "first");
    assert_eq!(client.body().await, "second");
}

#[tokio::test]
async fn a_listener_that_panics_or_hangs_hurts_nobody() {
    let mut limits = Limits::default();
    limits.handler_timeout = Duration::from_millis(20);
    let builder = messaging()
        .limits(limits)
        .on_event(|event| {
            assert!(words(&event).is_empty(), "boom, at once");
            async {}
        })
        .on_event(|_| async { panic!("boom, later") })
        .on_event(|_| std::future::pending());
    let (builder, mut told) = told(builder);
    let app = App::start(builder).await;
    let mut client = app.connect().await;
    client.subscribe("0", "/topic/a").await;
    client.nothing_before_receipt().await;
    for expected in ["connect", "connected", "subscribed 0 /topic/a"] {
        assert_eq!(told.next().await, expected);
    }
    client.close().await;
    assert_eq!(told.end().await, "1005 Closed(None)");
}
