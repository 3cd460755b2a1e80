use bytes::Bytes;

use super::frame::{Fault, Head, Opcode, unmask};
use super::utf8::Begun;

/// How long several messages together may be. Whoever keeps a part of one keeps them all, so that the
/// decoder of STOMP copies what is to be kept out of what is longer.
const MAX_JOINED: usize = 1024;

/// How much memory may be kept beside a message for nothing.
const MAX_SPARE: usize = 256;

/// Makes messages of a client's frames (RFC 6455, 5.4).
///
/// It reads slices: of data, it takes what is there. The beginning of a head, and of a control frame, it
/// leaves, to be given once more when there is more of it; and so it does with what must not be, which is
/// found again by who asks again.
#[derive(Debug)]
pub(super) struct MessageReader {
    max_message: usize,
    /// The message that has begun and is not complete.
    message: Option<Message>,
    /// Its frame that is not complete.
    frame: Option<Frame>,
    /// What has come of it, without masks.
    payload: Vec<u8>,
}

/// What a client has sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Incoming {
    /// This is UTF-8.
    Text(Bytes),
    Binary(Bytes),
    Ping(Vec<u8>),
    Pong,
    Close(Vec<u8>),
}

#[derive(Clone, Copy, Debug)]
struct Message {
    is_text: bool,
    /// As its frames' heads say, in bytes.
    size: usize,
    begun: Begun,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    is_final: bool,
    /// As it stands at the next byte.
    mask: [u8; 4],
    /// What is to come, in bytes.
    left: usize,
}

impl MessageReader {
    /// Reads messages of at most so many bytes.
    pub(super) const fn new(max_message: usize) -> Self {
        Self {
            max_message,
            message: None,
            frame: None,
            payload: Vec::new(),
        }
    }

    /// Reads the next message or control frame; `None` if it is not complete.
    pub(super) fn next(&mut self, input: &mut &[u8]) -> Result<Option<Incoming>, Fault> {
        let Some(message) = self.message(input, usize::MAX)? else {
            return self.control(input);
        };
        let payload = self.take(self.payload.len());
        Ok(Some(match message.is_text {
            true => Incoming::Text(payload),
            false => Incoming::Binary(payload),
        }))
    }

    /// Like [`next`](Self::next), for whom it makes no difference where messages begin: small ones that
    /// come together are one.
    pub(super) fn next_joined(&mut self, input: &mut &[u8]) -> Result<Option<Incoming>, Fault> {
        if self.message(input, usize::MAX)?.is_none() {
            return self.control(input);
        }
        let mut complete = self.payload.len();
        // What is wrong has to wait for what was right before it.
        while let Ok(Some(_)) = self.message(input, MAX_JOINED) {
            complete = self.payload.len();
        }
        Ok(Some(Incoming::Binary(self.take(complete))))
    }

    /// Reads data until a message is complete. `None` where `input` ends before, a control frame is next,
    /// or a frame with which there would be more than `most` bytes.
    fn message(&mut self, input: &mut &[u8], most: usize) -> Result<Option<Message>, Fault> {
        loop {
            let (mut message, mut frame, rest) = match (self.message, self.frame) {
                (Some(message), Some(frame)) => (message, frame, *input),
                (message, _) => match Head::read(input)? {
                    Some((head, rest)) if !head.opcode.is_control() => {
                        let message = self.begin(message, &head)?;
                        if self.payload.len().saturating_add(head.len) > most {
                            return Ok(None);
                        }
                        (message, Frame::new(&head), rest)
                    }
                    _ => return Ok(None),
                },
            };
            let (piece, rest) = rest.split_at(frame.left.min(rest.len()));
            let known = self.payload.len();
            let is_ascii = self.append(piece, frame, rest.len());
            frame.left -= piece.len();
            let is_complete = frame.is_final && frame.left == 0;
            if message.is_text && !(is_ascii && message.begun.is_empty()) {
                let begun = message.begun.check(&self.payload[known..])?;
                message.begun = match is_complete {
                    true => begun.end()?,
                    false => begun,
                };
            }
            *input = rest;
            if is_complete {
                (self.message, self.frame) = (None, None);
                return Ok(Some(message));
            }
            self.message = Some(message);
            if frame.left > 0 {
                frame.mask.rotate_left(piece.len() % 4);
                self.frame = Some(frame);
                return Ok(None);
            }
            self.frame = None;
        }
    }

    /// The message that goes on with this frame, or begins.
    fn begin(&self, message: Option<Message>, head: &Head) -> Result<Message, Fault> {
        let message = match (head.opcode, message) {
            (Opcode::Continuation, None) => return Err(Fault::NothingToContinue),
            (Opcode::Continuation, Some(message)) => message,
            (_, Some(_)) => return Err(Fault::WithinMessage),
            (opcode, None) => Message {
                is_text: opcode == Opcode::Text,
                size: 0,
                begun: Begun::default(),
            },
        };
        let size = message.size.saturating_add(head.len);
        if size > self.max_message {
            return Err(Fault::TooLarge);
        }
        Ok(Message { size, ..message })
    }

