//! What a JSON handler costs when a message calls it, against the function called directly.
//!
//! `cargo bench -p stompframe-core --bench dispatch`
//!
//! Both sides read the same JSON, run the same function and write its result. A handler's time goes
//! from the last interceptor of the inbound channel to the end of the message, which an interceptor
//! of the broker's channel drops: it is all that dispatch adds, and neither the transport before it
//! nor the broker behind it. Compare the times of one body with each other; by themselves they say
//! more about the machine.

#![allow(clippy::unwrap_used, reason = "a benchmark says so by failing")]
#![allow(missing_docs, reason = "criterion's macros document nothing")]

use std::hint::black_box;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use serde::{Deserialize, Serialize};
use stompframe_core::channel::{ChannelContext, ChannelInterceptor, Outcome, Step, Verdict};
use stompframe_core::handler::extract::Variables;
use stompframe_core::handler::message;
use stompframe_core::message::Payload;
use stompframe_core::test::TestApp;
use stompframe_core::{Message, Messaging, MessagingError, controller, message_mapping, send_to};
use tokio::runtime::{Builder, Runtime};

#[derive(Serialize, Deserialize)]
struct Say {
    writer: String,
    text: String,
}

#[message_mapping("/annotated/{room}")]
#[send_to("/topic/rooms/{room}")]
async fn annotated(room: u64, Payload(say): Payload<Say>) -> Payload<Say> {
    black_box(room);
    Payload(say)
}

async fn routed(Variables(room): Variables<u64>, Payload(say): Payload<Say>) -> Payload<Say> {
    black_box(room);
    Payload(say)
}

struct Rooms;

#[controller]
impl Rooms {
    #[message_mapping("/controller/{room}")]
    #[send_to("/topic/rooms/{room}")]
    async fn say(&self, room: u64, Payload(say): Payload<Say>) -> Payload<Say> {
        black_box(room);
        Payload(say)
    }
}

/// Measures messages between two of its own calls.
#[derive(Clone, Default)]
struct Stopwatch(Arc<Mutex<(Option<Instant>, Duration)>>);

impl Stopwatch {
    fn start(&self) {
        self.0.lock().unwrap().0 = Some(Instant::now());
    }

    fn stop(&self) {
        let now = Instant::now();
        let (started, total) = &mut *self.0.lock().unwrap();
        *total += started
            .take()
            .map_or(Duration::ZERO, |started| now - started);
    }

    /// What it has measured since it was asked last.
    fn total(&self) -> Duration {
        std::mem::take(&mut self.0.lock().unwrap().1)
    }
}

impl ChannelInterceptor for Stopwatch {
    fn pre_send<'a>(&'a self, _: &'a mut Message, _: ChannelContext<'a>) -> Step<'a> {
        self.start();
        Step::CONTINUE
    }

    fn after_completion(
        &self,
        _: &Message,
        _: Result<Outcome, &MessagingError>,
        _: ChannelContext<'_>,
    ) {
        self.stop();
    }
}

fn app(stopwatch: &Stopwatch) -> TestApp {
    let stopwatch = stopwatch.clone();
    let builder = Messaging::builder()
        .handler::<annotated>()
        .route(
            message("/routed/{room}").send_to("/topic/rooms/{room}"),
            routed,
        )
        .controller(Rooms)
        .application_prefix("/app")
        .simple_broker(["/topic"])
        .client_inbound(|channel| channel.interceptor(stopwatch))
        .broker_channel(|channel| channel.intercept(|_, _| Verdict::Drop));
    TestApp::start(builder)
}

/// The function as it would be called if there were no messages.
async fn directly(json: &[u8]) -> Bytes {
    let say = serde_json::from_slice(json).unwrap();
    let Payload(said) = annotated(7, Payload(say)).await;
    serde_json::to_vec(&said).unwrap().into()
}

fn dispatch(criterion: &mut Criterion) {
    let runtime: Runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let stopwatch = Stopwatch::default();
    let client = runtime.block_on(async { app(&stopwatch).connect().await });
    stopwatch.total();
    let mut group = criterion.benchmark_group("dispatch");
    for length in [30, 3000] {
        let say = Say {
            writer: "ann".to_owned(),
            text: "x".repeat(length),
        };
        let json = serde_json::to_vec(&say).unwrap();
        // Started and stopped for each call, too, so that the clock costs both the same.
        group.bench_function(BenchmarkId::new("directly", json.len()), |bencher| {
            bencher.iter_custom(|calls| {
                runtime.block_on(async {
                    for _ in 0..calls {
                        stopwatch.start();
                        drop(black_box(directly(black_box(&json)).await));
                        stopwatch.stop();
                    }
                });
                stopwatch.total()
            });
        });
        for kind in ["annotated", "routed", "controller"] {
            let destination = format!("/app/{kind}/7");
            group.bench_function(BenchmarkId::new(kind, json.len()), |bencher| {
                bencher.iter_custom(|calls| {
                    runtime.block_on(async {
                        for _ in 0..calls {
                            client.send(&destination, &say).await;
                        }
                    });
                    stopwatch.total()
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, dispatch);
criterion_main!(benches);
