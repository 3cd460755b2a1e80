//! What the clients of a session received, and how that is written to a file and read back.

use crate::frame::Frame;
use crate::notation::{self, Variables};

/// Everything received in one session: clients in the order in which they appear in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Transcript {
    /// The clients with what each received.
    pub(crate) clients: Vec<(String, Vec<Event>)>,
}

/// One thing that a client saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// A WebSocket message.
    Message(Payload),
    /// The answer to a literal HTTP request or to a refused handshake.
    Http(Http),
    /// Anything that one line tells: `open`, `heart-beat`, `sync`, `close 1002`, `(nothing: ...)`.
    Line(String),
}

/// The content of a WebSocket message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Payload {
    /// Whether it came as a binary message.
    pub(crate) binary: bool,
    /// What it consists of.
    pub(crate) content: Content,
}

/// A frame, or what could not be read as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    /// One STOMP frame.
    Frame(Frame),
    /// Something else.
    Bytes(Vec<u8>),
}

/// An HTTP response, without the headers that are about the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Http {
    /// The status code.
    pub(crate) status: u16,
    /// Lower-case names and their values, sorted.
    pub(crate) headers: Vec<(String, String)>,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Content {
    /// Reads a message.
    pub(crate) fn parse(bytes: Vec<u8>) -> Self {
        Frame::parse(&bytes).map_or(Self::Bytes(bytes), Self::Frame)
    }

    fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Frame(frame) => frame.to_bytes(),
            Self::Bytes(bytes) => bytes.clone(),
        }
    }
}

impl Transcript {
    /// Writes it.
    pub(crate) fn to_text(&self) -> String {
        let mut out = String::new();
        for (client, events) in &self.clients {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&format!("[{client}]\n"));
            for event in events {
                match event {
                    Event::Line(line) => {
                        out.push_str(line);
                        out.push('\n');
                    }
                    Event::Message(payload) => {
                        let kind = if payload.binary { "binary" } else { "text" };
                        out.push_str(&format!("{kind}\n"));
                        out.push_str(&notation::block(&payload.content.to_bytes()));
                    }
                    Event::Http(http) => {
                        out.push_str(&format!("http {}\n", http.status));
                        let mut text = String::new();
                        for (name, value) in &http.headers {
                            text.push_str(&format!("{name}: {value}\n"));
                        }
                        text.push('\n');
                        let mut bytes = text.into_bytes();
                        bytes.extend_from_slice(&http.body);
                        out.push_str(&notation::block(&bytes));
                    }
                }
            }
        }
        out
    }

    /// Reads what [`Self::to_text`] wrote.
    pub(crate) fn from_text(text: &str) -> Result<Self, String> {
        let mut transcript = Self::default();
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            if line.is_empty() {
                continue;
            }
            if let Some(client) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                transcript.clients.push((client.to_owned(), Vec::new()));
                continue;
            }
            let mut block: Vec<&str> = Vec::new();
            while let Some(more) = lines.next_if(|l| l.starts_with("  |")) {
                block.push(more.strip_prefix("  | ").unwrap_or_default());
            }
            let bytes = || notation::decode_plain(&block.join("\n"), &Variables::new());
            let event = match line.split_once(' ') {
                None if line == "text" || line == "binary" => Event::Message(Payload {
                    binary: line == "binary",
                    content: Content::parse(bytes()?),
                }),
                Some(("http", status)) => {
                    Event::Http(http(status.parse().map_err(|_| "bad status")?, &bytes()?)?)
                }
                _ => Event::Line(line.to_owned()),
            };
            let (_, events) = transcript.clients.last_mut().ok_or("no client")?;
            events.push(event);
        }
        Ok(transcript)
    }
}

/// Reads headers and body of a written response.
fn http(status: u16, bytes: &[u8]) -> Result<Http, String> {
    let mut headers = Vec::new();
    let mut rest = bytes;
    loop {
        let end = rest.iter().position(|b| *b == b'\n').ok_or("no body")?;
        let line = std::str::from_utf8(&rest[..end]).map_err(|e| e.to_string())?;
        rest = &rest[end + 1..];
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(": ").ok_or("bad header")?;
        headers.push((name.to_owned(), value.to_owned()));
    }
    Ok(Http {
        status,
        headers,
        body: rest.to_vec(),
    })
}

#[test]
fn a_transcript_is_read_as_it_was_written() {
    let text = "[a]\nopen\ntext\n  | MESSAGE\n  | a:b\n  |\n  | x^@\nclose 1002\n\n[b]\n\
                http 400\n  | allow: GET\n  |\n  |\n";
    let transcript = Transcript::from_text(text).unwrap();
    assert_eq!(transcript.clients.len(), 2);
    assert_eq!(transcript.to_text(), text);
}
