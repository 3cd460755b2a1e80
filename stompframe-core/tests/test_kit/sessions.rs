//! How sessions begin and end, and how frames are refused.

use std::time::Duration;

use stompframe_core::channel::Verdict;
use stompframe_core::session::Close;
use stompframe_core::test::TestApp;
use stompframe_core::{ErrorCode, MessageType, MessagingError};

use crate::{app, builder, hi, text_of};

#[tokio::test(start_paused = true)]
async fn a_refusal_fails_the_test_unless_it_is_the_point() {
    let app = app();
    let text = text_of(app.connect().await.send("/app/rooms/0", &hi())).await;
    assert_eq!(
        text,
        "expected the RECEIPT of SEND /app/rooms/0, but it was refused: denied: Access denied: \
         nobody speaks here\n\
         the connection was closed: 1008 denied\n\
         nothing else has arrived"
    );
    let client = app.connect().await;
    let error = client.try_send("/app/rooms/0", &hi()).await.unwrap_err();
    assert_eq!(
        (error.code, &*error.message),
        (ErrorCode::Denied, "Access denied")
    );
    assert_eq!(error.detail, "nobody speaks here");
    assert_eq!(
        client.expect_closed().await,
        Close::because(ErrorCode::Denied)
    );
    let text = text_of(client.send("/app/rooms/1", &hi())).await;
    assert!(
        text.contains("but the connection has ended\nthe connection was closed: 1008 denied\n"),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn who_listens_for_errors_survives_them() {
    let app = app();
    let client = app.connect().await;
    let errors = client.subscribe("/user/queue/errors").await;
    let error = client
        .try_send("/app/rooms/seven", &hi())
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::BadDestination);
    assert!(error.detail.contains("`room`"), "{error}");
    let error = client.try_subscribe("/nowhere").await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NoRoute);
    client.expect_nothing().await;
    client.send_and_forget("/app/rooms/0", &hi());
    client.round_trip().await;
    let problem = errors.next_message().await;
    assert_eq!(problem.header("error-code"), Some("denied"));
}

#[tokio::test(start_paused = true)]
async fn c_18_connect_can_be_refused() {
    let builder = builder().client_inbound(|channel| {
        channel.intercept(|message, context| {
            let is_guest = context
                .session
                .is_none_or(|session| session.principal().is_none());
            if message.message_type() == MessageType::Connect && is_guest {
                let denied = MessagingError::new(ErrorCode::Denied);
                return Verdict::Fail(denied.with_detail("say who you are"));
            }
            Verdict::Continue
        })
    });
    let app = TestApp::start(builder);
    let ann = app.connect_as("ann").await;
    assert_eq!(ann.connected().unwrap().header("user-name"), Some("ann"));
    let error = app.try_connect_with([("host", "x")]).await.unwrap_err();
    assert_eq!(error.to_string(), "denied: Access denied: say who you are");
    assert_eq!(
        text_of(app.connect()).await,
        "expected CONNECTED, but CONNECT was refused: denied: Access denied: say who you are\n\
         the connection was closed: 1008 denied\n\
         nothing else has arrived"
    );
}

#[tokio::test(start_paused = true)]
async fn a_session_ends_in_order_or_not() {
    let app = app();
    let sessions = app.messaging().sessions();
    let (ann, bob, eve) = (
        app.connect().await,
        app.connect().await,
        app.connect().await,
    );
    let room = eve.subscribe("/topic/rooms/1").await;
    ann.disconnect().await;
    assert_eq!(sessions.len(), 2);
    bob.lose().await;
    assert_eq!(sessions.len(), 1);
    drop(eve);
    let text = text_of(room.next_message()).await;
    assert!(
        text.contains("\nthe connection broke: the test let go of the client\n"),
        "{text}"
    );
    while !sessions.is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_server_can_end_sessions() {
    let app = app();
    let client = app.connect().await;
    assert_eq!(app.messaging().shut_down(Duration::from_secs(1)).await, 0);
    let error = client.expect_error(ErrorCode::ServerShutdown).await;
    assert_eq!(error.detail, "");
    let error = app.try_connect_with([("host", "x")]).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::ServerShutdown);
}

#[tokio::test(start_paused = true)]
async fn there_is_a_place_for_as_many_as_the_limits_allow() {
    let mut limits = stompframe_core::Limits::default();
    limits.max_sessions = 1;
    let app = TestApp::start(builder().limits(limits));
    let _only = app.connect().await;
    let error = app.try_connect_with([("host", "x")]).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Overloaded);
}
