//! To be somebody else, to hear what is for somebody else, to speak as the server.

use stompframe::broker::SimpleBroker;
use stompframe::prelude::*;
use stompframe::stomp::{Command, Frame};
use stompframe::test::TestApp;
use stompframe::{MessagingBuilder, message};

use crate::kit::{messaging, publish, session_of};

/// As open as a broker gets.
fn open() -> MessagingBuilder {
    let broker = SimpleBroker::new(["/topic", "/queue", "/user"]).wildcard_subscriptions();
    Messaging::builder()
        .application_prefix("/app")
        .simple_broker(broker.queues_are_topics())
}

#[message_mapping("/secret")]
#[send_to_user("/queue/secrets")]
async fn secret() -> &'static str {
    "for ann alone"
}

/// What is for a user has no name that others could subscribe to: neither Spring's, nor another
/// spelling, nor a pattern.
#[tokio::test(start_paused = true)]
async fn sec_v_05_nobody_hears_what_is_for_another_user() {
    let app = TestApp::start(open().handler::<secret>());
    let (ann, eve) = (app.connect_as("ann").await, app.connect_as("eve").await);
    let secrets = ann.subscribe("/user/queue/secrets").await;
    eve.subscribe("/user/queue/errors").await;
    let session = session_of(&app, &ann);
    let id = session.id();
    let mut heard = Vec::new();
    for spelling in [
        format!("/queue/secrets-user{id}"),
        format!("/user/{id}/queue/secrets"),
        "/user/ann/queue/secrets".to_owned(),
        "/user//queue/secrets".to_owned(),
        "/user/queue/secrets".to_owned(),
        "/queue/secrets".to_owned(),
        "/queue/**".to_owned(),
        "/user/**".to_owned(),
        "/user/*/queue/secrets".to_owned(),
        "/**".to_owned(),
        "/queue/secrets-user*".to_owned(),
    ] {
        if let Ok(subscription) = eve.try_subscribe(&spelling).await {
            heard.push(subscription);
        }
    }
    ann.send("/app/secret", &()).await;
    let template = app.messaging().template();
    template
        .send_to_user("ann", "/queue/secrets", "also")
        .await
        .unwrap();
    assert_eq!(secrets.expect_text().await, "for ann alone");
    assert_eq!(secrets.expect_text().await, "also");
    assert!(!heard.is_empty());
    for subscription in heard {
        subscription.expect_nothing().await;
    }
}

#[tokio::test(start_paused = true)]
async fn sec_v_06_nobody_speaks_as_the_server_unless_that_was_opened() {
    let closed = TestApp::start(messaging());
    let (eve, bob) = (
        closed.connect_as("eve").await,
        closed.connect_as("bob").await,
    );
    eve.subscribe("/user/queue/errors").await;
    let own = bob.subscribe("/user/queue/x").await;
    let topic = bob.subscribe("/topic/x").await;
    for destination in [
        "/topic/x",
        "/queue/x",
        "/user/bob/queue/x",
        "/user/bob/queue/errors",
    ] {
        let error = eve.try_send(destination, &()).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Denied, "{destination}");
    }
    own.expect_nothing().await;
    topic.expect_nothing().await;

    let builder = messaging()
        .accept_client_sends(["/topic/open"])
        .accept_user_sends(["/queue/chat"]);
    let opened = TestApp::start(builder);
    let eve = opened.connect_as("eve").await;
    eve.subscribe("/user/queue/errors").await;
    eve.send("/topic/open/a", &()).await;
    eve.send("/user/bob/queue/chat", &()).await;
    for destination in [
        "/topic/opened",
        "/topic/x",
        "/user/bob/queue/errors",
        "/user/bob/queue",
    ] {
        let error = eve.try_send(destination, &()).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Denied, "{destination}");
    }
}

