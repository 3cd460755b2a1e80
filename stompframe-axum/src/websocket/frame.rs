//! How the frames of a client begin (RFC 6455, 5.2), and their masks.

use stompframe_core::transport::TransportError;

/// How long the payload of a control frame may be.
pub(super) const MAX_CONTROL: usize = 125;

/// The head of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// Whether its message ends with it.
    pub(super) is_final: bool,
    pub(super) opcode: Opcode,
    pub(super) mask: [u8; 4],
    /// Of the payload, in bytes.
    pub(super) len: usize,
}

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

/// What a client must not send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("a frame has bits of an extension that was not agreed upon")]
    ReservedBits,
    #[error("a frame has the opcode {0}, which means nothing")]
    ReservedOpcode(u8),
    #[error("a frame is not masked")]
    Unmasked,
    #[error("a control frame is only a fragment")]
    ControlFragment,
    #[error("a control frame has more than 125 bytes")]
    LongControl,
    #[error("the length of a frame is no number of 63 bits")]
    Length,
    #[error("a frame continues a message that has not begun")]
    NothingToContinue,
    #[error("a message begins within another one")]
    WithinMessage,
    #[error("a close has one byte, which is no code")]
    CloseCode,
    #[error("text is not UTF-8")]
    NotUtf8,
    #[error("a message is too large")]
    TooLarge,
}

impl From<Fault> for TransportError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::TooLarge => Self::TooLarge,
            Fault::NotUtf8 => Self::NotUtf8(fault.into()),
            _ => Self::Violation(fault.into()),
        }
    }
}

impl Opcode {
    pub(super) const fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

impl TryFrom<u8> for Opcode {
    type Error = Fault;

    fn try_from(opcode: u8) -> Result<Self, Fault> {
        Ok(match opcode {
            0 => Self::Continuation,
            1 => Self::Text,
            2 => Self::Binary,
            8 => Self::Close,
            9 => Self::Ping,
            10 => Self::Pong,
            _ => return Err(Fault::ReservedOpcode(opcode)),
        })
    }
}

impl Head {
    /// Reads the head with which `input` begins, and gives what is behind it; `None` if it is not
    /// complete. A length need not be as short as it can be, as clients are said to get that wrong.
    #[inline]
    pub(super) fn read(input: &[u8]) -> Result<Option<(Self, &[u8])>, Fault> {
        let [first, second, input @ ..] = input else {
            return Ok(None);
        };
        if first & 0x70 != 0 {
            return Err(Fault::ReservedBits);
        }
        let opcode = Opcode::try_from(first & 0x0f)?;
        let is_final = first & 0x80 != 0;
        if second & 0x80 == 0 {
            return Err(Fault::Unmasked);
        }
        let len = second & 0x7f;
        if opcode.is_control() {
            if !is_final {
                return Err(Fault::ControlFragment);
            }
            if usize::from(len) > MAX_CONTROL {
                return Err(Fault::LongControl);
            }
        }
        let (len, input) = match len {
            126 => match input.split_first_chunk() {
                Some((len, input)) => (usize::from(u16::from_be_bytes(*len)), input),
                None => return Ok(None),
            },
            127 => match input.split_first_chunk() {
                Some((len, input)) => (long(u64::from_be_bytes(*len))?, input),
                None => return Ok(None),
            },
            len => (usize::from(len), input),
        };
        let head = input.split_first_chunk().map(|(mask, input)| {
            let head = Self {
                is_final,
                opcode,
                mask: *mask,
                len,
            };
            (head, input)
        });
        Ok(head)
    }
}

/// A length of 64 bits, of which the first must be zero.
fn long(len: u64) -> Result<usize, Fault> {
    if i64::try_from(len).is_err() {
        return Err(Fault::Length);
    }
    // What does not fit into the memory's addresses is too large.
    usize::try_from(len).map_err(|_| Fault::TooLarge)
}

/// Takes the mask from a payload, or from a part of it; says whether that is ASCII, which comes almost for
/// free here and makes text of it.
#[inline]
pub(super) fn unmask(payload: &mut [u8], mask: [u8; 4]) -> bool {
    let whole = u32::from_ne_bytes(mask);
    let (words, rest) = payload.as_chunks_mut();
    let mut seen = 0;
    for word in words {
        let unmasked = u32::from_ne_bytes(*word) ^ whole;
        seen |= unmasked;
        *word = unmasked.to_ne_bytes();
    }
    for (byte, mask) in rest.iter_mut().zip(mask) {
        *byte ^= mask;
        seen |= u32::from(*byte);
    }
    seen & 0x8080_8080 == 0
}
