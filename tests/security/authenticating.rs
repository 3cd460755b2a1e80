//! What it costs to find out who connects.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use stompframe::Limits;
use stompframe::prelude::*;
use stompframe::test::TestApp;
use tokio::time::{Instant, sleep};

use crate::kit::messaging;

#[tokio::test(start_paused = true)]
async fn sec_v_56_only_so_many_clients_are_authenticated_side_by_side() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (running, seen) = (Arc::clone(&now), Arc::clone(&most));
    let mut limits = Limits::default();
    limits.max_authenticating = 3;
    let app = TestApp::start(messaging().limits(limits).authenticate(move |_: Connect| {
        let (running, seen) = (Arc::clone(&running), Arc::clone(&seen));
        async move {
            let others = running.fetch_add(1, Ordering::SeqCst);
            seen.fetch_max(others + 1, Ordering::SeqCst);
            sleep(Duration::from_secs(1)).await;
            running.fetch_sub(1, Ordering::SeqCst);
            Ok(Principal::new("ann"))
        }
    }));
    let start = Instant::now();
    let clients = join_all((0..12).map(|_| app.connect())).await;
    assert_eq!(start.elapsed().as_secs(), 4);
    assert_eq!(most.load(Ordering::SeqCst), 3);
    drop(clients);
    // Who does not get its turn in time does not get in.
    let late = join_all((0..40).map(|_| app.try_connect_with([("host", "x")]))).await;
    let refused: Vec<_> = late.into_iter().filter_map(Result::err).collect();
    assert!(!refused.is_empty());
    assert!(
        refused
            .iter()
            .all(|error| error.code == ErrorCode::ConnectTimeout)
    );
}
