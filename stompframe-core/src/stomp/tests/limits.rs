//! Limits.

use super::*;
use Version::V1_2;

fn limits() -> FrameLimits {
    FrameLimits::default()
        .with_max_frame(100)
        .with_max_head(60)
        .with_max_header_line(20)
        .with_max_headers(3)
}

/// The error under [`limits`], and the same one when each octet comes alone.
#[track_caller]
fn verdict(wire: impl AsRef<[u8]>) -> Option<DecodeErrorKind> {
    let new = || {
        let mut decoder = Decoder::for_server(limits());
        decoder.set_version(V1_2);
        decoder
    };
    let whole = feed(new(), &wire).1.map(|error| error.kind());
    let mut decoder = new();
    let mut dribbled = None;
    for octet in wire.as_ref() {
        decoder.push(Bytes::copy_from_slice(&[*octet]));
        let kind = drain(&mut decoder).1.map(|error| error.kind());
        dribbled = dribbled.or(kind);
        assert!(decoder.buffered() <= limits().max_frame);
    }
    assert_eq!(whole, dribbled);
    whole
}

#[test]
fn l_01_the_number_of_headers() {
    assert_eq!(verdict("SEND\na:\nb:\nc:\n\n\0"), None);
    let kind = DecodeErrorKind::TooManyHeaders { limit: 3 };
    assert_eq!(verdict("SEND\na:\nb:\nc:\nd:\n\n\0"), Some(kind));
}

#[test]
fn l_02_the_length_of_a_header_line() {
    let kind = Some(DecodeErrorKind::HeaderTooLong { limit: 20 });
    let value = "x".repeat(18);
    for end in ["\n", "\r\n"] {
        assert_eq!(verdict(format!("SEND\na:{value}{end}\n\0")), None);
        assert_eq!(verdict(format!("SEND\na:{value}x{end}\n\0")), kind);
    }
    assert_eq!(
        verdict(format!("SEND\na:{value}")),
        None,
        "a line end may follow"
    );
    assert_eq!(
        verdict(format!("SEND\na:{value}\r")),
        None,
        "a line feed may follow"
    );
    assert_eq!(verdict(format!("SEND\na:{value}x")), kind);
    assert_eq!(verdict(format!("SEND\na:{value}\rx")), kind);
}

#[test]
fn l_02_a_line_without_end_is_cut_at_the_limit() {
    let mut decoder = server(V1_2);
    decoder.push(Bytes::from_static(b"SEND\na:"));
    let mut fed = 0;
    while drain(&mut decoder).1.is_none() {
        decoder.push(Bytes::from(vec![b'x'; 100]));
        fed += 100;
    }
    assert!(fed <= FrameLimits::default().max_header_line + 100);
    assert_eq!(decoder.buffered(), 0);
}

#[test]
fn l_03_the_size_of_a_body() {
    let kind = Some(DecodeErrorKind::FrameTooLarge { limit: 100 });
    // The head takes 6 octets, or 24 with a content-length of two digits.
    assert_eq!(verdict(format!("SEND\n\n{}\0", "x".repeat(94))), None);
    assert_eq!(verdict(format!("SEND\n\n{}\0", "x".repeat(95))), kind);
    assert_eq!(verdict(format!("SEND\n\n{}", "x".repeat(94))), None);
    assert_eq!(verdict(format!("SEND\n\n{}", "x".repeat(95))), kind);
    assert_eq!(
        verdict(format!("SEND\ncontent-length:76\n\n{}\0", "x".repeat(76))),
        None
    );
    assert_eq!(verdict("SEND\ncontent-length:77\n\n"), kind);
}

#[test]
fn l_04_the_text_names_the_limit() {
    for (kind, number) in [
        (DecodeErrorKind::TooManyHeaders { limit: 3 }, "3"),
        (DecodeErrorKind::HeaderTooLong { limit: 20 }, "20"),
        (DecodeErrorKind::HeadTooLarge { limit: 60 }, "60"),
        (DecodeErrorKind::FrameTooLarge { limit: 100 }, "100"),
        (DecodeErrorKind::CommandTooLong { limit: 16 }, "16"),
    ] {
        assert!(kind.to_string().contains(number));
    }
}

#[test]
fn l_05_the_length_of_the_command() {
    let kind = Some(DecodeErrorKind::CommandTooLong { limit: 16 });
    assert_eq!(verdict("X".repeat(16)), None);
    assert_eq!(verdict("X".repeat(17)), kind);
    assert_eq!(verdict(format!("{}\n", "X".repeat(17))), kind);
    let unknown = Some(DecodeErrorKind::UnknownCommand);
    assert_eq!(verdict(format!("{}\n", "X".repeat(16))), unknown);
    assert_eq!(verdict(format!("{}\r\n", "X".repeat(16))), unknown);
}

#[test]
fn l_05_the_size_of_the_head() {
    // 5 + 20 + 20 octets, then a line of the rest, then the empty line.
    let lines = |last: usize| {
        format!(
            "SEND\na:{0}\na:{0}\nb:{1}\n\n\0",
            "x".repeat(17),
            "y".repeat(last)
        )
    };
    let kind = Some(DecodeErrorKind::HeadTooLarge { limit: 60 });
    assert_eq!(verdict(lines(11)), None);
    assert_eq!(verdict(lines(12)), kind);
    assert_eq!(verdict(lines(13)), kind);
    // Where the line and the head are exceeded by the same octet, the head is named.
    assert_eq!(
        verdict(format!(
            "SEND\na:{0}\nb:{1}\nc:{0}x\n\n\0",
            "x".repeat(18),
            "y".repeat(10)
        )),
        kind
    );
}

#[test]
fn l_05_a_small_frame_limit_bounds_the_head_too() {
    let small = limits().with_max_frame(10);
    let (_, error) = feed(Decoder::for_server(small), "CONNECT\na:b\n");
    assert_eq!(
        error.unwrap().kind(),
        DecodeErrorKind::FrameTooLarge { limit: 10 }
    );
}

#[test]
fn l_05_wider_limits_can_follow_authentication() {
    let mut decoder = Decoder::for_server(limits());
    decoder.set_limits(limits().with_max_header_line(40));
    let (frames, error) = feed(decoder, format!("SEND\na:{}\n\n\0", "x".repeat(38)));
    assert_eq!((frames.len(), error), (1, None));
}

#[test]
fn l_11_nothing_behind_an_offending_frame_comes_out() {
    let mut decoder = server(V1_2);
    decoder.push(Bytes::from_static(b"SEND\n\n1\0SEND\n:\n\n\0SEND\n\n3\0"));
    let (frames, error) = drain(&mut decoder);
    assert_eq!(frames, [Frame::new(Command::Send).with_body("1")]);
    assert!(error.is_some());
    assert_eq!(drain(&mut decoder), (vec![], None));
    decoder.push(Bytes::from_static(b"\n\nSEND\n\n4\0"));
    assert_eq!(drain(&mut decoder), (vec![], None));
    assert_eq!(decoder.buffered(), 0);
    assert!(!decoder.is_mid_frame());
}
