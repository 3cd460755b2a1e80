use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use super::control::Control;
use super::socket::WritingHalf;
use stompframe_core::session::{Close, OutgoingFrame, OutgoingFrames};
use stompframe_core::transport::{Gathered, Head, TransportError, TransportSink};

/// How the last frame of a message begins (RFC 6455, 5.2): FIN, and the opcode. Every message is one
/// frame here.
const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;

/// How long the reason of a close may be: a control frame has at most 125 bytes, and two of them are
/// the code (RFC 6455, 5.5).
const MAX_REASON: usize = 123;

/// Writes each STOMP frame as one message: text where it is text, binary where it is not.
///
/// All messages that are there go with one system call, from where they are: the bytes are the same
/// for all who receive them. That, and not to wake anybody for it, is why this is not left to a
/// library.
pub(crate) struct WebSocketSink<W> {
    socket: W,
    gathered: Gathered,
    control: Arc<Control>,
    closing: bool,
}

impl<W> WebSocketSink<W> {
    pub(super) fn new(socket: W, control: Arc<Control>) -> Self {
        Self {
            socket,
            gathered: Gathered::default(),
            control,
            closing: false,
        }
    }

    /// Has the answers go along that the reading half has for the client.
    fn push_answers(&mut self) {
        if let Some(answers) = self.control.take() {
            self.gathered.push(OutgoingFrame::verbatim(answers));
        }
    }

    fn push_control(&mut self, opcode: u8, payload: &[u8]) {
        let mut frame = vec![opcode, low_byte(payload.len())];
        frame.extend_from_slice(payload);
        self.gathered.push(OutgoingFrame::verbatim(frame));
    }
}

/// What stands before a message.
pub(super) fn head(frame: &OutgoingFrame) -> Head {
    if frame.is_verbatim() {
        return Head::NONE;
    }
    let mut head = [0; Head::MAX];
    head[0] = if frame.is_text() { TEXT } else { BINARY };
    let length = frame.as_bytes().len();
    let len = match u16::try_from(length) {
        Ok(0..126) => {
            head[1] = low_byte(length);
            2
        }
        Ok(length) => {
            head[1] = 126;
            head[2..4].copy_from_slice(&length.to_be_bytes());
            4
        }
        Err(_) => {
            head[1] = 127;
            head[2..].copy_from_slice(&(length as u64).to_be_bytes());
            Head::MAX
        }
    };
    Head::new(head, len)
}

/// As much of a close's reason as fits: it is text, so whole characters.
fn cut(reason: &str) -> &str {
    let mut ends = (0..=MAX_REASON.min(reason.len())).rev();
    let end = ends.find(|end| reason.is_char_boundary(*end));
    &reason[..end.unwrap_or(0)]
}

/// Of a length below 126, all of it.
const fn low_byte(length: usize) -> u8 {
    length.to_le_bytes()[0]
}

impl<W: WritingHalf> TransportSink for WebSocketSink<W> {
    const PINGS: bool = true;

    fn push(&mut self, frame: OutgoingFrame) {
        self.gathered.push(frame);
    }

    fn push_all(&mut self, frames: &mut OutgoingFrames) {
        self.gathered.push_all(frames);
    }

    fn ping(&mut self) {
        self.push_control(PING, &[]);
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        self.push_answers();
        self.gathered
            .poll_write(head, Pin::new(&mut self.socket), context)
            .map_err(|error| TransportError::Gone(error.into()))
    }

    fn try_flush(&mut self) -> Poll<Result<(), TransportError>> {
        self.push_answers();
        self.socket
            .try_write(&mut self.gathered)
            .map_err(|error| TransportError::Gone(error.into()))
    }

    fn poll_close(
        &mut self,
        context: &mut Context<'_>,
        close: &Close,
    ) -> Poll<Result<(), TransportError>> {
        if !std::mem::replace(&mut self.closing, true) && !self.control.is_answered() {
            self.control.close();
            let mut payload = close.code().to_be_bytes().to_vec();
            payload.extend_from_slice(cut(close.reason()).as_bytes());
            self.push_control(CLOSE, &payload);
        }
        ready!(self.poll_flush(context))?;
        if self.control.has_failed() {
            // The client waits for the end of the connection, and its own close is not heard.
            return Pin::new(&mut self.socket)
                .poll_shutdown(context)
                .map_err(|error| TransportError::Gone(error.into()));
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_that_is_too_long_is_cut_between_two_characters() {
        assert_eq!(cut("bye"), "bye");
        assert_eq!(cut(&"x".repeat(200)), "x".repeat(123));
        assert_eq!(cut(&"ü".repeat(100)), "ü".repeat(61));
    }
}
