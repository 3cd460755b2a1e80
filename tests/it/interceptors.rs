//! Interceptors on the three channels.

use std::sync::{Arc, Mutex};

use stompframe::channel::{ChannelContext, ChannelInterceptor, Outcome, Step, Verdict};
use stompframe::prelude::*;

use crate::support::{App, messaging};

#[message_mapping("/echo")]
#[send_to("/topic/echo")]
async fn echo(body: String) -> String {
    body
}

#[tokio::test]
async fn each_channel_can_change_what_passes() {
    let mark = |channel: stompframe::channel::Interceptors, name: &'static str| {
        channel.intercept(move |message, context| {
            assert_eq!(context.channel.to_string(), name);
            let so_far = message.headers().get("path").unwrap_or_default();
            let path = format!("{so_far}{name} ");
            message.headers_mut().set("path", path);
            Verdict::Continue
        })
    };
    let app = App::start(
        messaging()
            .accept_client_sends(["/queue"])
            .handler::<echo>()
            .client_inbound(|channel| mark(channel, "clientInbound"))
            .broker_channel(|channel| mark(channel, "broker"))
            .client_outbound(|channel| mark(channel, "clientOutbound")),
    )
    .await;
    let mut client = app.connect().await;
    client.subscribe("0", "/topic/echo").await;
    client.subscribe("1", "/queue/direct").await;
    client.send("SEND\ndestination:/app/echo\n\nx\0").await;
    assert_eq!(
        client.frame().await.header("path"),
        Some("broker clientOutbound ")
    );
    client.send("SEND\ndestination:/queue/direct\n\nx\0").await;
    assert_eq!(
        client.frame().await.header("path"),
        Some("clientInbound clientOutbound ")
    );
}

#[tokio::test]
async fn what_is_dropped_or_failed_is_not_processed_and_who_asked_is_told() {
    let app = App::start(messaging().handler::<echo>().client_inbound(|channel| {
        channel.intercept(|message, _| match message.headers().get("fate") {
            Some("drop") => Verdict::Drop,
            Some("fail") => {
                Verdict::Fail(MessagingError::new(ErrorCode::Denied).with_detail("not you"))
            }
            _ => Verdict::Continue,
        })
    }))
    .await;
    let mut client = app.connect().await;
    client.subscribe("0", "/topic/echo").await;
    client
        .send("SEND\ndestination:/app/echo\nfate:drop\n\nx\0")
        .await;
    client.nothing_before_receipt().await;
    client
        .send("SEND\ndestination:/app/echo\nfate:drop\nreceipt:r\n\nx\0")
        .await;
    assert_eq!(client.error().await.header("error-code"), Some("denied"));

    // A subscription that was dropped is none.
    let mut client = app.connect().await;
    client
        .send("SUBSCRIBE\nid:0\ndestination:/topic/echo\nfate:drop\n\n\0")
        .await;
    client.subscribe("0", "/topic/echo").await;

    let mut client = app.connect().await;
    client.subscribe("0", "/topic/echo").await;
    client.subscribe("errors", "/user/queue/errors").await;
    client
        .send("SEND\ndestination:/app/echo\nfate:fail\n\nx\0")
        .await;
    let told = client.frame().await;
    assert_eq!(told.header("error-code"), Some("denied"));
    assert_eq!(told.json()["detail"], "not you");
    client.nothing_before_receipt().await;
}

#[tokio::test]
async fn connect_passes_too_and_can_be_refused() {
    let app = App::start(messaging().client_inbound(|channel| {
        channel.intercept(|message, _| {
            let stranger = message.headers().get("login") != Some("ann");
            if message.message_type() == stompframe::MessageType::Connect && stranger {
                return Verdict::Fail(MessagingError::new(ErrorCode::Denied));
            }
            Verdict::Continue
        })
    }))
    .await;
    let mut stranger = app.open().await;
    stranger
        .send("CONNECT\naccept-version:1.2\n\n\0SUBSCRIBE\nid:0\ndestination:/topic/a\n\n\0")
        .await;
    assert_eq!(stranger.error().await.header("error-code"), Some("denied"));
    assert!(app.messaging.sessions().is_empty());
    let mut ann = app.open().await;
    ann.send("CONNECT\naccept-version:1.2\nlogin:ann\n\n\0")
        .await;
    assert_eq!(ann.frame().await.command, "CONNECTED");
}

/// Writes down what it is told, and takes its time.
struct Diary {
    name: &'static str,
    entries: Arc<Mutex<Vec<String>>>,
}