/// Every name that only the server writes, in several spellings, and those of Spring's own.
#[tokio::test(start_paused = true)]
async fn sec_v_07_headers_of_the_server_cannot_be_forged() {
    const NAMES: [&str; 14] = [
        "subscription",
        "message-id",
        "ack",
        "receipt-id",
        "error-code",
        "redelivered",
        "delivery-count",
        "server",
        "session",
        "user-name",
        "simpSessionId",
        "simpUser",
        "simpOrigDestination",
        "nativeHeaders",
    ];
    let app = TestApp::start(messaging().accept_client_sends(["/topic"]));
    let (eve, ann) = (app.connect_as("eve").await, app.connect_as("ann").await);
    let topic = ann.subscribe("/topic/a").await;
    let mut frame = Frame::new(Command::Send).with_header("destination", "/topic/a");
    for name in NAMES {
        for spelling in [name.to_owned(), name.to_uppercase()] {
            frame = frame.with_header(spelling, "forged");
        }
    }
    eve.send_frame(frame).await;
    let message = topic.next_message().await;
    assert_eq!(message.header("subscription"), Some(topic.id()));
    for (name, value) in message.headers() {
        // What nobody gives a meaning is the client's own to say.
        let is_its_own = name.starts_with("simp") || name.starts_with("SIMP");
        let is_its_own = is_its_own || name.eq_ignore_ascii_case("nativeHeaders");
        assert!(value != "forged" || is_its_own, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn sec_v_08_a_user_of_whatever_name_has_only_its_own_messages() {
    let long = "x".repeat(10_000);
    let names = [
        "a/b",
        "..",
        ".",
        "*",
        "**",
        "#",
        "+",
        "%2F",
        "%252F",
        "%",
        "{x}",
        ".*",
        " ",
        "a b",
        "\u{202e}nna",
        "ann",
        "Ann",
        "ann ",
        "queue",
        "/",
        "//",
        "-",
        long.as_str(),
    ];
    let app = TestApp::start(messaging());
    let mut clients = Vec::new();
    for name in names {
        let client = app.connect_as(name).await;
        let own = client.subscribe("/user/queue/own").await;
        clients.push((name, client, own));
    }
    let template = app.messaging().template();
    for name in names {
        let text = format!("for {name}");
        template
            .send_to_user(name.to_owned(), "/queue/own", text)
            .await
            .unwrap();
    }
    for (name, _, own) in &clients {
        assert_eq!(own.expect_text().await, format!("for {name}"));
        own.expect_nothing().await;
    }
}

/// No name leads to what the framework does inside of itself, or to what others hear of themselves.
#[tokio::test(start_paused = true)]
async fn sec_v_31_what_is_inside_has_no_destination() {
    let builder = open()
        .accept_user_sends(["/queue/chat"])
        .authenticate(|_: Connect| async { Ok(Principal::new("eve")) });
    let app = TestApp::start(builder);
    let eve = app.connect().await;
    let ann = app.connect().await;
    let errors = ann.subscribe("/user/queue/errors").await;
    let credentials = ann.subscribe("/user/queue/credentials").await;
    eve.subscribe("/user/queue/errors").await;
    let id = session_of(&app, &ann).id().clone();
    for inside in [
        "/user/eve/queue/errors".to_owned(),
        "/user/eve/queue/credentials".to_owned(),
        format!("/user/{id}/queue/errors"),
        format!("/user/{id}/queue/credentials"),
        "/user/queue/errors".to_owned(),
        "clientInboundChannel".to_owned(),
        "brokerChannel".to_owned(),
        "/topic/simp-user-registry".to_owned(),
        "/topic/unresolved-user-destination".to_owned(),
    ] {
        let error = eve.try_send(&inside, &()).await.unwrap_err();
        let is_refused = matches!(
            error.code,
            ErrorCode::Denied | ErrorCode::NoRoute | ErrorCode::BadDestination
        );
        assert!(is_refused, "{inside}: {error}");
    }
    errors.expect_nothing().await;
    credentials.expect_nothing().await;
}

/// The answer to a session that has gone is for nobody, though somebody of the same name is there.
#[tokio::test(start_paused = true)]
async fn sec_c_06_a_late_reply_does_not_reach_who_came_after() {
    let go = std::sync::Arc::new(tokio::sync::Notify::new());
    let gate = std::sync::Arc::clone(&go);
    let slow = move || {
        let gate = std::sync::Arc::clone(&gate);
        async move {
            gate.notified().await;
            "late"
        }
    };
    let app =
        TestApp::start(messaging().route(message("/slow").send_to_session("/queue/own"), slow));
    let before = app.connect_as("ann").await;
    before.subscribe("/user/queue/own").await;
    before.send_bytes("SEND\ndestination:/app/slow\n\n\0");
    let gone = before.lose();
    let after = app.connect_as("ann").await;
    let own = after.subscribe("/user/queue/own").await;
    tokio::task::yield_now().await;
    go.notify_one();
    gone.await;
    publish(&app, "/topic/x", "a moment").await;
    own.expect_nothing().await;
}
