use std::io::{self, ErrorKind, Read as _, Write as _};
use std::rc::Rc;

use mio::net::TcpStream;

use crate::wire::{
    Found, Frame, Language, Opcode, Role, Transport, Url, Wire, raw_tcp, stomp_frame, upgraded,
    websocket_frame, websocket_piece,
};

/// How far a connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It has asked for a WebSocket.
    Upgrading,
    /// It waits for CONNECTED.
    Connecting,
    Open,
    Closed,
}

/// One connection to the server.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) stream: TcpStream,
    wire: Rc<Wire>,
    pub(crate) phase: Phase,
    /// What is written as soon as it is open.
    greeting: Vec<u8>,
    /// The beginning of what is not whole yet.
    kept: Vec<u8>,
    /// The same of a STOMP frame in several messages of a WebSocket.
    kept_frame: Vec<u8>,
    /// What is to be written, and how much of it has been.
    pub(crate) out: Vec<u8>,
    written: usize,
}

impl Connection {
    pub(crate) fn open(
        url: &Url,
        wire: &Rc<Wire>,
        role: Role,
        greeting: Vec<u8>,
    ) -> io::Result<Self> {
        let stream = TcpStream::connect(url.address)?;
        let phase = match (wire.transport, &wire.language) {
            (Transport::WebSocket, _) => Phase::Upgrading,
            (Transport::Tcp, Language::Stomp(_)) => Phase::Connecting,
            (Transport::Tcp, Language::Raw) => Phase::Open,
        };
        Ok(Self {
            stream,
            wire: Rc::clone(wire),
            phase,
            greeting,
            kept: Vec::new(),
            kept_frame: Vec::new(),
            out: wire.hello(url, role),
            written: 0,
        })
    }

    /// Writes as much as the socket takes; the rest goes when it can.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        while self.written < self.out.len() {
            match self.stream.write(&self.out[self.written..]) {
                Ok(count) => self.written += count,
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::NotConnected => return Ok(()),
                    ErrorKind::Interrupted => {}
                    ErrorKind::BrokenPipe | ErrorKind::ConnectionReset => {
                        self.phase = Phase::Closed;
                        return Ok(());
                    }
                    _ => return Err(error),
                },
            }
        }
        self.out.clear();
        self.written = 0;
        Ok(())
    }

    /// Reads what there is, up to the end of the connection if that is said to be near, and gives each message's
    /// subscription and body to `receive`. Calls `has_read` before, each time that something was read.
    pub(crate) fn read(
        &mut self,
        buffer: &mut [u8],
        ends: bool,
        mut receive: impl FnMut(&[u8], &[u8]),
        mut has_read: impl FnMut(),
    ) -> io::Result<()> {
        while self.phase != Phase::Closed {
            let kept = self.kept.len();
            if kept == buffer.len() {
                return Err(io::Error::other("a message is larger than the buffer"));
            }
            buffer[..kept].copy_from_slice(&self.kept);
            match self.stream.read(&mut buffer[kept..]) {
                Ok(0) => self.phase = Phase::Closed,
                Ok(count) => {
                    has_read();
                    let whole = &buffer[..kept + count];
                    let used = self.take(whole, &mut receive)?;
                    self.kept.clear();
                    self.kept.extend_from_slice(&whole[used..]);
                    // Less than there was room for is all there is, unless the end is behind it.
                    if whole.len() < buffer.len() && !ends {
                        break;
                    }
                }
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::NotConnected => break,
                    ErrorKind::Interrupted => {}
                    ErrorKind::ConnectionReset => self.phase = Phase::Closed,
                    _ => return Err(error),
                },
            }
        }
        self.flush()
    }

    /// Takes what is whole; says how many bytes that was.
    fn take(&mut self, data: &[u8], receive: &mut impl FnMut(&[u8], &[u8])) -> io::Result<usize> {
        let mut used = 0;
        if self.phase == Phase::Upgrading {
            match upgraded(data).map_err(io::Error::other)? {
                None => return Ok(0),
                Some(end) => used = end,
            }
            match self.wire.after_upgrade() {
                Some(frame) => {
                    self.phase = Phase::Connecting;
                    self.out.extend(frame);
                }
                None => self.opened(),
            }
        }
        match (self.wire.transport, &self.wire.language) {
            (Transport::WebSocket, _) => {
                while let Some(piece) = websocket_piece(&data[used..]) {
                    used += piece.used;
                    self.take_piece(piece.opcode, piece.payload, receive)?;
                }
            }
            (Transport::Tcp, Language::Stomp(_)) => used += self.take_frames(data, receive)?,
            (Transport::Tcp, Language::Raw) => {
                while let Some((body, length)) = raw_tcp(&data[used..]) {
                    used += length;
                    receive(&[], body);
                }
            }
        }
        Ok(used)
    }

    fn take_piece(
        &mut self,
        opcode: Opcode,
        payload: &[u8],
        receive: &mut impl FnMut(&[u8], &[u8]),
    ) -> io::Result<()> {
        match (opcode, &self.wire.language) {
            (Opcode::Ping, _) => self.out.extend(websocket_frame(Opcode::Pong, payload)),
            (Opcode::Pong, _) => {}
            (Opcode::Close, _) => self.phase = Phase::Closed,
            (Opcode::Text | Opcode::Other, Language::Raw) => receive(&[], payload),
            (Opcode::Text | Opcode::Other, Language::Stomp(_)) => {
                if self.kept_frame.is_empty() {
                    let used = self.take_frames(payload, receive)?;
                    self.kept_frame.extend_from_slice(&payload[used..]);
                } else {
                    let mut whole = std::mem::take(&mut self.kept_frame);
                    whole.extend_from_slice(payload);
                    let used = self.take_frames(&whole, receive)?;
                    whole.drain(..used);
                    self.kept_frame = whole;
                }
            }
        }
        Ok(())
    }

    fn take_frames(
        &mut self,
        data: &[u8],
        receive: &mut impl FnMut(&[u8], &[u8]),
    ) -> io::Result<usize> {
        let mut used = 0;
        loop {
            match stomp_frame(&data[used..]) {
                Found::Nothing => return Ok(used),
                Found::EndOfLine => used += 1,
                Found::Frame(frame, length) => {
                    used += length;
                    match frame {
                        Frame::Message { subscription, body } => receive(subscription, body),
                        Frame::Connected => self.opened(),
                        Frame::Error(text) => {
                            let text = String::from_utf8_lossy(text);
                            return Err(io::Error::other(format!("the server says: {text}")));
                        }
                        Frame::Other => {}
                    }
                }
            }
        }
    }

    fn opened(&mut self) {
        self.phase = Phase::Open;
        self.out.append(&mut self.greeting);
    }
}
