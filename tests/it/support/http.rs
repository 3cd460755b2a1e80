//! HTTP as bytes, for requests that no library would make, and answers that go on.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a test waits for what has to come. Nothing is ever waited for that must not come.
const PATIENCE: Duration = Duration::from_secs(10);

/// An answer whose body may still be on its way.
pub(crate) struct Answer {
    pub(crate) version: String,
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    socket: TcpStream,
    /// What has arrived and was not taken.
    arrived: Vec<u8>,
}

/// Sends a request, given as its first line without the version and a header on each line below, and
/// reads the head of the answer.
pub(crate) async fn ask(address: SocketAddr, request: &str, body: &str) -> Answer {
    let mut lines = request.lines();
    let first = lines.next().unwrap();
    let first = if first.contains(" HTTP/") {
        first.to_owned()
    } else {
        format!("{first} HTTP/1.1")
    };
    let mut head = format!("{first}\r\nHost: {address}\r\n");
    if !body.is_empty() || first.starts_with("POST") {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    for line in lines {
        head.push_str(&format!("{}\r\n", line.trim()));
    }
    send(address, &format!("{head}\r\n{body}")).await
}

/// Sends exactly this, and reads the head of the answer.
pub(crate) async fn send(address: SocketAddr, request: &str) -> Answer {
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.set_nodelay(true).unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    Answer::read(socket).await
}

/// A request that is not waited for.
pub(crate) async fn begin(address: SocketAddr, request: &str) -> TcpStream {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request = format!("{request} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    socket
}

impl Answer {
    /// Reads the head of the answer to what was sent.
    pub(crate) async fn read(socket: TcpStream) -> Self {
        let mut answer = Self {
            version: String::new(),
            status: 0,
            headers: Vec::new(),
            socket,
            arrived: Vec::new(),
        };
        let end = answer.until(b"\r\n\r\n").await;
        let head: Vec<u8> = answer.arrived.drain(..end + 4).collect();
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let mut first = lines.next().unwrap().split(' ');
        answer.version = first.next().unwrap().to_owned();
        answer.status = first.next().unwrap().parse().unwrap();
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_ascii_lowercase(), value.trim().to_owned())
        });
        answer.headers = headers.collect();
        answer
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map(|(_, value)| value.as_str())
    }

    /// All of the body.
    pub(crate) async fn body(&mut self) -> String {
        if self.header("transfer-encoding").is_some() {
            let mut body = String::new();
            while let Some(chunk) = self.chunk().await {
                body.push_str(&chunk);
            }
            return body;
        }
        let length = self
            .header("content-length")
            .map_or(0, |length| length.parse().unwrap());
        self.take(length).await
    }

    /// This much of what comes, whatever the head said.
    pub(crate) async fn take(&mut self, length: usize) -> String {
        while self.arrived.len() < length {
            assert!(self.more().await, "the server closed: {:?}", self.arrived);
        }
        String::from_utf8(self.arrived.drain(..length).collect()).unwrap()
    }

    /// The next chunk; `None` for the one that ends the body.
    pub(crate) async fn chunk(&mut self) -> Option<String> {
        let end = self.until(b"\r\n").await;
        let size: Vec<u8> = self.arrived.drain(..end + 2).collect();
        let size = std::str::from_utf8(&size).unwrap().trim();
        let size = usize::from_str_radix(size, 16).unwrap();
        let chunk = self.take(size + 2).await;
        (size > 0).then(|| chunk[..size].to_owned())
    }

    /// Whether the server closes, and nothing comes before.
    pub(crate) async fn is_closed(&mut self) -> bool {
        self.arrived.is_empty() && !self.more().await
    }

    /// The socket, for another request.
    pub(crate) fn into_socket(self) -> TcpStream {
        assert!(self.arrived.is_empty());
        self.socket
    }

    async fn until(&mut self, end: &[u8]) -> usize {
        loop {
            let mut windows = self.arrived.windows(end.len());
            if let Some(at) = windows.position(|window| window == end) {
                return at;
            }
            assert!(self.more().await, "the server closed: {:?}", self.arrived);
        }
    }

    async fn more(&mut self) -> bool {
        let read = self.socket.read_buf(&mut self.arrived);
        let read = timeout(PATIENCE, read)
            .await
            .expect("something comes in time");
        matches!(read, Ok(1..))
    }
}
