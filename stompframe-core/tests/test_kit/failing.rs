//! Expectations that are not met say so in words.

use std::time::Duration;

use stompframe_core::test::TestApp;
use stompframe_core::{Limits, Messaging};

use crate::calls::never;
use crate::{Say, app, builder, hi, text_of};

#[tokio::test(start_paused = true)]
async fn what_never_comes_fails_and_shows_what_came() {
    let app = app();
    let client = app.connect().await;
    let (empty, other) = (
        client.subscribe("/topic/rooms/1").await,
        client.subscribe_with("/topic/odd", [("id", "other")]).await,
    );
    assert_eq!(
        text_of(empty.next_message()).await,
        "expected a message of /topic/rooms/1 (subscription sub-0), \
         but it did not come within 60s\n\
         nothing else has arrived"
    );
    client.send_text("/app/odd", "").await;
    let text = text_of(empty.expect_message::<Say>()).await;
    let (reason, frame) = text.split_once("\n\n").unwrap();
    assert!(
        reason.ends_with("\nwhat has arrived and was not expected:"),
        "{text}"
    );
    assert!(frame.starts_with("    MESSAGE\n    "), "{text}");
    assert!(frame.contains("\n    subscription:other\n"), "{text}");
    assert!(frame.ends_with("\n\n    none"), "{text}");
    assert_eq!(other.expect_text().await, "none");
}

#[tokio::test(start_paused = true)]
async fn a_message_of_another_shape_fails_and_is_shown() {
    let app = app();
    let client = app.connect().await;
    let room = client.subscribe("/topic/rooms/1").await;
    client.send("/app/rooms/1", &hi()).await;
    let text = text_of(room.expect_message::<u64>()).await;
    let why = "expected a body that can be read as `u64`, but: Body does not match the expected \
               type: not the JSON that is expected: invalid type: map, expected u64";
    assert!(text.starts_with(why), "{text}");
    assert!(text.ends_with("\n\n    {\"text\":\"hi\"}"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn something_instead_of_nothing_fails_and_is_shown() {
    let app = app();
    let client = app.connect().await;
    let room = client.subscribe("/topic/rooms/1").await;
    for _ in 0..7 {
        client.send("/app/rooms/1", &hi()).await;
    }
    let (all, of_room) = (client.expect_nothing(), room.expect_nothing());
    let text = text_of(all).await;
    assert!(
        text.starts_with("expected nothing, but this has arrived:\n\n    MESSAGE\n"),
        "{text}"
    );
    assert!(text.ends_with("\n\n    ... and 2 more"), "{text}");
    let text = text_of(of_room).await;
    assert!(
        text.starts_with("expected no message of /topic/rooms/1 (sub"),
        "{text}"
    );
}

#[tokio::test]
async fn who_awaits_for_somebody_else_is_told_where_it_was_asked() {
    let app = app().patience(Duration::from_millis(1));
    let client = app.connect().await;
    let room = client.subscribe("/topic/rooms/1").await;
    let (text, line) = (tokio::spawn(room.next_message()), line!());
    let text = *text
        .await
        .unwrap_err()
        .into_panic()
        .downcast::<String>()
        .unwrap();
    let place = format!("\n\nasked for at {}:{line}:", file!());
    assert!(
        text.contains("within 1ms") && text.contains(&place),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_never_ends_fails_the_test() {
    let mut limits = Limits::default();
    limits.handler_timeout = Duration::from_secs(3600);
    let app = TestApp::start(builder().handler::<never>().limits(limits));
    let client = app.connect().await;
    assert_eq!(
        text_of(client.send_text("/app/never", "")).await,
        "expected an answer to SEND /app/never, but it did not come within 60s\n\
         nothing else has arrived"
    );
    let text = text_of(client.lose()).await;
    assert!(
        text.ends_with("does a handler or an interceptor still work for it?"),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn who_awaits_it_in_the_same_file_is_pointed_at() {
    let client = app().connect().await;
    let failing = tokio::spawn(async move { client.next_frame().await });
    let text = *failing
        .await
        .unwrap_err()
        .into_panic()
        .downcast::<String>()
        .unwrap();
    assert!(!text.contains("asked for at"), "{text}");
}

#[test]
#[should_panic = "messaging cannot start: 1 problem\n  - the prefix \"app\" does not start with"]
fn what_is_wrong_with_an_application_is_said() {
    let _ = TestApp::start(Messaging::builder().application_prefix("app"));
}
