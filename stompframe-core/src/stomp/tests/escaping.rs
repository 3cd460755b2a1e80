//! Escape sequences.

use super::*;
use crate::stomp::{EncodeError, FrameWriter};
use Version::{V1_0, V1_1, V1_2};

/// What a header value decodes to.
fn value(version: Version, raw: &str) -> Result<String, DecodeErrorKind> {
    let (frames, error) = feed(server(version), format!("SEND\nfoo:{raw}\n\n\0"));
    match error {
        Some(error) => Err(error.kind()),
        None => Ok(frames[0].header("foo").unwrap().to_owned()),
    }
}

#[test]
fn e_01_the_four_escapes_of_1_2_are_resolved_in_names_and_values() {
    for (raw, text) in [("\\r", "\r"), ("\\n", "\n"), ("\\c", ":"), ("\\\\", "\\")] {
        let frame = one_frame(V1_2, format!("SEND\nx{raw}:y{raw}z\n\n\0"));
        assert_eq!(
            frame.header(&format!("x{text}")),
            Some(&*format!("y{text}z"))
        );
    }
}

#[test]
fn e_02_1_1_has_no_escape_for_cr() {
    assert_eq!(value(V1_1, "\\n\\c\\\\").unwrap(), "\n:\\");
    assert_eq!(value(V1_1, "\\r"), Err(DecodeErrorKind::BadEscape));
}

#[test]
fn e_03_any_other_escape_is_refused() {
    for version in [V1_1, V1_2] {
        for letter in (1..=127).map(char::from) {
            if "rnc\\\r\n".contains(letter) {
                continue;
            }
            assert_eq!(
                value(version, &format!("\\{letter}")),
                Err(DecodeErrorKind::BadEscape)
            );
        }
        assert_eq!(value(version, "\\é"), Err(DecodeErrorKind::BadEscape));
        assert_eq!(value(version, "a\\"), Err(DecodeErrorKind::BadEscape));
        assert_eq!(value(version, "a\\\\\\"), Err(DecodeErrorKind::BadEscape));
        assert_eq!(
            refusal(version, "SEND\na\\:b\n\n\0"),
            DecodeErrorKind::BadEscape
        );
        assert_eq!(
            refusal(version, "SEND\na\\t:b\n\n\0"),
            DecodeErrorKind::BadEscape
        );
    }
}

#[test]
fn e_04_encoding_is_the_reverse() {
    let frame = Frame::new(Command::Send).with_header("a:\\\n", "c:\\\nd");
    let wire = "SEND\na\\c\\\\\\n:c\\c\\\\\\nd\n\n\0";
    for version in [V1_1, V1_2] {
        assert_eq!(encode(&frame, version).unwrap().bytes, wire);
        assert_eq!(round_trip(&frame, version), frame);
    }
    let frame = Frame::new(Command::Send).with_header("\r", "\r\n");
    assert_eq!(
        encode(&frame, V1_2).unwrap().bytes,
        "SEND\n\\r:\\r\\n\n\n\0"
    );
}

#[test]
fn e_05_escapes_are_resolved_in_one_pass() {
    assert_eq!(value(V1_2, r"\\n").unwrap(), r"\n");
    assert_eq!(value(V1_2, r"\\\\c").unwrap(), r"\\c");
    assert_eq!(value(V1_2, r"\\\n").unwrap(), "\\\n");
    assert_eq!(value(V1_2, r"\\r\\c").unwrap(), r"\r\c");
}

#[test]
fn e_06_connect_and_connected_are_not_escaped() {
    for version in [None, Some(V1_1), Some(V1_2)] {
        let frame = one_frame(
            version,
            "CONNECT\naccept-version:1.2\npasscode:a\\cb\nlogin:x\\y\n\n\0",
        );
        assert_eq!(frame.header("passcode"), Some("a\\cb"));
        assert_eq!(frame.header("login"), Some("x\\y"));
    }
    let frame = Frame::new(Command::Connected).with_header("session", "a:b\\n");
    assert_eq!(
        encode(&frame, V1_2).unwrap().bytes,
        "CONNECTED\nsession:a:b\\n\n\n\0"
    );
    assert_eq!(round_trip(&frame, V1_2), frame);
}

#[test]
fn e_07_stomp_counts_as_connect() {
    let frame = one_frame(
        None,
        "STOMP\naccept-version:1.2\npasscode:a\\cb\nlogin:x\\y\n\n\0",
    );
    assert_eq!(frame.header("passcode"), Some("a\\cb"));
    assert!(!Command::Stomp.is_escaped(V1_2));
    assert_eq!(encode(&frame, V1_2).unwrap().omitted, 0);
}

#[test]
fn e_08_1_0_has_no_escapes() {
    assert_eq!(value(V1_0, r"a\nb").unwrap(), r"a\nb");
    let frame = Frame::new(Command::Send).with_header("a\\", "b\\n:c");
    assert_eq!(
        encode(&frame, V1_0).unwrap().bytes,
        "SEND\na\\:b\\n:c\n\n\0"
    );
}

#[test]
fn e_09_session_frames_refuse_what_they_cannot_carry() {
    for command in [Command::Connect, Command::Stomp, Command::Connected] {
        for version in Version::ALL {
            for (name, value) in [
                ("a", "b\nadmin:1"),
                ("a", "\r"),
                ("a", "\0"),
                ("a\n", "b"),
                ("a:", "b"),
                ("", "b"),
            ] {
                let frame = Frame::new(command).with_header(name, value);
                let error = EncodeError::UnencodableHeader {
                    command,
                    name: name.into(),
                };
                assert_eq!(encode(&frame, version), Err(error));
            }
        }
    }
    let mut writer = FrameWriter::new(Command::Connect, V1_2);
    writer.header("login", "a\nb").header("passcode", "c");
    let error = writer.finish(b"").unwrap_err();
    assert!(error.to_string().contains("\"login\""));
}

#[test]
fn e_09_the_error_text_is_escaped_and_cut() {
    let frame = Frame::new(Command::Connect).with_header("\n".repeat(1000), "x");
    let text = encode(&frame, V1_2).unwrap_err().to_string();
    assert!(!text.contains('\n') && text.len() < 300, "{text}");
}

#[test]
fn e_10_a_header_that_a_version_cannot_express_is_left_out_and_counted() {
    let frame = Frame::new(Command::Message)
        .with_header("cr", "\r")
        .with_header("lf", "\n")
        .with_header("a:b", "colon")
        .with_header("nul", "\0")
        .with_header("", "nameless")
        .with_header("ok", "ok");
    for (version, omitted, wire) in [
        (V1_0, 5, "MESSAGE\nok:ok\n\n\0"),
        (V1_1, 3, "MESSAGE\nlf:\\n\na\\cb:colon\nok:ok\n\n\0"),
        (V1_2, 2, "MESSAGE\ncr:\\r\nlf:\\n\na\\cb:colon\nok:ok\n\n\0"),
    ] {
        let encoded = encode(&frame, version).unwrap();
        assert_eq!(
            (encoded.omitted, &*encoded.bytes),
            (omitted, wire.as_bytes())
        );
    }
}

#[test]
fn e_12_names_and_values_are_compared_decoded() {
    let frame = one_frame(V1_2, "SEND\ndestination:/topic\\c1\n\n\0");
    assert_eq!(frame.header("destination"), Some("/topic:1"));
}
