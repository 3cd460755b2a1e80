//! The protocols, as bytes. Nothing here knows a socket.

mod body;
mod stomp;
mod url;
mod websocket;

pub(crate) use self::body::{Body, SMALLEST, Stamp};
pub(crate) use self::stomp::{Credentials, Found, Frame};
pub(crate) use self::url::{Transport, Url};
pub(crate) use self::websocket::Opcode;

/// What is said over the transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// STOMP 1.2.
    Stomp(Credentials),
    /// Bodies alone, which the server passes on to everybody who listens.
    Raw,
}

/// What a connection is for. A raw server has to be told; in STOMP the frames say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Subscriber,
    Publisher,
    /// Sends requests and receives the answers.
    Client,
}

impl Role {
    /// Where this role connects to on a raw WebSocket server.
    const fn path(self) -> &'static str {
        match self {
            Self::Subscriber => "/subscribe",
            Self::Publisher => "/publish",
            Self::Client => "/echo",
        }
    }

    /// The first byte that a raw TCP server reads.
    const fn letter(self) -> u8 {
        match self {
            Self::Subscriber => b's',
            Self::Publisher => b'p',
            Self::Client => b'e',
        }
    }
}

/// Both of them: how frames are made and found on a connection.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    pub(crate) transport: Transport,
    pub(crate) language: Language,
}

impl Wire {
    /// What a client writes as soon as the socket is there.
    pub(crate) fn hello(&self, url: &Url, role: Role) -> Vec<u8> {
        match (self.transport, &self.language) {
            (Transport::WebSocket, Language::Stomp(_)) => {
                websocket::request(url, &url.path, "Sec-WebSocket-Protocol: v12.stomp\r\n")
            }
            (Transport::WebSocket, Language::Raw) => websocket::request(url, role.path(), ""),
            (Transport::Tcp, Language::Stomp(credentials)) => stomp::connect(credentials),
            (Transport::Tcp, Language::Raw) => vec![role.letter()],
        }
    }

    /// What it writes once the WebSocket is there.
    pub(crate) fn after_upgrade(&self) -> Option<Vec<u8>> {
        match &self.language {
            Language::Stomp(credentials) => Some(self.framed(&stomp::connect(credentials))),
            Language::Raw => None,
        }
    }

    /// SUBSCRIBE, where there is such a thing.
    pub(crate) fn subscribe(&self, id: &str, destination: &str) -> Vec<u8> {
        match self.language {
            Language::Stomp(_) => self.framed(&stomp::subscribe(id, destination)),
            Language::Raw => Vec::new(),
        }
    }

    /// A message for a destination, and where in it the body begins.
    pub(crate) fn send(
        &self,
        destination: &str,
        body: &Body,
        has_receipt: bool,
    ) -> (Vec<u8>, usize) {
        let text = body.as_bytes();
        let (bytes, behind) = match self.language {
            Language::Stomp(_) => {
                let frame = stomp::send(destination, text, has_receipt);
                (self.framed(&frame), 1)
            }
            Language::Raw => (self.framed(text), 0),
        };
        let start = bytes.len() - behind - text.len();
        (bytes, start)
    }

    fn framed(&self, payload: &[u8]) -> Vec<u8> {
        match (self.transport, &self.language) {
            (Transport::WebSocket, _) => websocket::encode(Opcode::Text, payload),
            (Transport::Tcp, Language::Stomp(_)) => payload.to_vec(),
            (Transport::Tcp, Language::Raw) => {
                let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
                [&length.to_be_bytes(), payload].concat()
            }
        }
    }
}

/// The first message of the raw TCP protocol, which is four bytes of length and the body, and how many bytes it
/// takes.
pub(crate) fn raw_tcp(data: &[u8]) -> Option<(&[u8], usize)> {
    let (length, rest) = data.split_first_chunk::<4>()?;
    let length = u32::from_be_bytes(*length) as usize;
    Some((rest.get(..length)?, 4 + length))
}

pub(crate) use self::stomp::find as stomp_frame;
pub(crate) use self::websocket::{encode as websocket_frame, find as websocket_piece, upgraded};

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(transport: Transport, language: Language) -> Wire {
        Wire {
            transport,
            language,
        }
    }

    #[test]
    fn the_body_stands_where_it_is_said_to() {
        let body = Body::new(SMALLEST);
        for transport in [Transport::WebSocket, Transport::Tcp] {
            for language in [Language::Raw, Language::Stomp(Credentials::default())] {
                let (bytes, start) = wire(transport, language).send("/topic/a", &body, false);
                assert_eq!(&bytes[start..start + SMALLEST], body.as_bytes());
            }
        }
    }

    #[test]
    fn raw_messages_are_found_when_they_are_whole() {
        let body = Body::new(SMALLEST);
        let (bytes, _) = wire(Transport::Tcp, Language::Raw).send("", &body, false);
        assert_eq!(raw_tcp(&bytes[..3]), None);
        assert_eq!(raw_tcp(&bytes[..bytes.len() - 1]), None);
        let (body, used) = raw_tcp(&bytes).unwrap();
        assert_eq!((body.len(), used), (SMALLEST, bytes.len()));
    }
}
