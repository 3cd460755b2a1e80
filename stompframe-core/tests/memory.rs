//! That what a client holds at most is what the report of the limits says.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use std::iter;

use dhat::HeapStats;
use stompframe_core::stomp::Command;
use stompframe_core::test::{Received, TestApp, TestClient};
use stompframe_core::{Limits, Messaging};
use tokio::sync::Mutex;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// There is one heap: one test at a time.
static HEAP: Mutex<()> = Mutex::const_new(());

/// Sends frames, each of which asks for the receipt `r`, until one is refused; gives how much more
/// the heap holds after each than before the first.
async fn kept(client: &TestClient, frames: impl Iterator<Item = String>) -> Vec<usize> {
    let before = HeapStats::get().curr_bytes;
    let mut kept = Vec::new();
    for frame in frames {
        client.send_bytes(frame);
        let Received::Frame(receipt) = client.receive().await else {
            panic!("a receipt was expected")
        };
        if receipt.command == Command::Error {
            break;
        }
        kept.push(HeapStats::get().curr_bytes.saturating_sub(before));
    }
    kept
}

/// As much in the head of a frame as fits, of which the server keeps nothing.
fn ballast() -> String {
    format!("server:{}\n", "x".repeat(7 * 1024)).repeat(2)
}

/// All subscriptions that a session may hold, each with the longest id, the longest destination and
/// as much else in its frame as fits. What is kept of them is the ids and the destinations, and not
/// the frames that they came in.
#[tokio::test(start_paused = true)]
async fn a_subscription_keeps_no_more_than_it_is_counted_with() {
    let _one = HEAP.lock().await;
    let _profiler = dhat::Profiler::builder().testing().build();
    let limits = Limits::default();
    let app = TestApp::start(Messaging::builder().simple_broker(["/topic"]));
    let client = app.connect().await;
    let subscribe = |number: usize| {
        let name = format!("{number:0>3}");
        let id = name.repeat(Limits::MAX_ID / 3);
        let rest = Limits::MAX_DESTINATION - "/topic/".len();
        let destination = format!("/topic/{}", name.repeat(rest / 3));
        let ballast = ballast();
        format!("SUBSCRIBE\nid:{id}\ndestination:{destination}\nreceipt:r\n{ballast}\n\0")
    };
    let kept = kept(&client, (0..limits.max_subscriptions).map(subscribe)).await;
    // The first brought tables with it that have room for others.
    let each = (kept[kept.len() - 1] - kept[0]) / (kept.len() - 1);
    assert!(each <= 2048, "a subscription keeps {each} bytes");
}

/// Frames that count as little as they can, and come with as much as they can: long heads, and
/// 50,000 line ends behind them in the same piece of input.
fn sends(destination: &str, more: &str) -> String {
    let (ballast, rest) = (ballast(), "\n".repeat(50_000));
    format!("SEND\ndestination:{destination}\nreceipt:r\n{more}{ballast}\nx\0{rest}")
}

/// What was kept is near the limit, and not beyond.
fn assert_bounded(kept: &[usize], limit: usize) {
    let most = kept[kept.len() - 1];
    assert!(
        most <= limit && most > limit / 2,
        "{most} bytes are kept by {} frames, and the limit is {limit}",
        kept.len()
    );
}

#[tokio::test(start_paused = true)]
async fn a_transaction_keeps_no_more_than_it_is_counted_with() {
    let _one = HEAP.lock().await;
    let _profiler = dhat::Profiler::builder().testing().build();
    let mut limits = Limits::default();
    limits.transactions.max_bytes = 512 * 1024;
    let builder = Messaging::builder().simple_broker(["/topic"]);
    let app = TestApp::start(builder.accept_client_sends(["/topic"]).limits(limits));
    let client = app.connect().await;
    let begin = "BEGIN\ntransaction:t\nreceipt:r\n\n\0".to_owned();
    let send = sends("/topic/a", "transaction:t\n");
    let kept = kept(&client, iter::once(begin).chain(iter::repeat(send))).await;
    assert_bounded(&kept, limits.transactions.max_bytes);
}

#[tokio::test(start_paused = true)]
async fn a_queue_keeps_no_more_than_it_is_counted_with() {
    let _one = HEAP.lock().await;
    let _profiler = dhat::Profiler::builder().testing().build();
    let mut limits = Limits::default();
    limits.broker.max_queue_bytes = 1024 * 1024;
    let builder = Messaging::builder().simple_broker(["/queue"]);
    let app = TestApp::start(builder.accept_client_sends(["/queue"]).limits(limits));
    let client = app.connect().await;
    let kept = kept(&client, iter::repeat(sends("/queue/a", ""))).await;
    assert_bounded(&kept, limits.broker.max_queue_bytes);
}

/// Every destination is another one, for a topic that nobody listens to, for a handler that there is
/// not, and for a queue that answers at once: nothing stays of them.
#[tokio::test(start_paused = true)]
async fn sec_v_46_destinations_that_clients_make_up_leave_nothing_behind() {
    let _one = HEAP.lock().await;
    let _profiler = dhat::Profiler::builder().testing().build();
    let builder = Messaging::builder()
        .application_prefix("/app")
        .simple_broker(["/topic"])
        .accept_client_sends(["/topic"])
        .accept_user_sends(["/queue"]);
    let app = TestApp::start(builder);
    let client = app.connect().await;
    let made_up = |from: usize| {
        let sends = (from..from + 2_000).map(|number| {
            let of = |prefix: &str| format!("SEND\ndestination:{prefix}/{number}\n\n\0");
            [of("/topic"), of("/app"), of("/user/u/queue")].concat()
        });
        sends.collect::<String>()
    };
    client.send_bytes(made_up(0));
    client.round_trip().await;
    let before = HeapStats::get().curr_bytes;
    for round in 1..5 {
        client.send_bytes(made_up(round * 2_000));
        client.round_trip().await;
    }
    let kept = HeapStats::get().curr_bytes.saturating_sub(before);
    assert!(
        kept < 16 * 1024,
        "{kept} bytes are kept of 24,000 destinations"
    );
}
