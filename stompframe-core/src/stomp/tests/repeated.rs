//! Padding and repeated headers.

use super::*;
use crate::stomp::{Headers, MessageTemplate};
use Version::{V1_0, V1_1, V1_2};

#[test]
fn h_01_blanks_are_part_of_names_and_values() {
    for version in [V1_1, V1_2] {
        let frame = one_frame(version, "SEND\nfoo: a \n bar :\tb\t\n\n\0");
        assert_eq!(frame.header("foo"), Some(" a "));
        assert_eq!(frame.header(" bar "), Some("\tb\t"));
        assert_eq!(round_trip(&frame, version), frame);
    }
}

#[test]
fn h_02_1_0_values_are_trimmed() {
    let frame = one_frame(
        V1_0,
        "SEND\ndestination: /queue/a\t \ncontent-length: 1\n\nx\0",
    );
    assert_eq!(frame.header("destination"), Some("/queue/a"));
    assert_eq!(frame.body, "x");
}

#[test]
fn h_02_connect_without_accept_version_is_trimmed() {
    assert_eq!(
        one_frame(None, "CONNECT\nlogin: me\n\n\0").header("login"),
        Some("me")
    );
    assert_eq!(
        one_frame(None, "STOMP\nlogin: me\n\n\0").header("login"),
        Some("me")
    );
    let frame = one_frame(None, "CONNECT\nlogin: me\naccept-version:1.1\n\n\0");
    assert_eq!(frame.header("login"), Some(" me"));
}

#[test]
fn h_02_no_other_frame_is_trimmed_before_a_version_is_agreed() {
    assert_eq!(
        one_frame(None, "SEND\nfoo: a\n\n\0").header("foo"),
        Some(" a")
    );
}

#[test]
fn h_03_the_first_occurrence_is_the_value() {
    for name in [
        "destination",
        "receipt",
        "id",
        "ack",
        "transaction",
        "selector",
        "mine",
    ] {
        let frame = one_frame(V1_2, format!("SEND\n{name}:a\n{name}:b\n\n\0"));
        assert_eq!(frame.header(name), Some("a"));
        assert_eq!(frame.headers.get_bytestring(name).unwrap(), "a");
    }
}

#[test]
fn h_04_later_occurrences_stay_in_order() {
    let frame = one_frame(V1_2, "SEND\na:1\nb:x\na:2\n\n\0");
    assert_eq!(frame.headers.get_all("a").collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(round_trip(&frame, V1_2), frame);
}

#[test]
fn h_05_repeated_headers_count_toward_the_limit() {
    let wire = format!("SEND\n{}\n\0", "a:b\n".repeat(10_000));
    assert_eq!(
        refusal(V1_2, wire),
        DecodeErrorKind::TooManyHeaders { limit: 64 }
    );
}

#[test]
fn h_07_the_servers_own_header_replaces_or_precedes_a_forged_one() {
    let mut headers = Headers::from([
        ("a", "1"),
        ("subscription", "x"),
        ("b", "2"),
        ("subscription", "y"),
    ]);
    headers.set("subscription", "mine");
    let expected = [("a", "1"), ("subscription", "mine"), ("b", "2")];
    assert_eq!(headers.iter().collect::<Vec<_>>(), expected);

    let forged = [("subscription", "forged"), ("content-length", "9")];
    let template = MessageTemplate::new(V1_2, &forged, b"hi");
    let encoded = template.fill(&[("subscription", "mine"), ("content-length", "7")]);
    let (frames, error) = feed(decoder_for(Command::Message, V1_2), &encoded.bytes);
    assert_eq!(error, None);
    assert_eq!(frames[0].header("subscription"), Some("mine"));
    assert_eq!(frames[0].header("content-length"), Some("2"));
}
