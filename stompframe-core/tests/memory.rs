//! That what a client holds at most is what the report of the limits says.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use dhat::HeapStats;
use stompframe_core::test::{Received, TestApp};
use stompframe_core::{Limits, Messaging};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// All subscriptions that a session may hold, each with the longest id, the longest destination and
/// as much else in its frame as fits. What is kept of them is the ids and the destinations, and not
/// the frames that they came in.
#[tokio::test(start_paused = true)]
async fn a_subscription_keeps_no_more_than_it_is_counted_with() {
    let _profiler = dhat::Profiler::builder().testing().build();
    let limits = Limits::default();
    let app = TestApp::start(Messaging::builder().simple_broker(["/topic"]));
    let client = app.connect().await;
    let ballast = format!("x:{}\n", "x".repeat(7 * 1024)).repeat(2);
    let subscribe = |number: usize| {
        let name = format!("{number:0>3}");
        let id = name.repeat(Limits::MAX_ID / 3);
        let rest = Limits::MAX_DESTINATION - "/topic/".len();
        let destination = format!("/topic/{}", name.repeat(rest / 3));
        format!("SUBSCRIBE\nid:{id}\ndestination:{destination}\nreceipt:r\n{ballast}\n\0")
    };
    let mut kept = Vec::new();
    for number in 0..limits.max_subscriptions {
        client.send_bytes(subscribe(number));
        let Received::Frame(receipt) = client.receive().await else {
            panic!("a receipt was expected")
        };
        assert_eq!(receipt.header("receipt-id"), Some("r"));
        kept.push(HeapStats::get().curr_bytes);
    }
    // The first brought tables with it that have room for others.
    let (first, last) = (kept[0], kept[kept.len() - 1]);
    let each = (last - first) / (kept.len() - 1);
    assert!(each <= 2048, "a subscription keeps {each} bytes");
}
