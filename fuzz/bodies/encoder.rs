//! A frame of an application, which may have anything in it.
//!
//! Input: settings (the command as one letter, and the version), names and values in turn, and the
//! last field is the body.

use bytes::Bytes;
use stompframe_core::stomp::{
    Command, DecodeErrorKind, Decoded, Decoder, EncodeError, Frame, FrameLimits, FrameWriter,
    MessageTemplate, Version, encode, encode_message,
};

use super::SEPARATOR;

/// Runs one input.
pub(crate) fn run(data: &[u8]) {
    let mut fields: Vec<&[u8]> = data.split(|octet| *octet == SEPARATOR).collect();
    let (settings, body) = match fields.len() {
        0 | 1 => (data, &[][..]),
        _ => (fields.remove(0), fields.pop().unwrap_or_default()),
    };
    let (command, version) = read_settings(settings);
    let mut frame = Frame::new(command).with_body(body.to_vec());
    for header in fields.chunks_exact(2) {
        let text = |field| String::from_utf8_lossy(field).into_owned();
        frame.headers.push(text(header[0]), text(header[1]));
    }

    let expected = Expected::of(&frame, version);
    let encoded = match encode(&frame, version) {
        Ok(encoded) => encoded,
        Err(error) => return expected.assert_refused(&frame, &error),
    };
    assert_eq!(expected.refused, None, "must not be written");
    assert!(body.is_empty() || command.may_have_body());
    assert_eq!(encoded.omitted, expected.omitted);
    expected.assert_read(&encoded.bytes, version);
    assert_same_by_other_ways(&frame, version, &encoded.bytes);
}

fn read_settings(settings: &[u8]) -> (Command, Version) {
    let (mut command, mut version) = (Command::Message, Version::V1_2);
    for letter in settings {
        match letter {
            b'0' => version = Version::V1_0,
            b'1' => version = Version::V1_1,
            b'a'..=b'o' => command = COMMANDS[usize::from(letter - b'a')],
            _ => {}
        }
    }
    (command, version)
}

/// What the specification makes of a frame, told without the encoder.
struct Expected {
    /// As the receiver reads it, `content-length` apart.
    frame: Frame,
    omitted: usize,
    /// A header that forbids the whole frame.
    refused: Option<String>,
}

impl Expected {
    fn of(frame: &Frame, version: Version) -> Self {
        let is_literal = !frame.command.is_escaped(version);
        let is_handshake = !frame.command.is_escaped(Version::V1_2);
        let mut expected = Self {
            frame: Frame::new(frame.command).with_body(frame.body.clone()),
            omitted: 0,
            refused: None,
        };
        for (name, value) in &frame.headers {
            let has = |c: char| name.contains(c) || value.contains(c);
            let is_broken = name.is_empty()
                || has('\0')
                || (is_literal && (has('\r') || has('\n') || name.contains(':')))
                || (version == Version::V1_1 && has('\r'));
            if name == "content-length" {
                // Not a header of the application.
            } else if value.is_empty() && version == Version::V1_0 {
                expected.omitted += 1;
            } else if is_broken && is_handshake {
                expected.refused.get_or_insert_with(|| name.to_owned());
            } else if is_broken {
                expected.omitted += 1;
            } else {
                let blanks: &[char] = match version {
                    Version::V1_0 => &[' ', '\t'],
                    _ => &[],
                };
                let value = value.trim_matches(blanks).to_owned();
                expected.frame.headers.push(name.to_owned(), value);
            }
        }
        expected
    }

    fn assert_refused(&self, frame: &Frame, error: &EncodeError) {
        match error {
            EncodeError::UnencodableHeader { command, name } => {
                assert_eq!(*command, frame.command);
                assert_eq!(self.refused.as_deref(), Some(&**name));
            }
            EncodeError::BodyNotAllowed(command) => {
                assert_eq!(*command, frame.command);
                assert!(!command.may_have_body() && !frame.body.is_empty());
            }
            _ => unreachable!("a new error: {error}"),
        }
        let text = error.to_string();
        assert!(!text.contains(['\r', '\n', '\0']), "{text:?}");
    }

    /// Twice, as a frame that is longer or shorter than it says only shows in the next one.
    fn assert_read(&self, bytes: &Bytes, version: Version) {
        let mut decoder = decoder_for(self.frame.command, version);
        decoder.push([&bytes[..], &bytes[..]].concat().into());
        for _ in 0..2 {
            match decoder.next() {
                Ok(Some(Decoded::Frame(mut frame))) => {
                    let length = frame.headers.remove("content-length");
                    let has_length = length.is_some();
                    assert_eq!(has_length, !frame.body.is_empty());
                    assert_eq!(frame, self.frame);
                }
                // Not the encoder's business: what the identifiers of a command have to be.
                Err(error) => match error.kind() {
                    DecodeErrorKind::EmptyHeader { name } => {
                        return assert_eq!(self.frame.header(name), Some(""));
                    }
                    other => panic!("written, but not read: {other}"),
                },
                other => panic!("not a frame: {other:?}"),
            }
        }
        assert_eq!(decoder.next(), Ok(None));
        assert_eq!(decoder.buffered(), 0);
    }
}

/// There are four ways to write a frame, with one result.
fn assert_same_by_other_ways(frame: &Frame, version: Version, bytes: &Bytes) {
    let mut writer = FrameWriter::new(frame.command, version);
    for (name, value) in &frame.headers {
        writer.header(name, value);
    }
    assert_eq!(writer.finish(&frame.body).expect("as before").bytes, bytes);

    if frame.command == Command::Message {
        let headers: Vec<_> = frame.headers.iter().collect();
        let (own, shared) = headers.split_at(headers.len() / 2);
        let template = MessageTemplate::new(version, shared, &frame.body);
        assert_eq!(template.fill(own).bytes, bytes);
        let encoded = encode_message(version, headers.iter().copied(), &frame.body);
        assert_eq!(encoded.bytes, bytes);
    }
}

fn decoder_for(command: Command, version: Version) -> Decoder {
    let limits = FrameLimits::default()
        .with_max_frame(usize::MAX)
        .with_max_head(usize::MAX)
        .with_max_header_line(usize::MAX)
        .with_max_headers(usize::MAX);
    let mut decoder = if command.is_client() {
        Decoder::for_server(limits)
    } else {
        Decoder::for_client(limits)
    };
    decoder.set_version(version);
    decoder
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
