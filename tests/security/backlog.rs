//! What waits to be written to all clients together.

use std::time::Duration;

use stompframe::prelude::*;
use stompframe::test::TestApp;
use stompframe::{Limits, MessagingBuilder, message};

use crate::kit::{ended, messaging, publish};

const KIB: usize = 1024;

fn with(max_backlog: usize) -> MessagingBuilder {
    let mut limits = Limits::default();
    limits.max_backlog = max_backlog;
    messaging().limits(limits)
}

/// Fills the queues of users in one turn, so that nothing can be written meanwhile: `big` of 10 KiB for
/// ann, and one for each of the others.
async fn fill(template: MessagingTemplate, big: usize) {
    for user in ["bob", "eve"] {
        let text = "x".repeat(10 * KIB);
        template
            .send_to_user(user, "/queue/own", text)
            .await
            .unwrap();
    }
    for _ in 0..big {
        let text = "x".repeat(10 * KIB);
        template
            .send_to_user("ann", "/queue/own", text)
            .await
            .unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn sec_v_48_what_waits_for_all_together_has_a_bound_and_the_most_waiting_session_ends() {
    for (messages, is_too_much) in [(5, false), (12, true)] {
        let fills = move |template: MessagingTemplate| fill(template, messages);
        let app = TestApp::start(with(100 * KIB).route(message("/fill"), fills));
        let (ann, bob) = (app.connect_as("ann").await, app.connect_as("bob").await);
        ann.subscribe("/user/queue/own").await;
        let own = bob.subscribe("/user/queue/own").await;
        let filler = app.connect().await;
        filler.send("/app/fill", &()).await;
        if is_too_much {
            ended(&ann, ErrorCode::Overloaded).await;
        } else {
            ann.round_trip().await;
        }
        // A client in memory holds what it has received until it is taken.
        drop(ann);
        assert_eq!(own.expect_text().await.len(), 10 * KIB);
        // What was written counts no more.
        for _ in 0..20 {
            let text = "x".repeat(10 * KIB);
            let template = app.messaging().template();
            template
                .send_to_user("bob", "/queue/own", text)
                .await
                .unwrap();
            assert_eq!(own.expect_text().await.len(), 10 * KIB);
        }
    }
}

/// One message for many is there once.
#[tokio::test(start_paused = true)]
async fn sec_v_49_a_message_for_many_counts_once() {
    let app = TestApp::start(with(100 * KIB));
    let mut listeners = Vec::new();
    for _ in 0..100 {
        let client = app.connect().await;
        let topic = client.subscribe("/topic/a").await;
        listeners.push((client, topic));
    }
    let text: &'static str = "y".repeat(50 * KIB).leak();
    publish(&app, "/topic/a", text).await;
    tokio::time::sleep(Duration::from_millis(1)).await;
    for (_, topic) in &listeners {
        assert_eq!(topic.expect_text().await.len(), 50 * KIB);
    }
}
