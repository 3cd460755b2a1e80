//! Rules over arbitrary streams.

use std::io::{Cursor, Read, Write};

use proptest::prelude::*;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig, WebSocketContext};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::*;

/// Payloads in which characters are cut often.
fn payload() -> impl Strategy<Value = Vec<u8>> {
    let token = proptest::sample::select(vec![
        &b"SEND\n"[..],
        b"\0",
        b"hello, world",
        b"\xc3\xa9",
        b"\xc3",
        b"\xa9",
        b"\xf0\x9f",
        b"\x98\x80",
        b"\xff",
        &[b'x'; 130],
        &[b'y'; 700],
    ]);
    proptest::collection::vec(token, 0..5).prop_map(|tokens| tokens.concat())
}

/// Frames, mostly as they may be.
fn any_frame() -> impl Strategy<Value = Vec<u8>> {
    let close = proptest::sample::select(vec![&b""[..], b"\x03\xe8", b"\x03\xe8bye", b"\x03"]);
    let opcode = proptest::sample::select(vec![TEXT, TEXT, BINARY, BEGIN_TEXT, 0x02, GO_ON, END]);
    let short = proptest::collection::vec(any::<u8>(), 0..10);
    prop_oneof![
        20 => (opcode, payload()).prop_map(|(first, payload)| frame(first, &payload)),
        4 => short.clone().prop_map(|payload| frame(PING, &payload)),
        2 => short.clone().prop_map(|payload| frame(PONG, &payload)),
        1 => close.prop_map(|payload| frame(CLOSE, payload)),
        1 => (any::<u8>(), short).prop_map(|(first, payload)| frame(first, &payload)),
    ]
}

/// Messages that are in order: whole ones, or text that is cut anywhere.
fn any_messages() -> impl Strategy<Value = Vec<u8>> {
    let text = proptest::collection::vec(any::<char>(), 0..40).prop_map(String::from_iter);
    let fragments = (text, any::<prop::sample::Index>()).prop_map(|(text, at)| {
        let (begin, end) = text.as_bytes().split_at(at.index(text.len() + 1));
        [frame(BEGIN_TEXT, begin), frame(END, end)].concat()
    });
    let whole = payload().prop_map(|payload| frame(BINARY, &payload));
    prop_oneof![fragments, whole]
}

fn any_stream() -> impl Strategy<Value = Vec<u8>> {
    let faulty = proptest::collection::vec(any_frame(), 0..12);
    let right = proptest::collection::vec(any_messages(), 0..12);
    prop_oneof![faulty, right].prop_map(|frames| frames.concat())
}

/// Cuts a stream into pieces of these lengths.
fn cut(stream: &[u8], lens: &[usize]) -> Vec<Vec<u8>> {
    let mut rest = stream;
    let mut pieces = Vec::new();
    for len in lens.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, behind) = rest.split_at(rest.len().min(*len));
        pieces.push(piece.to_vec());
        rest = behind;
    }
    pieces
}

/// What another reader sees, of which the same is known.
fn elsewhere(stream: &[u8]) -> (Vec<Seen>, bool) {
    struct OneWay<'a>(Cursor<&'a [u8]>);
    impl Read for OneWay<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.0.read(into)
        }
    }
    impl Write for OneWay<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE));
    let mut reader = WebSocketContext::new(Role::Server, Some(config));
    let mut socket = OneWay(Cursor::new(stream));
    let mut all = Vec::new();
    loop {
        all.push(match reader.read(&mut socket) {
            Ok(Message::Text(text)) => Seen::Text(text.to_string()),
            Ok(Message::Binary(bytes)) => Seen::Binary(bytes.to_vec()),
            Ok(Message::Ping(_) | Message::Pong(_)) => Seen::Alive,
            Ok(_) => continue,
            Err(Error::ConnectionClosed) => return (all, true),
            Err(_) => return (all, false),
        });
    }
}

proptest! {
    #[test]
    fn where_reads_begin_and_end_makes_no_difference(
        stream in any_stream(),
        lens in proptest::collection::vec(1..40_usize, 1..5),
    ) {
        let whole = messages([stream.clone()]);
        prop_assert_eq!(&messages(cut(&stream, &lens)), &whole);
        prop_assert_eq!(&messages(bytewise(&stream)), &whole);
        let together = together(whole);
        prop_assert_eq!(&joined([stream.clone()]), &together);
        prop_assert_eq!(&joined(cut(&stream, &lens)), &together);
        prop_assert_eq!(&joined(bytewise(&stream)), &together);
    }

    #[test]
    fn tungstenite_sees_the_same(stream in any_stream()) {
        let mut seen = messages([stream.clone()]);
        let is_closed = seen.pop() == Some(Seen::Closed);
        prop_assert_eq!((seen, is_closed), elsewhere(&stream));
    }

    #[test]
    fn any_bytes_can_be_read(stream in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(messages(bytewise(&stream)), messages([stream]));
    }
}
