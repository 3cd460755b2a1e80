//! The connection below a client: sending, and reading in the background.

use futures_util::stream::{SplitSink, StreamExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::session::Expected;
use crate::transcript::{Content, Event, Payload};

/// How the answer to a ping is kept until it is taken out again.
pub(crate) const PONG: &str = "pong";

/// An open connection.
pub(crate) struct Connection {
    /// Where frames go.
    pub(crate) sink: SplitSink<WebSocketStream<TcpStream>, Message>,
    /// What was received.
    pub(crate) incoming: UnboundedReceiver<Event>,
    /// Fills `incoming`.
    pub(crate) reader: JoinHandle<()>,
}

impl Connection {
    /// Reads in the background, so that what arrives is never held back.
    pub(crate) fn start(socket: WebSocketStream<TcpStream>) -> Self {
        let (sink, mut stream) = socket.split();
        let (sender, incoming) = unbounded_channel();
        let reader = tokio::spawn(async move {
            let mut closed = false;
            while let Some(Ok(message)) = stream.next().await {
                if let Some(event) = event(message) {
                    closed |= matches(&event, &Expected::Close);
                    if sender.send(event).is_err() {
                        return;
                    }
                }
            }
            if !closed {
                let _ = sender.send(Event::Line("close without a close frame".to_owned()));
            }
        });
        Self {
            sink,
            incoming,
            reader,
        }
    }
}

/// What a received WebSocket message means for the transcript.
fn event(message: Message) -> Option<Event> {
    let (binary, bytes) = match message {
        Message::Text(text) => (false, text.as_bytes().to_vec()),
        Message::Binary(bytes) => (true, bytes.to_vec()),
        Message::Close(None) => return Some(Event::Line("close without a code".to_owned())),
        Message::Close(Some(frame)) => {
            let code = u16::from(frame.code);
            let line = format!("close {code} {}", frame.reason);
            return Some(Event::Line(line.trim_end().to_owned()));
        }
        Message::Pong(_) => return Some(Event::Line(PONG.to_owned())),
        _ => return None,
    };
    if !binary && bytes == b"\n" {
        return Some(Event::Line("heart-beat".to_owned()));
    }
    Some(Event::Message(Payload {
        binary,
        content: Content::parse(bytes),
    }))
}

/// Whether an event is what is waited for.
pub(crate) fn matches(event: &Event, what: &Expected) -> bool {
    match (event, what) {
        (Event::Line(line), Expected::Close) => line.starts_with("close"),
        (Event::Line(line), Expected::HeartBeat) => line == "heart-beat",
        (Event::Message(payload), Expected::Frame { command, id }) => match &payload.content {
            Content::Frame(frame) => {
                let own = frame
                    .header("subscription")
                    .or_else(|| frame.header("receipt-id"));
                frame.command == *command && (id.is_none() || own == id.as_deref())
            }
            Content::Bytes(_) => false,
        },
        _ => false,
    }
}
