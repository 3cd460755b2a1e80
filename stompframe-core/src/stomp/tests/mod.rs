//! One test per rule of the conformance tables that bytes alone can decide, named after the rule.

mod body;
mod buffering;
mod decisions;
mod escaping;
mod framing;
mod grammar;
mod limits;
mod negotiation;
mod plain;
mod properties;
mod receipt;
mod repeated;
mod types;

use bytes::Bytes;

use super::{
    Command, DecodeError, DecodeErrorKind, Decoded, Decoder, Frame, FrameLimits, Version, encode,
};

/// A decoder of the server side, `None` standing for the time before `CONNECT`.
fn server(version: impl Into<Option<Version>>) -> Decoder {
    let mut decoder = Decoder::for_server(FrameLimits::default());
    if let Some(version) = version.into() {
        decoder.set_version(version);
    }
    decoder
}

/// Everything that comes out until more bytes are needed, heart-beats left out.
fn drain(decoder: &mut Decoder) -> (Vec<Frame>, Option<DecodeError>) {
    let mut frames = Vec::new();
    loop {
        match decoder.next() {
            Ok(Some(Decoded::Frame(frame))) => frames.push(frame),
            Ok(Some(Decoded::HeartBeat)) => {}
            Ok(None) => return (frames, None),
            Err(error) => return (frames, Some(error)),
        }
    }
}

fn feed(mut decoder: Decoder, bytes: impl AsRef<[u8]>) -> (Vec<Frame>, Option<DecodeError>) {
    decoder.push(Bytes::copy_from_slice(bytes.as_ref()));
    drain(&mut decoder)
}

/// The frames in `bytes`, all of which must be fine and complete.
#[track_caller]
fn frames(version: impl Into<Option<Version>>, bytes: impl AsRef<[u8]>) -> Vec<Frame> {
    let mut decoder = server(version);
    decoder.push(Bytes::copy_from_slice(bytes.as_ref()));
    let (frames, error) = drain(&mut decoder);
    assert_eq!(error, None);
    assert!(!decoder.is_mid_frame(), "a frame is incomplete");
    frames
}

#[track_caller]
fn one_frame(version: impl Into<Option<Version>>, bytes: impl AsRef<[u8]>) -> Frame {
    let [frame] = <[Frame; 1]>::try_from(frames(version, bytes)).expect("exactly one frame");
    frame
}

/// The error for `bytes`, before which there must be no frame.
#[track_caller]
fn refusal(version: impl Into<Option<Version>>, bytes: impl AsRef<[u8]>) -> DecodeErrorKind {
    let (frames, error) = feed(server(version), bytes);
    assert_eq!(frames, []);
    error.expect("an error").kind()
}

/// A decoder for the commands of the side that sends `command`.
fn decoder_for(command: Command, version: Version) -> Decoder {
    let mut decoder = if command.is_client() {
        Decoder::for_server(FrameLimits::default())
    } else {
        Decoder::for_client(FrameLimits::default())
    };
    decoder.set_version(version);
    decoder
}

/// What the other side sees of `frame`.
#[track_caller]
fn round_trip(frame: &Frame, version: Version) -> Frame {
    let encoded = encode(frame, version).unwrap();
    let (mut frames, error) = feed(decoder_for(frame.command, version), &encoded.bytes);
    assert_eq!(error, None);
    assert_eq!(frames.len(), 1);
    frames.remove(0)
}

const COMMANDS: [Command; 15] = [
    Command::Connect,
    Command::Stomp,
    Command::Connected,
    Command::Send,
    Command::Subscribe,
    Command::Unsubscribe,
    Command::Ack,
    Command::Nack,
    Command::Begin,
    Command::Commit,
    Command::Abort,
    Command::Disconnect,
    Command::Message,
    Command::Receipt,
    Command::Error,
];
