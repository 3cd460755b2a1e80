//! One WebSocket client of a session.

use std::time::Duration;

use futures_util::SinkExt;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::Frame as WsFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::connection::{Connection, PONG, matches};
use crate::http;
use crate::notation::Piece;
use crate::session::Expected;
use crate::transcript::{Content, Event, Payload};

/// How long is waited for what has to come.
///
/// It must not meet a deadline of the twin, or which of the two is first would be chance: that for
/// missed heart-beats is 6 seconds after the last one in the sessions here, that for CONNECT 10.
pub(crate) const PATIENCE: Duration = Duration::from_secs(8);

/// A client and everything it saw so far.
pub(crate) struct Client {
    name: String,
    events: Vec<(Event, bool)>,
    syncs: usize,
    connection: Option<Connection>,
}

impl Client {
    /// A client without a connection.
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            events: Vec::new(),
            syncs: 0,
            connection: None,
        }
    }

    /// Name and events, for the transcript.
    pub(crate) fn into_events(self) -> (String, Vec<Event>) {
        let events = self.events.into_iter().map(|(event, _)| event);
        (self.name, events.collect())
    }

    /// Notes something that did not come from the server.
    pub(crate) fn note(&mut self, event: Event) {
        self.events.push((event, true));
    }

    /// Opens the connection, or notes why it was refused.
    pub(crate) async fn open(
        &mut self,
        port: u16,
        path: &str,
        headers: &[(String, String)],
    ) -> Result<(), String> {
        let uri = format!("ws://127.0.0.1:{port}{path}");
        let mut request = uri.into_client_request().map_err(|e| e.to_string())?;
        for (name, value) in headers {
            let name: HeaderName = name.parse().map_err(|_| "bad header name")?;
            let value = value.trim().replace("${port}", &port.to_string());
            let value: HeaderValue = value.parse().map_err(|_| "bad header value")?;
            request.headers_mut().insert(name, value);
        }
        let stream = TcpStream::connect(("127.0.0.1", port))
            .await
            .map_err(|e| e.to_string())?;
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((socket, response)) => {
                let chosen = response.headers().get("sec-websocket-protocol");
                let chosen = chosen.and_then(|value| value.to_str().ok());
                self.note(Event::Line(match chosen {
                    Some(protocol) => format!("open {protocol}"),
                    None => "open".to_owned(),
                }));
                self.connection = Some(Connection::start(socket));
            }
            Err(Error::Http(response)) => {
                let headers = response.headers().iter();
                let headers = headers.map(|(n, v)| (n.as_str(), v.to_str().unwrap_or_default()));
                let body = response.body().clone().unwrap_or_default();
                let status = response.status().as_u16();
                self.note(Event::Http(http::response(status, headers, body)));
            }
            Err(other) => self.note(Event::Line(format!("(refused: {other})"))),
        }
        Ok(())
    }

    /// Sends a decoded block: one WebSocket message, or as many as it has boundaries.
    pub(crate) async fn send(&mut self, binary: bool, pieces: Vec<Piece>) {
        let Some(connection) = &mut self.connection else {
            return;
        };
        let kind = if binary { Data::Binary } else { Data::Text };
        let mut next = kind;
        let mut pieces = pieces.into_iter().peekable();
        while let Some(piece) = pieces.next() {
            match piece {
                Piece::NextMessage => next = kind,
                Piece::NextFragment => next = Data::Continue,
                Piece::Bytes(bytes) => {
                    let last = pieces.peek() != Some(&Piece::NextFragment);
                    let frame = WsFrame::message(bytes, OpCode::Data(next), last);
                    // A server that closes early is part of what the transcript tells.
                    let _ = connection.sink.send(Message::Frame(frame)).await;
                }
            }
        }
    }

    /// Waits for something that no earlier wait was satisfied by; false if it does not come.
    pub(crate) async fn expect(&mut self, what: &Expected) -> bool {
        let found = |event: &Event| matches(event, what);
        self.wait(found).await.is_some()
    }

    /// Waits for an event and takes note that it has been waited for.
    async fn wait(&mut self, found: impl Fn(&Event) -> bool) -> Option<usize> {
        let known = self.events.iter().position(|(e, used)| !used && found(e));
        if let Some(index) = known {
            self.events[index].1 = true;
            return Some(index);
        }
        let deadline = Instant::now() + PATIENCE;
        while let Some(event) = self.next(deadline).await {
            let hit = found(&event);
            self.events.push((event, hit));
            if hit {
                return Some(self.events.len() - 1);
            }
        }
        None
    }

    async fn next(&mut self, deadline: Instant) -> Option<Event> {
        let connection = self.connection.as_mut()?;
        tokio::time::timeout_at(deadline, connection.incoming.recv())
            .await
            .ok()?
    }

    /// A round trip: whatever an earlier frame caused has arrived when it is over.
    ///
    /// The answers come through one user destination, to which the first of them subscribes.
    pub(crate) async fn sync(&mut self, handler: &str, queue: &str) -> bool {
        self.syncs += 1;
        let mut frames = format!("SEND\ndestination:{handler}\n\n{}^@", self.syncs);
        if self.syncs == 1 {
            frames = format!("SUBSCRIBE\nid:sync\ndestination:{queue}\n\n^@^/{frames}");
        }
        let answered = self.ask(&frames, "sync").await.is_some() && self.ping().await;
        let line = if answered { "sync" } else { "(no sync)" };
        self.note(Event::Line(line.to_owned()));
        answered
    }

    /// A round trip below STOMP.
    ///
    /// Spring loses an ERROR frame if the thread that wrote the last message has not quite left the
    /// session when the next frame turns out to be bad: this gives it the time to leave.
    async fn ping(&mut self) -> bool {
        if let Some(connection) = &mut self.connection {
            let ping = Message::Ping(Default::default());
            let _ = connection.sink.send(ping).await;
        }
        let pong = Event::Line(PONG.to_owned());
        match self.wait(|event| *event == pong).await {
            Some(index) => self.events.remove(index).0 == pong,
            None => false,
        }
    }

    /// Asks for the id that the server gave to this session.
    pub(crate) async fn session_id(&mut self, handler: &str) -> Option<String> {
        let frame = format!("SUBSCRIBE\nid:session\ndestination:{handler}\n\n^@");
        let body = self.ask(&frame, "session").await?;
        String::from_utf8(body).ok()
    }

    /// Sends frames and takes the answer to subscription `id` out of what is recorded.
    async fn ask(&mut self, frames: &str, id: &str) -> Option<Vec<u8>> {
        let pieces = crate::notation::decode(frames, &crate::notation::Variables::new()).ok()?;
        self.send(false, pieces).await;
        let expected = Expected::Frame {
            command: "MESSAGE".to_owned(),
            id: Some(id.to_owned()),
        };
        let index = self.wait(|event| matches(event, &expected)).await?;
        match self.events.remove(index).0 {
            Event::Message(Payload {
                content: Content::Frame(frame),
                ..
            }) => Some(frame.body),
            _ => None,
        }
    }

    /// Closes with a close frame and waits for the other side's.
    pub(crate) async fn close(&mut self, code: u16, reason: &str) -> bool {
        if let Some(connection) = &mut self.connection {
            let frame = CloseFrame {
                code: code.into(),
                reason: reason.into(),
            };
            let _ = connection.sink.send(Message::Close(Some(frame))).await;
        }
        self.expect(&Expected::Close).await
    }

    /// Ends the session if it is still open; what arrives meanwhile belongs to it, the end does not.
    pub(crate) async fn finish(&mut self) {
        let ended = |(event, _): &(Event, bool)| matches(event, &Expected::Close);
        if self.connection.is_some() && !self.events.iter().any(ended) {
            let _ = self.close(1000, "").await;
            self.events.retain(|event| !ended(event));
        }
        self.cut();
    }

    /// Ends the TCP connection.
    pub(crate) fn cut(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.reader.abort();
        }
    }
}
