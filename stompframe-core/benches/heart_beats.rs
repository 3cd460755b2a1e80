//! What the heart-beats of many idle sessions cost: processor time, memory, and how late the server's
//! come.
//!
//! `cargo bench -p stompframe-core --bench heart_beats -- 100000 20`: so many sessions, so many
//! seconds. Linux only, whose files in `/proc` it reads.
//!
//! All sessions are in memory, and agree on a beat every 10 seconds both ways, on the real clock. The
//! clients' side is as little as can be: one thread that goes around and wakes one session after the
//! other, so that all beat within each 8 seconds. Its share is measured by sessions without
//! heart-beats, whose clients beat the same. Sockets come on top in a real server.

#![allow(clippy::unwrap_used, reason = "a benchmark says so by failing")]
#![allow(clippy::print_stdout, reason = "it has nothing else to say")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use stompframe_core::connection::{TransportError, TransportSink, TransportSource};
use stompframe_core::session::{Close, OutgoingFrame};
use stompframe_core::{Limits, Messaging};

/// What both sides agree on.
const AGREED: Duration = Duration::from_secs(10);

/// How long the clients' thread needs to go around: they keep their promise with some room.
const ROUND: Duration = Duration::from_secs(8);

/// A client, as its transport sees it.
#[derive(Default)]
struct Client {
    /// It has said something that was not read yet.
    says: AtomicBool,
    waker: AtomicWaker,
    is_gone: AtomicBool,
}

impl Client {
    fn beat(&self) {
        self.says.store(true, Ordering::Release);
        self.waker.wake();
    }

    fn leave(&self) {
        self.is_gone.store(true, Ordering::Release);
        self.waker.wake();
    }
}

struct Source {
    client: Arc<Client>,
    connect: Option<&'static str>,
}

impl TransportSource for Source {
    fn poll_receive(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TransportError>>> {
        if let Some(connect) = self.connect.take() {
            return Poll::Ready(Some(Ok(Bytes::from_static(connect.as_bytes()))));
        }
        self.client.waker.register(context.waker());
        if self.client.is_gone.load(Ordering::Acquire) {
            return Poll::Ready(None);
        }
        if self.client.says.swap(false, Ordering::AcqRel) {
            return Poll::Ready(Some(Ok(Bytes::from_static(b"\n"))));
        }
        Poll::Pending
    }
}

/// What the clients have heard, all together.
#[derive(Default)]
struct Heard {
    connected: AtomicUsize,
    beats: AtomicUsize,
    /// The longest time between two things that one client heard, in microseconds.
    longest_silence: AtomicU64,
}

struct Sink {
    heard: Arc<Heard>,
    last: Option<Instant>,
}

impl TransportSink for Sink {
    fn push(&mut self, frame: OutgoingFrame) {
        let now = Instant::now();
        match self.last.replace(now) {
            None => self.heard.connected.fetch_add(1, Ordering::Relaxed),
            Some(last) => {
                assert_eq!(
                    &frame.as_bytes()[..],
                    b"\n",
                    "no client fails, and nobody talks"
                );
                let silence = u64::try_from((now - last).as_micros()).unwrap();
                self.heard
                    .longest_silence
                    .fetch_max(silence, Ordering::Relaxed);
                self.heard.beats.fetch_add(1, Ordering::Relaxed)
            }
        };
    }

    fn poll_flush(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(&mut self, _: &mut Context<'_>, _: &Close) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }
}

/// What the process has used: seconds of processor time. In units of 1/100 s, as Linux counts.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks
        .map(|ticks| ticks.parse::<f64>().unwrap())
        .sum::<f64>()
        / 100.0
}

/// What the process holds, in bytes.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line
        .and_then(|line| line.split_whitespace().nth(1))
        .unwrap();
    kib.parse::<f64>().unwrap() * 1024.0
}

/// Opens so many sessions that begin with this, and lets them be for a while. `empty` is what the
/// process held without any.
async fn run(name: &str, connect: &'static str, sessions: usize, seconds: u64, empty: f64) {
    let mut limits = Limits::default();
    limits.max_sessions = sessions;
    limits.max_connecting = sessions;
    let messaging = Messaging::builder()
        .simple_broker(["/topic"])
        .heart_beat(AGREED, AGREED)
        .limits(limits)
        .build()
        .unwrap();
    let heard = Arc::new(Heard::default());
    let began = cpu_seconds();
    let mut clients = Vec::new();
    let mut tasks = Vec::new();
    for _ in 0..sessions {
        let client = Arc::new(Client::default());
        let source = Source {
            client: Arc::clone(&client),
            connect: Some(connect),
        };
        let sink = Sink {
            heard: Arc::clone(&heard),
            last: None,
        };
        tasks.push(tokio::spawn(messaging.admit().unwrap().serve(source, sink)));
        clients.push(client);
    }
    while heard.connected.load(Ordering::Relaxed) < sessions {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let (opened, open) = (cpu_seconds(), resident());
    let clients: Arc<[_]> = clients.into();
    let is_over = Arc::new(AtomicBool::new(false));
    let beating = std::thread::spawn({
        let (clients, is_over) = (Arc::clone(&clients), Arc::clone(&is_over));
        move || go_around(&clients, &is_over)
    });
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let (used, held) = (cpu_seconds() - opened, resident());
    let beats = heard.beats.load(Ordering::Relaxed);
    is_over.store(true, Ordering::Relaxed);
    beating.join().unwrap();
    for client in &*clients {
        client.leave();
    }
    for task in tasks {
        task.await.unwrap();
    }
    let each = |bytes: f64| (bytes - empty) / sessions as f64;
    let silence = heard.longest_silence.load(Ordering::Relaxed) as f64 / 1e6;
    println!("{name}: {sessions} sessions for {seconds} s");
    println!("  opening them: {:.2} s of processor time", opened - began);
    println!(
        "  then: {used:.2} s of processor time, {:.1} % of one processor",
        100.0 * used / seconds as f64
    );
    println!(
        "  memory: {:.0} bytes each when open, {:.0} at the end",
        each(open),
        each(held)
    );
    println!("  beats of the server: {beats}; the longest silence: {silence:.3} s");
}

/// Has all clients beat, evenly over each round.
fn go_around(clients: &[Arc<Client>], is_over: &AtomicBool) {
    let began = Instant::now();
    let mut beaten = 0;
    while !is_over.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(5));
        let rounds = began.elapsed().as_secs_f64() / ROUND.as_secs_f64();
        #[expect(clippy::cast_possible_truncation, reason = "whole beats are meant")]
        #[expect(clippy::cast_sign_loss, reason = "time does not run backwards")]
        let due = (rounds * clients.len() as f64) as usize;
        for beat in beaten..due {
            clients[beat % clients.len()].beat();
        }
        beaten = due;
    }
}

#[tokio::main]
async fn main() {
    // Cargo adds one of its own, `--bench`.
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse().ok());
    let sessions = numbers.next().unwrap_or(10_000);
    let seconds = numbers.next().unwrap_or(20).max(1) as u64;
    let empty = resident();
    for (name, connect) in [
        ("without", "CONNECT\naccept-version:1.2\n\n\0"),
        (
            "with",
            "CONNECT\naccept-version:1.2\nheart-beat:10000,10000\n\n\0",
        ),
    ] {
        run(name, connect, sessions, seconds, empty).await;
    }
}
