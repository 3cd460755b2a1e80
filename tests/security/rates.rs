//! How much a client may send in a while: who sends more is read more slowly, or refused.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use stompframe::extract::State;
use stompframe::prelude::*;
use stompframe::session::{Rate, RateLimits};
use stompframe::test::{TestApp, TestClient};
use stompframe::{Limits, MessagingBuilder, message};
use tokio::time::Instant;

use crate::kit::{ended, messaging};

#[derive(Default)]
struct Count(AtomicUsize);

fn app(rates: RateLimits) -> TestApp {
    TestApp::start(with(rates))
}

fn with(rates: RateLimits) -> MessagingBuilder {
    let mut limits = Limits::default();
    limits.rates = rates;
    let count = async |State(count): State<std::sync::Arc<Count>>| {
        count.0.fetch_add(1, Ordering::Relaxed);
    };
    messaging()
        .limits(limits)
        .state(std::sync::Arc::new(Count::default()))
        .route(
            message("/say/{room}"),
            async |Variables(_): Variables<String>| (),
        )
        .route(message("/count"), count)
}

fn only(set: impl FnOnce(&mut RateLimits)) -> RateLimits {
    let mut rates = RateLimits::NONE;
    set(&mut rates);
    rates
}

/// Sends so many frames, each by itself, and gives how long it took until all were handled.
async fn send(client: &TestClient, frames: usize) -> Duration {
    let start = Instant::now();
    for _ in 0..frames {
        client.send_bytes("SEND\ndestination:/app/count\n\n\0");
    }
    client.round_trip().await;
    start.elapsed()
}

#[tokio::test(start_paused = true)]
async fn sec_v_49_a_session_that_sends_too_much_is_read_more_slowly_and_loses_nothing() {
    let rate = Rate::per_second(10).with_burst(20);
    let app = app(only(|rates| rates.session_frames = Some(rate)));
    let (fast, calm) = (app.connect().await, app.connect().await);
    let took = send(&fast, 118).await;
    // CONNECT, 118 and the round trip, of which 20 pass at once.
    assert!((9.9..10.2).contains(&took.as_secs_f64()), "{took:?}");
    assert_eq!(
        send(&calm, 10).await,
        Duration::ZERO,
        "the others do not wait"
    );
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(
        send(&fast, 10).await,
        Duration::ZERO,
        "the burst is there again"
    );
}

#[tokio::test(start_paused = true)]
async fn sec_v_49_bytes_are_counted_too() {
    let rate = Rate::per_second(1_000).with_burst(1_000);
    let app = app(only(|rates| rates.session_bytes = Some(rate)));
    let client = app.connect().await;
    let start = Instant::now();
    let body = "x".repeat(10_000);
    client.send_bytes(format!("SEND\ndestination:/app/count\n\n{body}\0"));
    client.round_trip().await;
    let took = start.elapsed().as_secs_f64();
    assert!((9.0..9.5).contains(&took), "{took}");
}

#[tokio::test(start_paused = true)]
async fn sec_v_49_the_sessions_of_a_user_share_what_the_user_may() {
    let rate = Rate::per_second(10).with_burst(20);
    let app = app(only(|rates| rates.user_frames = Some(rate)));
    let (one, two) = (app.connect_as("ann").await, app.connect_as("ann").await);
    let (bob, nobody) = (app.connect_as("bob").await, app.connect().await);
    let both = async { tokio::join!(send(&one, 48), send(&two, 48)) };
    let (first, second) = both.await;
    let took = first.max(second).as_secs_f64();
    assert!((7.5..8.5).contains(&took), "{took}");
    for other in [&bob, &nobody] {
        assert_eq!(send(other, 10).await, Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn sec_v_43_sec_v_50_signs_of_life_without_end_end_the_session() {
    let rate = Rate::per_second(20).with_burst(100);
    let app = app(only(|rates| rates.signs_of_life = Some(rate)));
    let (flood, calm) = (app.connect().await, app.connect().await);
    for _ in 0..100 {
        flood.send_bytes("\n");
        calm.send_bytes("\n");
    }
    flood.round_trip().await;
    calm.round_trip().await;
    flood.send_bytes("\n");
    ended(&flood, ErrorCode::RateExceeded).await;
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        for _ in 0..20 {
            calm.send_bytes("\n");
        }
        calm.round_trip().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_destination_has_a_rate_of_its_own_for_each_user() {
    let rate = Rate::per_second(1).with_burst(2);
    let app = TestApp::start(with(RateLimits::default()).rate_limit("/app/say/{room}", rate));
    let (one, two) = (app.connect_as("ann").await, app.connect_as("ann").await);
    let nobody = app.connect().await;
    for client in [&one, &two, &nobody] {
        client.subscribe("/user/queue/errors").await;
    }
    one.send("/app/say/a", &()).await;
    two.send("/app/say/b", &()).await;
    let error = one.try_send("/app/say/c", &()).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::RateExceeded);
    assert_eq!(error.detail, "wait 1000 ms before you send there again");
    // Elsewhere, and others, are not held to it; and it is no end of the session.
    one.send("/app/count", &()).await;
    nobody.send("/app/say/a", &()).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    two.send("/app/say/a", &()).await;
    assert!(one.try_send("/app/say/a", &()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_does_not_wait_for_who_has_sent_too_much() {
    let rate = Rate::per_second(1).with_burst(1);
    let app = app(only(|rates| rates.session_frames = Some(rate)));
    let client = app.connect().await;
    for _ in 0..1_000 {
        client.send_bytes("SEND\ndestination:/app/count\n\n\0");
    }
    let start = Instant::now();
    assert_eq!(app.messaging().shut_down(Duration::from_secs(60)).await, 0);
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
    ended(&client, ErrorCode::ServerShutdown).await;
}

#[test]
fn a_pattern_that_cannot_be_read_is_a_problem_at_start_up() {
    let builder = messaging().rate_limit("app", Rate::per_second(1));
    let error = builder.build().unwrap_err().to_string();
    assert!(error.contains("rate_limit(\"app\""), "{error}");
}
