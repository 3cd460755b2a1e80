//! Every scenario of the load generator against the servers that are written here, with tiny numbers: nothing may be
//! lost, come twice, be overtaken or go astray. How long it takes is nobody's business here.

use std::net::{SocketAddr, TcpListener};
use std::thread;

use axum::Router;
use clap::Parser as _;
use stompframe::prelude::*;
use stompframe_compare::peers::floor::{self, Writes};
use stompframe_compare::peers::{broker, websocket};
use stompframe_load::{Options, Report};
use tokio::runtime::Runtime;

/// Runs a scenario; all that is on its way must arrive.
fn run(url: &str, scenario: &str) -> Report {
    let words = ["load"].into_iter().chain(scenario.split_whitespace());
    let always = ["--url", url, "--seconds", "0.2", "--warm-up", "0.1"];
    let options = Options::try_parse_from(words.chain(always)).expect("options that there are");
    let report = stompframe_load::run(&options).expect("a run to its end");
    assert!(report.is_complete(), "{scenario}:\n{report}");
    assert_eq!(report.closed, 0, "{scenario}:\n{report}");
    report
}

/// The same, and something must have arrived.
fn delivers(url: &str, scenario: &str) -> Report {
    let report = run(url, scenario);
    assert!(report.deliveries > 0, "{scenario}:\n{report}");
    assert!(report.latency.is_some(), "{scenario}:\n{report}");
    report
}

/// Serves until the test ends.
fn serve(runtime: &Runtime, router: Router) -> SocketAddr {
    let listener = runtime
        .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
        .expect("a free port");
    let address = listener.local_addr().expect("an address");
    runtime.spawn(async { axum::serve(listener, router).await });
    address
}

/// stompframe's two endpoints.
fn stompframe(runtime: &Runtime) -> [String; 2] {
    let messaging = broker::messaging()
        .endpoint(Endpoint::new("/ws"))
        .endpoint(Endpoint::tcp("127.0.0.1:0"))
        .build()
        .expect("a sound application");
    let tcp = runtime.block_on(messaging.bind_tcp()).expect("a free port");
    let urls = [
        format!("ws://{}/ws", serve(runtime, messaging.router())),
        format!("tcp://{}", tcp.addresses()[0]),
    ];
    runtime.spawn(tcp.serve());
    urls
}

#[test]
fn stompframe_delivers_everything() {
    let runtime = Runtime::new().unwrap();
    for url in stompframe(&runtime) {
        delivers(&url, "fan-out --subscribers 5 --in-flight 8");
        delivers(&url, "fan-out --subscribers 5 --in-flight 1 --size 5000");
        delivers(&url, "fan-out --subscribers 5 --receipt-every 2");
        delivers(
            &url,
            "fan-out --subscribers 5 --rate 200 --publishers 2 --distinct-ids",
        );
        let report = delivers(&url, "fan-out --subscribers 5 --messages 30 --in-flight 8");
        assert_eq!(report.deliveries, 150);
        delivers(&url, "fan-out --subscribers 5 --publish-to /app/load/{n}");
        delivers(
            &url,
            "fan-out --subscribers 3 --topics 12 --each 4 --publishers 3",
        );
        delivers(&url, "rooms --rooms 4 --members 3 --publishers 3");
        let echo = "--publish-to /app/echo --subscribe-to /user/queue/reply";
        delivers(&url, &format!("request --clients 4 {echo}"));
        delivers(&url, &format!("request --clients 4 --in-flight 16 {echo}"));
    }
}

#[test]
fn stompframe_is_connected_to() {
    let runtime = Runtime::new().unwrap();
    for url in stompframe(&runtime) {
        let report = run(&url, "connect --connections 20 --at-a-time 4");
        assert!(report.connects_per_second.is_some_and(|rate| rate > 0.0));
        let report = delivers(&url, "idle --connections 20 --broadcasts 2");
        assert_eq!(report.deliveries, 40);
    }
}

/// The kernel takes all of it in so short a time, so nobody is ended; the others must not notice.
#[test]
fn one_who_does_not_read_costs_the_others_nothing() {
    let runtime = Runtime::new().unwrap();
    for url in stompframe(&runtime) {
        let report = delivers(&url, "slow --subscribers 3 --stalled 1 --rate 50");
        let stalled = report.stalled.unwrap();
        assert_eq!((stalled.connections, stalled.closed), (1, 0));
        assert!(stalled.messages > 0);
    }
}

#[test]
fn the_process_is_looked_at() {
    let runtime = Runtime::new().unwrap();
    let [url, _] = stompframe(&runtime);
    let pid = std::process::id();
    let report = delivers(&url, &format!("fan-out --subscribers 2 --server-pid {pid}"));
    let server = report.server.unwrap();
    assert!(server.cpu_us_per_delivery.is_some_and(|cpu| cpu > 0.0));
    assert!(server.memory_after > 0);
}

#[test]
fn raw_web_sockets_deliver_everything() {
    let runtime = Runtime::new().unwrap();
    for router in [websocket::usual(), websocket::tuned()] {
        let url = format!("ws://{}", serve(&runtime, router));
        delivers(&url, "fan-out --raw --subscribers 5 --in-flight 8");
        delivers(&url, "fan-out --raw --subscribers 5 --rate 100");
        delivers(&url, "request --raw --clients 3 --in-flight 4");
    }
}

#[test]
fn the_floor_delivers_everything() {
    for writes in [Writes::Each, Writes::Coalesced] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("tcp://{}", listener.local_addr().unwrap());
        thread::spawn(move || floor::serve(&listener, writes));
        delivers(&url, "fan-out --raw --subscribers 5 --in-flight 8");
        delivers(&url, "request --raw --clients 3 --in-flight 4");
    }
}

/// The counts are worth something only if a server that loses messages is found out.
#[test]
fn a_server_that_reaches_nobody_is_told() {
    let runtime = Runtime::new().unwrap();
    let [url, _] = stompframe(&runtime);
    let words = "load fan-out --subscribers 1 --publish-to /queue/denied --url";
    let options = Options::try_parse_from(words.split(' ').chain([url.as_str()])).unwrap();
    let error = stompframe_load::run(&options).unwrap_err().to_string();
    assert!(error.contains("denied"), "{error}");
}
