//! Decisions where the specifications are silent.

use super::*;
use Version::{V1_0, V1_1, V1_2};

#[test]
fn d_01_crlf_is_a_line_end_in_every_version() {
    for version in Version::ALL {
        let frame = one_frame(version, "SEND\r\na:b\r\n\r\nbody\r\n\0");
        assert_eq!(frame.header("a"), Some("b"));
        assert_eq!(frame.body, "body\r\n", "the body is untouched");
    }
}

#[test]
fn d_02_a_raw_colon_in_a_value_is_accepted_and_never_written() {
    for version in [V1_1, V1_2] {
        let frame = one_frame(version, "SEND\nurl:http://a\n\n\0");
        assert_eq!(frame.header("url"), Some("http://a"));
        assert_eq!(
            encode(&frame, version).unwrap().bytes,
            "SEND\nurl:http\\c//a\n\n\0"
        );
    }
}

#[test]
fn d_03_nul_in_a_header_is_never_written() {
    for version in Version::ALL {
        let frame = Frame::new(Command::Message)
            .with_header("a\0", "b")
            .with_header("a", "b\0");
        let encoded = encode(&frame, version).unwrap();
        assert_eq!(
            (encoded.omitted, &*encoded.bytes),
            (2, b"MESSAGE\n\n\0".as_slice())
        );
    }
}

#[test]
fn d_04_empty_identifiers_are_refused() {
    for (command, name) in [
        ("SEND", "destination"),
        ("SEND", "transaction"),
        ("SUBSCRIBE", "destination"),
        ("SUBSCRIBE", "id"),
        ("UNSUBSCRIBE", "id"),
        ("ACK", "id"),
        ("NACK", "message-id"),
        ("BEGIN", "transaction"),
        ("COMMIT", "transaction"),
        ("ABORT", "transaction"),
    ] {
        for version in Version::ALL {
            let kind = refusal(version, format!("{command}\n{name}:\n\n\0"));
            assert_eq!(kind, DecodeErrorKind::EmptyHeader { name });
        }
    }
    let padded = refusal(V1_0, "SEND\ndestination: \n\n\0");
    assert_eq!(
        padded,
        DecodeErrorKind::EmptyHeader {
            name: "destination"
        }
    );
    assert_eq!(
        one_frame(V1_2, "SEND\nid:\n\n\0").header("id"),
        Some(""),
        "the user's own header"
    );
}

#[test]
fn d_05_numbers_have_one_spelling() {
    for value in ["00", "01", "+1", "-0"] {
        let kind = refusal(V1_2, format!("SEND\ncontent-length:{value}\n\n\0"));
        assert_eq!(kind, DecodeErrorKind::BadContentLength);
    }
}

#[test]
fn d_13_a_body_of_line_ends_is_ignored_where_none_is_allowed() {
    for wire in ["SUBSCRIBE\nid:1\n\n\n\0", "SUBSCRIBE\nid:1\n\n\r\n\n\0"] {
        let frame = one_frame(V1_2, wire);
        assert_eq!(frame, Frame::new(Command::Subscribe).with_header("id", "1"));
    }
    assert_eq!(
        one_frame(V1_2, "ACK\nid:1\ncontent-length:2\n\n\r\n\0").body,
        ""
    );
    let kind = refusal(V1_2, "ACK\nid:1\n\n \0");
    assert_eq!(kind, DecodeErrorKind::BodyNotAllowed(Command::Ack));
    assert_eq!(
        one_frame(V1_2, "SEND\n\n\n\0").body,
        "\n",
        "where one is allowed it counts"
    );
}