    /// Takes what has come of a frame, with so much behind it; says whether it is ASCII. The memory grows
    /// with what comes, and not with what is announced.
    fn append(&mut self, piece: &[u8], frame: Frame, behind: usize) -> bool {
        let known = self.payload.len();
        if self.payload.capacity() - known < piece.len() {
            let doubled = known.max(piece.len());
            // How much there will be is known in the last frame only.
            let more = match frame.is_final {
                true => doubled.min(frame.left),
                false => doubled,
            };
            let joined = (piece.len() + behind).min(MAX_JOINED.saturating_sub(known));
            self.payload.reserve_exact(more.max(joined));
        }
        self.payload.extend_from_slice(piece);
        unmask(&mut self.payload[known..], frame.mask)
    }

    /// Reads a control frame, which may be between two frames of a message.
    fn control(&self, input: &mut &[u8]) -> Result<Option<Incoming>, Fault> {
        if self.frame.is_some() {
            return Ok(None);
        }
        let Some((head, rest)) = Head::read(input)? else {
            return Ok(None);
        };
        let Some((payload, rest)) = rest.split_at_checked(head.len) else {
            return Ok(None);
        };
        let mut payload = payload.to_vec();
        unmask(&mut payload, head.mask);
        let incoming = match head.opcode {
            Opcode::Ping => Incoming::Ping(payload),
            Opcode::Pong => Incoming::Pong,
            Opcode::Close => {
                check_close(&payload)?;
                Incoming::Close(payload)
            }
            Opcode::Continuation | Opcode::Text | Opcode::Binary => return Ok(None),
        };
        *input = rest;
        Ok(Some(incoming))
    }

    /// Gives so much of what has come.
    fn take(&mut self, complete: usize) -> Bytes {
        let rest = match complete == self.payload.len() {
            true => Vec::new(),
            false => self.payload.split_off(complete),
        };
        let mut taken = std::mem::replace(&mut self.payload, rest);
        if taken.capacity() - complete > MAX_SPARE {
            taken.shrink_to_fit();
        }
        taken.into()
    }
}

impl Frame {
    const fn new(head: &Head) -> Self {
        Self {
            is_final: head.is_final,
            mask: head.mask,
            left: head.len,
        }
    }
}

/// A close has no payload, or a code and perhaps a reason (RFC 6455, 5.5.1).
fn check_close(payload: &[u8]) -> Result<(), Fault> {
    match payload {
        [] => Ok(()),
        [_] => Err(Fault::CloseCode),
        [_, _, reason @ ..] => Begun::default().check(reason)?.end().map(drop),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame that is masked with zeros, of which so much has come.
    fn frame(first: u8, announced: u64, come: usize) -> Vec<u8> {
        let mut frame = vec![first, 0xff];
        frame.extend(announced.to_be_bytes());
        frame.resize(frame.len() + 4 + come, 0);
        frame
    }

    #[test]
    fn memory_grows_with_what_comes() {
        let mut reader = MessageReader::new(10_000_000);
        let mut input = &frame(0x82, 10_000_000, 5_000)[..];
        assert_eq!(reader.next_joined(&mut input), Ok(None));
        assert_eq!(reader.payload.capacity(), 5_000);
        for come in (6_000..300_000).step_by(1_000) {
            let mut input = &[0; 1_000][..];
            assert_eq!(reader.next_joined(&mut input), Ok(None));
            assert_eq!(reader.payload.len(), come);
            assert!(reader.payload.capacity() < 2 * come);
        }
    }

    #[test]
    fn tiny_fragments_are_not_copied_each_time() {
        let mut reader = MessageReader::new(10_000);
        let mut sizes = Vec::new();
        for _ in 0..5_000 {
            let mut input = &frame(0x00, 1, 1)[..];
            if sizes.is_empty() {
                input = &[0x02, 0x81, 0, 0, 0, 0, 0];
            }
            assert_eq!(reader.next(&mut input), Ok(None));
            sizes.push(reader.payload.capacity());
        }
        sizes.dedup();
        assert!(sizes.len() < 20, "{sizes:?}");
    }

    #[test]
    fn what_is_handed_out_keeps_next_to_nothing_else() {
        for (first, behind) in [(20, 5_000), (700, 700), (5_000, 3_000)] {
            let mut reader = MessageReader::new(10_000);
            let begun = frame(0x82, 9_000, behind);
            let stream = [frame(0x82, first as u64, first), begun].concat();
            let Ok(Some(Incoming::Binary(bytes))) = reader.next_joined(&mut &stream[..]) else {
                panic!("{first} {behind}");
            };
            let kept = Vec::from(bytes);
            assert_eq!(kept.len(), first);
            assert!(kept.capacity() <= first + MAX_SPARE, "{first} {behind}");
        }
    }

    #[test]
    fn nothing_is_kept_between_messages() {
        let mut reader = MessageReader::new(10_000);
        let stream = [
            frame(0x82, 100, 100),
            frame(0x02, 100, 100),
            frame(0x80, 5_000, 5_000),
        ]
        .concat();
        let mut input = &stream[..];
        while let Ok(Some(_)) = reader.next_joined(&mut input) {}
        assert!(input.is_empty());
        assert_eq!(reader.payload.capacity(), 0);
    }
}