impl Diary {
    fn note(&self, what: &str) {
        self.entries
            .lock()
            .unwrap()
            .push(format!("{} {what}", self.name));
    }
}

impl ChannelInterceptor for Diary {
    fn pre_send<'a>(&'a self, message: &'a mut Message, _: ChannelContext<'a>) -> Step<'a> {
        Step::Pending(Box::pin(async move {
            tokio::task::yield_now().await;
            if message.headers().get("stop-at") == Some(self.name) {
                return Verdict::Drop;
            }
            self.note("pre");
            Verdict::Continue
        }))
    }

    fn post_send(&self, _: &Message, outcome: Outcome, _: ChannelContext<'_>) {
        self.note(&format!("post {outcome:?}"));
    }

    fn after_completion(
        &self,
        _: &Message,
        result: Result<Outcome, &MessagingError>,
        _: ChannelContext<'_>,
    ) {
        self.note(&format!("after {:?}", result.map_err(MessagingError::code)));
    }
}

#[tokio::test]
async fn callbacks_come_in_order_and_completion_in_reverse() {
    let entries = Arc::new(Mutex::new(Vec::new()));
    let diary = |name| Diary {
        name,
        entries: entries.clone(),
    };
    let app = App::start(
        messaging()
            .broker_channel(|channel| channel.interceptor(diary("one")).interceptor(diary("two"))),
    )
    .await;
    let template = app.messaging.template();
    let noted = || std::mem::take(&mut *entries.lock().unwrap());

    template.send("/topic/a", "x").await.unwrap();
    assert_eq!(
        noted(),
        [
            "one pre",
            "two pre",
            "one post Handled",
            "two post Handled",
            "two after Ok(Handled)",
            "one after Ok(Handled)"
        ]
    );
    let mut message = Message::with_payload("/topic/a", "x").unwrap();
    message.headers_mut().set("stop-at", "two");
    template.send_message(message).await.unwrap();
    assert_eq!(noted(), ["one pre", "one after Ok(Dropped)"]);
}

#[tokio::test]
async fn an_interceptor_of_one_recipient_does_not_hinder_the_others() {
    let app = App::start(messaging().client_outbound(|channel| {
        channel.intercept(|message, _| {
            match message.subscription().map(ToString::to_string).as_deref() {
                Some("fails") => Verdict::Fail(MessagingError::new(ErrorCode::Internal)),
                Some("drops") => Verdict::Drop,
                _ => Verdict::Continue,
            }
        })
    }))
    .await;
    let mut client = app.connect().await;
    for id in ["fails", "drops", "gets"] {
        client.subscribe(id, "/topic/a").await;
    }
    app.messaging
        .template()
        .send("/topic/a", "x")
        .await
        .unwrap();
    assert_eq!(client.frame().await.header("subscription"), Some("gets"));
    client.nothing_before_receipt().await;
}

#[tokio::test]
async fn a_session_is_let_go_of_even_if_an_interceptor_drops_its_disconnect() {
    let app = App::start(messaging().client_inbound(|channel| {
        channel.intercept(|message, _| match message.message_type() {
            stompframe::MessageType::Disconnect => Verdict::Drop,
            _ => Verdict::Continue,
        })
    }))
    .await;
    let mut client = app.connect().await;
    client.subscribe("0", "/topic/a").await;
    client.close().await;
    while !app.messaging.sessions().is_empty() {
        tokio::task::yield_now().await;
    }
    // Nobody is left to deliver to; that nothing is kept is what the broker's own tests show.
    app.messaging
        .template()
        .send("/topic/a", "x")
        .await
        .unwrap();
}

#[tokio::test]
async fn a_panicking_interceptor_ends_one_session_and_leaves_nothing_of_it() {
    let app = App::start(messaging().client_inbound(|channel| {
        channel.intercept(|message, _| {
            let harmless = message.headers().get("bomb").is_none()
                && message.message_type() != stompframe::MessageType::Disconnect;
            assert!(harmless, "boom");
            Verdict::Continue
        })
    }))
    .await;
    let mut other = app.connect().await;
    other.subscribe("0", "/topic/a").await;
    let mut client = app.connect().await;
    client.subscribe("0", "/topic/a").await;
    client
        .send("SEND\ndestination:/app/x\nbomb:yes\n\n\0")
        .await;
    assert_eq!(client.error().await.header("error-code"), Some("internal"));
    while app.messaging.sessions().len() > 1 {
        tokio::task::yield_now().await;
    }
    app.messaging
        .template()
        .send("/topic/a", "x")
        .await
        .unwrap();
    assert_eq!(other.frame().await.text(), "x");
}
