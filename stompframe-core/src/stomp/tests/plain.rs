//! Heads that are read in one go, against the careful way.

use proptest::prelude::*;

use super::properties::{tight, wire};
use super::*;
use crate::stomp::buffer::Buffer;
use crate::stomp::octets::{Notable, may_be_special};
use crate::stomp::scan::{Accepts, HeadScan};
use crate::stomp::{Headers, head, plain};

/// What both ways make of a head for a server.
type Read = Option<(Command, usize, Headers)>;

fn at_once(bytes: &[u8], limits: &FrameLimits) -> Read {
    let mut buffer = Buffer::default();
    buffer.push(Bytes::copy_from_slice(bytes));
    let (end, headers) = plain::read(&buffer, Accepts::ClientCommands, limits)?;
    Some((end.command, end.len, headers))
}

fn carefully(bytes: &[u8], limits: &FrameLimits) -> Read {
    let end = HeadScan::default().advance(bytes, Accepts::ClientCommands, limits);
    let end = end.ok()??;
    let head = Bytes::copy_from_slice(&bytes[..end.len]);
    let headers = head::parse(head, end.command, None).ok()?;
    Some((end.command, end.len, headers))
}

#[test]
fn what_clients_send_is_read_at_once() {
    for head in [
        "SEND\ndestination:/a\ncontent-type:text/plain\ncontent-length:2\n\n",
        "SUBSCRIBE\nid:sub-0\ndestination:/topic/a\nack:auto\nreceipt:1\n\n",
        "CONNECT\naccept-version:1.2\nhost:/\nheart-beat:0,0\n\n",
        "SEND\nurl:http://a\nempty:\n\n",
        "DISCONNECT\n\n",
    ] {
        for behind in ["", "\0", "12345678\0\n"] {
            let bytes = format!("{head}{behind}");
            let read = at_once(bytes.as_bytes(), &FrameLimits::default());
            assert!(read.is_some(), "{head:?}");
            assert_eq!(read, carefully(bytes.as_bytes(), &FrameLimits::default()));
        }
    }
}

#[test]
fn what_has_to_be_looked_at_closely_is_left_to_the_careful_way() {
    for head in [
        "SEND\na:b\n",
        "SEND\r\na:b\n\n",
        "SEND\na:\\n\n\n",
        "SEND\na:é\n\n",
        "SEND\na:\0\n\n",
        "SEND\n:b\n\n",
        "SEND\nab\n\n",
        "send\na:b\n\n",
        "MESSAGE\na:b\n\n",
        "\n\n",
        "",
    ] {
        let read = at_once(head.as_bytes(), &FrameLimits::default());
        assert_eq!(read, None, "{head:?}");
    }
    let limits = tight();
    assert!(at_once(b"SEND\na:\nb:\nc:\n\n", &limits).is_some());
    assert_eq!(at_once(b"SEND\na:\nb:\nc:\nd:\n\n", &limits), None);
}

proptest! {
    #[test]
    fn both_ways_read_the_same(bytes in wire()) {
        for limits in [tight(), FrameLimits::default()] {
            if let Some(read) = at_once(&bytes, &limits) {
                prop_assert_eq!(Some(read), carefully(&bytes, &limits));
            }
        }
    }

    #[test]
    fn every_notable_octet_is_found(octets in octets()) {
        let found: Vec<_> = Notable::of(&octets).collect();
        let is_notable = |at: &usize| matches!(octets[*at], 0..=b'\r' | b'\\' | 0x80..);
        let notable: Vec<_> = (0..octets.len()).filter(is_notable).collect();
        prop_assert_eq!(found, notable);
    }

    #[test]
    fn every_special_octet_is_found(octets in octets()) {
        let is_special = |octet: &u8| matches!(octet, 0..=b'\r' | b':' | b'\\');
        prop_assert_eq!(may_be_special(&octets), octets.iter().any(is_special));
    }
}

/// Octets around those that matter, and others.
fn octets() -> impl Strategy<Value = Vec<u8>> {
    let near = proptest::sample::select(vec![
        0, 1, b'\n', b'\r', 0x0e, b'9', b':', b';', b'[', b'\\', b']', 0x7f, 0x80, 0x8a, 0x8d, 0xdc,
    ]);
    let letters = proptest::collection::vec(b'a'..=b'z', 0..20);
    let octet = prop_oneof![near, any::<u8>()];
    let some = proptest::collection::vec(octet, 0..6);
    proptest::collection::vec(prop_oneof![letters, some], 0..4).prop_map(|parts| parts.concat())
}
