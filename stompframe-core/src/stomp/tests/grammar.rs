//! The grammar of one frame.

use super::*;
use crate::stomp::GrammarRule;
use Version::{V1_0, V1_1, V1_2};

fn malformed(rule: GrammarRule) -> DecodeErrorKind {
    DecodeErrorKind::MalformedFrame { rule }
}

#[test]
fn g_01_every_command_has_its_golden_bytes() {
    for command in COMMANDS {
        let frame = Frame::new(command).with_header("a", "b");
        let wire = format!("{command}\na:b\n\n\0");
        assert_eq!(encode(&frame, V1_2).unwrap().bytes, wire);
        assert_eq!(round_trip(&frame, V1_2), frame);
    }
    let frame = Frame::new(Command::Send)
        .with_header("destination", "/a")
        .with_body("hi");
    assert_eq!(
        encode(&frame, V1_2).unwrap().bytes,
        "SEND\ndestination:/a\ncontent-length:2\n\nhi\0"
    );
}

#[test]
fn g_02_lf_and_crlf_may_be_mixed() {
    let frame = one_frame(V1_2, "SEND\r\ndestination:/a\nfoo:bar\r\n\r\nbody\0\r\n\n");
    assert_eq!(
        frame,
        Frame::new(Command::Send)
            .with_header("destination", "/a")
            .with_header("foo", "bar")
            .with_body("body")
    );
}

#[test]
fn g_03_one_cr_before_lf_is_stripped_and_two_are_not() {
    for version in Version::ALL {
        assert_eq!(
            one_frame(version, "SEND\nfoo:a\r\n\n\0").header("foo"),
            Some("a")
        );
        let kind = refusal(version, "SEND\nfoo:a\r\r\n\n\0");
        assert_eq!(kind, malformed(GrammarRule::StrayCarriageReturn));
    }
}

#[test]
fn g_04_connect_is_readable_with_both_line_ends() {
    for command in ["CONNECT", "STOMP"] {
        for wire in [
            "%\naccept-version:1.2\n\n\0",
            "%\r\naccept-version:1.2\r\n\r\n\0",
        ] {
            let frame = one_frame(None, wire.replace('%', command));
            assert_eq!(frame.header("accept-version"), Some("1.2"));
        }
    }
}

#[test]
fn g_05_commands_are_case_sensitive() {
    for command in ["send", "Send", " SEND", "SEND ", "SEN", "SENDS"] {
        let kind = refusal(V1_2, format!("{command}\ndestination:/a\n\n\0"));
        assert_eq!(kind, DecodeErrorKind::UnknownCommand);
    }
}

#[test]
fn g_06_header_names_are_case_sensitive() {
    let frame = one_frame(V1_2, "SEND\nDestination:/x\n\n\0");
    assert_eq!(frame.header("destination"), None);
    assert_eq!(frame.header("Destination"), Some("/x"));
}

#[test]
fn g_07_a_header_has_a_name_and_a_colon() {
    for version in Version::ALL {
        let kind = refusal(version, "SEND\n:x\n\n\0");
        assert_eq!(kind, malformed(GrammarRule::EmptyHeaderName));
        assert_eq!(
            refusal(version, "SEND\nx\n\n\0"),
            malformed(GrammarRule::MissingColon)
        );
    }
}

#[test]
fn g_08_a_value_may_be_empty() {
    for version in [V1_1, V1_2] {
        let frame = one_frame(version, "SEND\nfoo:\n\n\0");
        assert_eq!(frame.header("foo"), Some(""));
        assert_eq!(round_trip(&frame, version), frame);
    }
}

#[test]
fn g_09_an_empty_value_is_taken_but_not_written_on_1_0() {
    let frame = one_frame(V1_0, "SEND\nfoo:\nbar:1\n\n\0");
    assert_eq!(frame.header("foo"), Some(""));
    let encoded = encode(&frame, V1_0).unwrap();
    assert_eq!(encoded.omitted, 1);
    assert_eq!(encoded.bytes, "SEND\nbar:1\n\n\0");
    let connected = Frame::new(Command::Connected).with_header("session", "");
    assert_eq!(encode(&connected, V1_0).unwrap().omitted, 1);
    assert_eq!(encode(&connected, V1_2).unwrap().omitted, 0);
}

#[test]
fn g_10_a_bare_cr_is_refused() {
    for version in Version::ALL {
        for line in ["a\rb:c", "a:b\rc", "\ra:b", "a:\r\rb"] {
            let kind = refusal(version, format!("SEND\n{line}\n\n\0"));
            assert_eq!(kind, malformed(GrammarRule::StrayCarriageReturn));
        }
    }
    assert_eq!(
        refusal(None, "\rCONNECT\n\n\0"),
        DecodeErrorKind::UnknownCommand
    );
}

#[test]
fn g_11_only_the_first_colon_splits() {
    assert_eq!(
        one_frame(V1_0, "SEND\nfoo:a:b\n\n\0").header("foo"),
        Some("a:b")
    );
}

#[test]
fn g_18_the_head_is_utf_8() {
    // A stray continuation, an overlong slash, a surrogate, a truncated sequence, a value beyond
    // U+10FFFF.
    let broken: [&[u8]; 5] = [
        b"\x80",
        b"\xC0\xAF",
        b"\xED\xA0\x80",
        b"\xE2\x82",
        b"\xF4\x90\x80\x80",
    ];
    for version in Version::ALL {
        for octets in broken {
            for wire in [
                [b"SEND\na:", octets, b"\n\n\0"].concat(),
                [b"SEND\n", octets, b":a\n\n\0"].concat(),
            ] {
                assert_eq!(refusal(version, wire), DecodeErrorKind::InvalidUtf8);
            }
        }
    }
    let frame = one_frame(V1_2, "SEND\nπ:😀\n\n\0");
    assert_eq!(frame.header("π"), Some("😀"));
}

#[test]
fn g_19_a_body_is_any_octets() {
    let body: Vec<u8> = (0..=255).collect();
    let frame = Frame::new(Command::Send).with_body(body.clone());
    assert_eq!(round_trip(&frame, V1_2).body, body);
}

#[test]
fn g_20_unknown_and_foreign_commands_are_refused() {
    for version in Version::ALL {
        assert_eq!(
            refusal(version, "FOO\n\n\0"),
            DecodeErrorKind::UnknownCommand
        );
    }
    for command in COMMANDS {
        let wire = format!("{command}\n\n\0");
        let at_client = feed(Decoder::for_client(FrameLimits::default()), &wire).1;
        let at_server = feed(Decoder::for_server(FrameLimits::default()), &wire).1;
        let (accepted, refused) = if command.is_client() {
            (at_server, at_client)
        } else {
            (at_client, at_server)
        };
        assert_eq!(accepted, None);
        let error = refused.unwrap();
        assert_eq!(error.kind(), DecodeErrorKind::UnexpectedCommand(command));
        assert_eq!(error.command(), Some(command));
    }
}

#[test]
fn g_23_nul_in_the_head_is_refused() {
    for wire in [
        "SE\0ND\n\n\0",
        "SEND\0",
        "SEND\na:\0\n\n\0",
        "SEND\n\0:a\n\n\0",
        "SEND\n\0",
    ] {
        assert_eq!(refusal(V1_2, wire), malformed(GrammarRule::NulInHead));
    }
}
