//! A process that may open few files.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use axum::Router;
use stompframe::prelude::*;

use crate::kit::messaging;

/// Says to the process of the test that it is the server.
const SERVES: &str = "STOMPFRAME_TEST_SERVES";
const NAME: &str = "sec_v_53_without_descriptors_clients_are_served_and_later_new_ones_taken";
const PATIENCE: Duration = Duration::from_secs(30);

/// The server, which is killed when the test is over, and what it logs.
struct Server {
    process: Child,
    log: Receiver<String>,
}

impl Server {
    /// This test once more, in a process that may have so many descriptors.
    fn with_descriptors(number: usize) -> Self {
        let test = std::env::current_exe().unwrap();
        let mut process = Command::new("sh")
            .args(["-c", &format!("ulimit -n {number} && exec \"$0\" \"$@\"")])
            .arg(test)
            .args(["--nocapture", NAME])
            .env(SERVES, "")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let (says, log) = channel();
        thread::spawn(move || {
            lines
                .map_while(Result::ok)
                .try_for_each(|line| says.send(line))
        });
        Self { process, log }
    }

    /// What stands in the log behind these words, once they are there.
    fn says(&self, words: &str) -> String {
        loop {
            let line = self.log.recv_timeout(PATIENCE).expect(words);
            if let Some((_, rest)) = line.split_once(words) {
                return rest.to_owned();
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn serve() {
    tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .init();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let messaging = messaging().endpoint(Endpoint::tcp("127.0.0.1:0"));
        let messaging = messaging.build().unwrap();
        let app = Router::new().merge(messaging.router());
        stompframe::serve("127.0.0.1:0", app, messaging)
            .await
            .unwrap();
    });
}

/// A connection on which this was said.
fn open(address: &str, words: &str) -> BufReader<TcpStream> {
    let mut socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.write_all(words.as_bytes()).unwrap();
    BufReader::new(socket)
}

/// Reads as much as these words have, and they are it.
fn expect(socket: &mut BufReader<TcpStream>, words: &str) {
    let mut received = vec![0; words.len()];
    socket.read_exact(&mut received).expect(words);
    assert_eq!(String::from_utf8_lossy(&received), words);
}

/// Reads up to the end of a frame.
fn frame(socket: &mut BufReader<TcpStream>) -> String {
    let mut frame = Vec::new();
    socket.read_until(0, &mut frame).unwrap();
    String::from_utf8(frame).unwrap()
}

#[test]
fn sec_v_53_without_descriptors_clients_are_served_and_later_new_ones_taken() {
    if std::env::var_os(SERVES).is_some() {
        return serve();
    }
    let server = Server::with_descriptors(64);
    let http = server.says("listening on http://");
    let tcp = server.says("listening for STOMP on tcp://");
    let connect = "CONNECT\naccept-version:1.2\nhost:a\n\n\0";
    let mut client = open(&tcp, connect);
    assert!(frame(&mut client).starts_with("CONNECTED\n"));

    let crowd: Vec<_> = (0..100).map(|_| open(&tcp, connect)).collect();
    let reason = server.says("accept error: ");
    assert!(reason.contains("os error 24"), "{reason}");
    // Who is there is served.
    for receipt in 0..10 {
        let words =
            format!("SUBSCRIBE\nid:{receipt}\ndestination:/topic/a\nreceipt:{receipt}\n\n\0");
        client.get_mut().write_all(words.as_bytes()).unwrap();
        let answer = frame(&mut client);
        assert!(
            answer.contains(&format!("RECEIPT\nreceipt-id:{receipt}\n")),
            "{answer}"
        );
    }
    // Who is not waits, and comes in when others have left.
    let mut late = open(&tcp, connect);
    let mut asks = open(&http, "GET / HTTP/1.1\r\nhost: a\r\n\r\n");
    server.says("accept error: ");
    drop(crowd);
    expect(&mut late, "CONNECTED\n");
    expect(&mut asks, "HTTP/1.1 404 Not Found\r\n");
}
