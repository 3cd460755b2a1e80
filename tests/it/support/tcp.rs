use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Frame;

/// How long a test waits for what has to come. Nothing is ever waited for that must not come.
const PATIENCE: Duration = Duration::from_secs(10);

/// A client that speaks STOMP over plain TCP.
pub(crate) struct TcpClient {
    socket: TcpStream,
    /// What has arrived and was not taken.
    arrived: Vec<u8>,
}

impl TcpClient {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let socket = TcpStream::connect(address).await.unwrap();
        // Every write is a packet of its own.
        socket.set_nodelay(true).unwrap();
        Self {
            socket,
            arrived: Vec::new(),
        }
    }

    /// A client that is connected with STOMP 1.2.
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let mut client = Self::open(address).await;
        client
            .send("CONNECT\naccept-version:1.2\nhost:test\n\n\0")
            .await;
        assert_eq!(client.frame().await.command, "CONNECTED");
        client
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.socket.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Sends each byte with a write of its own.
    pub(crate) async fn dribble(&mut self, bytes: impl AsRef<[u8]>) {
        for byte in bytes.as_ref() {
            self.send([*byte]).await;
        }
    }

    /// SUBSCRIBE, and waits until it is live.
    pub(crate) async fn subscribe(&mut self, id: &str, destination: &str) {
        self.send(format!(
            "SUBSCRIBE\nid:{id}\ndestination:{destination}\nreceipt:subscribed\n\n\0"
        ))
        .await;
        assert_eq!(
            self.frame().await.header("receipt-id"),
            Some("subscribed"),
            "it is live"
        );
    }

    /// The next frame; heart-beats before it are passed over.
    pub(crate) async fn frame(&mut self) -> Frame {
        loop {
            let blank = self.arrived.iter().take_while(|byte| **byte == b'\n');
            self.arrived.drain(..blank.count());
            if let Some(end) = end_of_frame(&self.arrived) {
                let frame = Frame::parse(&self.arrived[..end]);
                self.arrived.drain(..end);
                return frame;
            }
            assert!(
                self.receive().await,
                "a frame was expected, and the end came"
            );
        }
    }

    /// Waits until there is something to read, and leaves it where it is.
    pub(crate) async fn until_something_arrives(&self) {
        let readable = timeout(PATIENCE, self.socket.readable()).await;
        readable.expect("something comes in time").unwrap();
    }

    /// Waits for a heart-beat between two frames.
    pub(crate) async fn heart_beat(&mut self) {
        while self.arrived.is_empty() {
            assert!(self.receive().await, "a heart-beat was expected");
        }
        assert_eq!(self.arrived.remove(0), b'\n', "the next is a heart-beat");
    }

    /// ERROR, and the end behind it.
    pub(crate) async fn error(&mut self) -> Frame {
        let error = self.frame().await;
        assert_eq!(error.command, "ERROR", "{error:?}");
        self.ended().await;
        error
    }

    /// The server has closed its side, in order. Nothing may come before that.
    pub(crate) async fn ended(&mut self) {
        assert!(!self.receive().await && self.arrived.is_empty());
    }

    /// Closes this side; the server may still write.
    pub(crate) async fn half_close(&mut self) {
        self.socket.shutdown().await.unwrap();
    }

    /// Receives more. Says whether there was more.
    async fn receive(&mut self) -> bool {
        let read = self.socket.read_buf(&mut self.arrived);
        let read = timeout(PATIENCE, read)
            .await
            .expect("something comes in time");
        read.expect("the connection is well") > 0
    }
}

/// Where the first frame ends, if it is there as a whole.
fn end_of_frame(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(2).position(|two| two == b"\n\n")? + 2;
    let length = std::str::from_utf8(&bytes[..head])
        .expect("a head is UTF-8")
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    let body = match length {
        Some(length) => length.parse().expect("a number"),
        None => bytes[head..].iter().position(|byte| *byte == 0)?,
    };
    let end = head + body + 1;
    (bytes.len() >= end).then_some(end)
}
