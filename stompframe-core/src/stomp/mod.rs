//! The STOMP wire format: frames in, bytes out, and nothing else.
//!
//! Everything here is pure. There is no socket, no clock and no task: a transport
//! [pushes](Decoder::push) the bytes it has read and [asks](Decoder::next) for frames, and writes
//! the bytes that [`encode`] returns. That is why one codec serves WebSocket, `SockJS` and TCP
//! alike, and why every rule of the protocol can be tested without any of them.
//!
//! A frame is a command, headers, an empty line, a body and one NUL octet:
//!
//! ```text
//! SEND
//! destination:/topic/greetings
//! content-type:text/plain
//! content-length:5
//!
//! hello^@
//! ```
//!
//! The rules come from the STOMP 1.0, 1.1 and 1.2 specifications. Where these are silent, or where
//! implementations differ, the stricter reading that popular clients survive was taken, and the
//! item that decides says so.

mod buffer;
mod command;
mod decimal;
mod decoder;
mod encoder;
mod error;
mod escape;
mod frame;
mod head;
mod header_line;
mod headers;
mod heart_beat;
mod limits;
mod octets;
mod open;
mod plain;
mod scan;
mod template;
mod version;

#[cfg(test)]
mod tests;

pub use self::command::Command;
pub use self::decoder::{Decoded, Decoder};
pub use self::encoder::{EncodeError, Encoded, FrameWriter, encode, heart_beat};
pub use self::error::{DecodeError, DecodeErrorKind, GrammarRule};
pub use self::frame::Frame;
pub use self::headers::{Headers, HeadersIter};
pub use self::heart_beat::{Agreed, HeartBeat, HeartBeatError};
pub use self::limits::FrameLimits;
pub use self::template::{MessageTemplate, encode_message};
pub use self::version::Version;
