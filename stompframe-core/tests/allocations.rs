//! What a call of a handler costs in allocations, beyond those of the bodies themselves.
//!
//! Everything runs on one thread, so the counts are exact. Whoever adds an allocation to the path
//! of every message sees it here, and either takes it out again or raises the budget on purpose.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

use dhat::HeapStats;
use serde::{Deserialize, Serialize};
use stompframe_core::channel::Verdict;
use stompframe_core::handler::extract::Variables;
use stompframe_core::handler::message;
use stompframe_core::message::Payload;
use stompframe_core::test::TestApp;
use stompframe_core::{Messaging, controller, message_mapping, send_to};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// From the last interceptor to the handler's first line, besides reading the JSON: what the handler
/// is called with, which its reply needs, too, and the call with the handler in it, which is one
/// future. The message has had its place before.
const CALL: u64 = 2;

/// From the handler's last line to the first interceptor of the broker's channel, besides writing
/// the JSON: the message, which everybody may keep, and a destination with variables, which is a
/// text of its own; one without is shared.
const REPLY: u64 = 2;
const REPLY_TO_FIXED: u64 = 1;

static RECEIVED: AtomicU64 = AtomicU64::new(0);
static CALLED: AtomicU64 = AtomicU64::new(0);
static REPLIED: AtomicU64 = AtomicU64::new(0);

/// Notes how many allocations there have been.
fn note(place: &AtomicU64) {
    place.store(HeapStats::get().total_blocks, Ordering::Relaxed);
}

fn between(from: &AtomicU64, to: &AtomicU64) -> u64 {
    to.load(Ordering::Relaxed) - from.load(Ordering::Relaxed)
}

#[derive(Serialize, Deserialize)]
struct Say {
    writer: String,
    text: String,
}

#[message_mapping("/annotated/{room}")]
#[send_to("/topic/rooms/{room}")]
async fn annotated(room: u64, Payload(say): Payload<Say>) -> Payload<Say> {
    let _ = room;
    note(&CALLED);
    Payload(say)
}

#[message_mapping("/fixed/{room}")]
#[send_to("/topic/rooms")]
async fn fixed(room: u64, Payload(say): Payload<Say>) -> Payload<Say> {
    annotated(room, Payload(say)).await
}

async fn routed(_: Variables<u64>, Payload(say): Payload<Say>) -> Payload<Say> {
    note(&CALLED);
    Payload(say)
}

struct Rooms;

#[controller]
impl Rooms {
    #[message_mapping("/controller/{room}")]
    #[send_to("/topic/rooms/{room}")]
    async fn say(&self, room: u64, Payload(say): Payload<Say>) -> Payload<Say> {
        annotated(room, Payload(say)).await
    }
}

/// How many allocations the bodies take by themselves: to read one, and to write it.
fn of_the_bodies(json: &str) -> (u64, u64) {
    let (before, read, written) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    note(&before);
    // Kept from an optimizer, which may leave out what nobody looks at.
    let say: Say = black_box(serde_json::from_str(json).unwrap());
    note(&read);
    black_box(bytes::Bytes::from(serde_json::to_vec(&say).unwrap()));
    note(&written);
    (between(&before, &read), between(&read, &written))
}

#[tokio::test(start_paused = true)]
async fn a_call_of_a_handler_keeps_its_budget() {
    let _profiler = dhat::Profiler::builder().testing().build();
    let json = r#"{"writer":"ann","text":"hello"}"#;
    let say: Say = serde_json::from_str(json).unwrap();
    let (reading, writing) = of_the_bodies(json);
    let builder = Messaging::builder()
        .handler::<annotated>()
        .handler::<fixed>()
        .route(
            message("/routed/{room}").send_to("/topic/rooms/{room}"),
            routed,
        )
        .controller(Rooms)
        .application_prefix("/app")
        .simple_broker(["/topic"])
        .client_inbound(|channel| {
            channel.intercept(|_, _| {
                note(&RECEIVED);
                Verdict::Continue
            })
        })
        .broker_channel(|channel| {
            channel.intercept(|_, _| {
                note(&REPLIED);
                Verdict::Continue
            })
        });
    let app = TestApp::start(builder);
    let client = app.connect().await;
    for (destination, reply) in [
        ("/app/annotated/7", REPLY),
        ("/app/routed/7", REPLY),
        ("/app/controller/7", REPLY),
        ("/app/fixed/7", REPLY_TO_FIXED),
    ] {
        // What is only done once is done before it counts.
        for _ in 0..3 {
            client.send(destination, &say).await;
        }
        let counted = (
            between(&RECEIVED, &CALLED) - reading,
            between(&CALLED, &REPLIED) - writing,
        );
        assert_eq!(counted, (CALL, reply), "{destination}");
    }
}
