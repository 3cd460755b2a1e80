//! Body and `content-length`.

use super::*;
use crate::stomp::{EncodeError, GrammarRule};
use Version::{V1_0, V1_1, V1_2};

fn bodiless() -> impl Iterator<Item = Command> {
    COMMANDS
        .into_iter()
        .filter(|command| !command.may_have_body())
}

#[test]
fn b_01_only_send_message_and_error_may_have_a_body() {
    for version in [V1_1, V1_2] {
        for command in bodiless() {
            let (frames, error) = feed(decoder_for(command, version), format!("{command}\n\nx\0"));
            assert_eq!(frames, []);
            assert_eq!(
                error.unwrap().kind(),
                DecodeErrorKind::BodyNotAllowed(command)
            );
            let frame = Frame::new(command).with_body("x");
            assert_eq!(
                encode(&frame, version),
                Err(EncodeError::BodyNotAllowed(command))
            );
        }
        for command in [Command::Send, Command::Message, Command::Error] {
            assert_eq!(
                round_trip(&Frame::new(command).with_body("x"), version).body,
                "x"
            );
        }
    }
    assert_eq!(
        refusal(None, "CONNECT\n\nx\0"),
        DecodeErrorKind::BodyNotAllowed(Command::Connect)
    );
}

#[test]
fn b_02_the_body_of_a_1_0_subscribe_is_ignored() {
    let frame = one_frame(V1_0, "SUBSCRIBE\ndestination:/a\n\nwhat ever\0");
    assert_eq!(
        frame,
        Frame::new(Command::Subscribe).with_header("destination", "/a")
    );
    let frame = one_frame(V1_0, "SUBSCRIBE\ncontent-length:3\n\na\0b\0");
    assert!(frame.body.is_empty());
    let kind = refusal(V1_0, "UNSUBSCRIBE\n\nx\0");
    assert_eq!(kind, DecodeErrorKind::BodyNotAllowed(Command::Unsubscribe));
}

#[test]
fn b_03_content_length_may_be_on_any_frame() {
    for command in bodiless() {
        let wire = format!("{command}\ncontent-length:0\n\n\0");
        let (frames, error) = feed(decoder_for(command, V1_2), wire);
        assert_eq!((frames.len(), error), (1, None));
    }
}

#[test]
fn b_03_a_forbidden_body_is_consumed_before_it_is_refused() {
    let mut decoder = server(V1_2);
    decoder.push(Bytes::from_static(
        b"SUBSCRIBE\nid:1\ncontent-length:6\n\nSEND\n",
    ));
    assert_eq!(drain(&mut decoder), (vec![], None));
    decoder.push(Bytes::from_static(b"\0\0SEND\n\n\0"));
    let (frames, error) = drain(&mut decoder);
    assert_eq!(frames, []);
    assert_eq!(
        error.unwrap().kind(),
        DecodeErrorKind::BodyNotAllowed(Command::Subscribe)
    );
}

#[test]
fn b_04_content_length_octets_are_the_body_nuls_included() {
    let frame = one_frame(
        V1_2,
        [b"SEND\ncontent-length:10\n\n".as_slice(), &[0; 11]].concat(),
    );
    assert_eq!(frame.body, [0; 10].as_slice());
}

#[test]
fn b_05_a_body_with_nul_is_sent_with_content_length() {
    let frame = Frame::new(Command::Send).with_body("a\0b");
    for version in Version::ALL {
        assert_eq!(
            encode(&frame, version).unwrap().bytes,
            "SEND\ncontent-length:3\n\na\0b\0"
        );
    }
}

#[test]
fn b_06_every_body_is_sent_with_content_length() {
    let frame = Frame::new(Command::Error).with_body("é");
    assert_eq!(
        encode(&frame, V1_2).unwrap().bytes,
        "ERROR\ncontent-length:2\n\né\0"
    );
    let empty = Frame::new(Command::Error).with_header("content-length", "5");
    assert_eq!(encode(&empty, V1_2).unwrap().bytes, "ERROR\n\n\0");
}

#[test]
fn b_07_content_length_is_plain_digits() {
    for value in [
        "+5",
        " 5",
        "5 ",
        "-1",
        "0x5",
        "5,5",
        "٥",
        "",
        "05",
        "00",
        "5\t",
        "5.0",
        "1e1",
        "999999999999999999999",
        "10000000000000000000",
    ] {
        let kind = refusal(V1_2, format!("SEND\ncontent-length:{value}\n\nhello\0"));
        assert_eq!(kind, DecodeErrorKind::BadContentLength, "{value:?}");
    }
    assert_eq!(one_frame(V1_2, "SEND\ncontent-length:0\n\n\0").body, "");
    assert_eq!(
        one_frame(V1_2, "SEND\ncontent-length:5\n\nhello\0").body,
        "hello"
    );
}

#[test]
fn b_08_a_body_over_the_limit_is_refused_with_the_head() {
    let limit = FrameLimits::default().max_frame;
    for length in ["9999999999", "65536"] {
        let kind = refusal(V1_2, format!("SEND\ncontent-length:{length}\n\n"));
        assert_eq!(kind, DecodeErrorKind::FrameTooLarge { limit });
    }
}

#[test]
fn b_09_two_content_lengths_must_agree() {
    for (first, second) in [("5", "3"), ("5", "05"), ("5", "x"), ("0", "")] {
        let wire = format!("SEND\ncontent-length:{first}\ncontent-length:{second}\n\nhello\0");
        assert_eq!(refusal(V1_2, wire), DecodeErrorKind::ContentLengthConflict);
    }
    let frame = one_frame(V1_2, "SEND\ncontent-length:5\ncontent-length:5\n\nhello\0");
    assert_eq!(frame.body, "hello");
}

#[test]
fn b_10_content_length_is_counted_anew() {
    let mut frame = one_frame(
        V1_2,
        "SEND\ncontent-length:5\na:b\ncontent-length:5\n\nhello\0",
    );
    frame.body = Bytes::from_static(b"hello, world");
    let wire = "SEND\na:b\ncontent-length:12\n\nhello, world\0";
    assert_eq!(encode(&frame, V1_2).unwrap().bytes, wire);
}

#[test]
fn b_15_four_byte_code_points_pass() {
    let frame = Frame::new(Command::Send)
        .with_header("𝄞", "🦀")
        .with_body("🦀𝄞");
    let decoded = round_trip(&frame, V1_2);
    assert_eq!(decoded.header("𝄞"), Some("🦀"));
    assert_eq!(decoded.body, "🦀𝄞");
}

#[test]
fn b_04_a_length_that_counts_characters_is_noticed() {
    let rule = GrammarRule::MissingNul;
    let kind = refusal(V1_2, "SEND\ncontent-length:1\n\né\0");
    assert_eq!(kind, DecodeErrorKind::MalformedFrame { rule });
}
