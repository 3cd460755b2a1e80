//! Everybody at once.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use stompframe::Limits;
use stompframe::prelude::*;
use stompframe::session::Close;
use stompframe::test::TestApp;
use tokio::time::Instant;

use crate::kit::messaging;

/// How many sessions end in which second of a shutdown that may take so long.
async fn ends(sessions: usize, within: Duration) -> BTreeMap<u64, usize> {
    let app = TestApp::start(messaging());
    let clients = join_all((0..sessions).map(|_| async { app.connect().await })).await;
    let start = Instant::now();
    let ended = join_all(clients.iter().map(|client| async move {
        client.expect_error(ErrorCode::ServerShutdown).await;
        let because = Close::because(ErrorCode::ServerShutdown);
        assert_eq!(client.expect_closed().await, because);
        start.elapsed().as_secs()
    }));
    let going_down = app.messaging().shut_down(within);
    let (cut, ended) = tokio::join!(going_down, ended);
    assert_eq!(cut, 0);
    let mut seconds = BTreeMap::new();
    for second in ended {
        *seconds.entry(second).or_default() += 1;
    }
    seconds
}

#[tokio::test(start_paused = true)]
async fn sec_v_55_a_shutdown_does_not_send_everybody_to_the_next_server_at_once() {
    let spread = Limits::default().shutdown_spread.as_secs();
    let seconds = ends(1_000, Duration::from_secs(30)).await;
    assert!(seconds.keys().all(|second| *second < spread), "{seconds:?}");
    assert_eq!(seconds.values().copied().max(), Some(200), "{seconds:?}");

    // Half of the time is for those who take theirs.
    let seconds = ends(1_000, Duration::from_secs(4)).await;
    assert!(seconds.keys().all(|second| *second < 2), "{seconds:?}");
    assert_eq!(seconds.values().copied().max(), Some(500), "{seconds:?}");

    // Few are no crowd.
    let seconds = ends(100, Duration::from_secs(30)).await;
    assert_eq!(seconds, BTreeMap::from([(0, 100)]));
}

/// It lasts no longer than there is somebody.
#[tokio::test(start_paused = true)]
async fn sec_v_55_a_shutdown_does_not_wait_for_those_who_have_left() {
    let app = TestApp::start(messaging());
    let clients = join_all((0..101).map(|_| async { app.connect().await })).await;
    let start = Instant::now();
    let leaving = join_all(clients.into_iter().map(|client| async move {
        client.lose().await;
    }));
    let (cut, _) = tokio::join!(app.messaging().shut_down(Duration::from_secs(30)), leaving);
    assert_eq!(cut, 0);
    assert!(start.elapsed() < Duration::from_secs(1), "{start:?}");
}
