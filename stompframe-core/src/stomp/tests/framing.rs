//! Where frames begin and end.

use super::*;
use crate::stomp::GrammarRule;
use Version::V1_2;

fn malformed(rule: GrammarRule) -> DecodeErrorKind {
    DecodeErrorKind::MalformedFrame { rule }
}

#[test]
fn g_12_nul_is_required_behind_a_counted_body() {
    let kind = refusal(V1_2, "SEND\ncontent-length:2\n\nabX\0");
    assert_eq!(kind, malformed(GrammarRule::MissingNul));
    let (frames, error) = feed(server(V1_2), "SEND\ncontent-length:2\n\nab");
    assert_eq!((frames.len(), error), (0, None));
}

#[test]
fn g_13_the_first_nul_ends_an_uncounted_body() {
    let (frames, error) = feed(server(V1_2), "SEND\n\na\0b\0");
    assert_eq!(frames, [Frame::new(Command::Send).with_body("a")]);
    assert_eq!(error.unwrap().kind(), malformed(GrammarRule::NulInHead));
    let (frames, error) = feed(server(V1_2), "SEND\n\na\0b\n\0");
    assert_eq!(
        (frames.len(), error.unwrap().kind()),
        (1, DecodeErrorKind::UnknownCommand)
    );
}

#[test]
fn g_14_ends_of_line_between_frames_are_no_frames() {
    for run in [
        "",
        "\n",
        "\r\n",
        "\n\r\n",
        &"\n".repeat(1000),
        &"\r\n".repeat(1000),
    ] {
        let wire = format!("{run}SEND\n\n1\0{run}SEND\n\n2\0{run}");
        let bodies: Vec<_> = frames(V1_2, wire)
            .into_iter()
            .map(|frame| frame.body)
            .collect();
        assert_eq!(bodies, ["1", "2"]);
    }
}

#[test]
fn g_15_a_run_of_ends_of_line_is_one_heart_beat() {
    let mut decoder = server(V1_2);
    decoder.push(Bytes::from_static(b"\n\n\r\n"));
    assert_eq!(decoder.next(), Ok(Some(Decoded::HeartBeat)));
    assert_eq!(decoder.next(), Ok(None));

    decoder.push(Bytes::from_static(b"SEND\n\n\0\n\n"));
    assert!(matches!(decoder.next(), Ok(Some(Decoded::Frame(_)))));
    assert_eq!(
        decoder.next(),
        Ok(None),
        "the frame itself was the sign of life"
    );

    decoder.push(Bytes::from_static(b"\r"));
    assert_eq!(decoder.next(), Ok(None), "half an end of line");
    assert!(!decoder.is_mid_frame());
    decoder.push(Bytes::from_static(b"\nSEND\n\n\0"));
    assert_eq!(decoder.next(), Ok(Some(Decoded::HeartBeat)));
    assert!(matches!(decoder.next(), Ok(Some(Decoded::Frame(_)))));
}

#[test]
fn g_16_frames_do_not_depend_on_chunks() {
    let wire: &[u8] =
        b"\r\nSEND\r\na\\cb:\\\\\ncontent-length:3\n\nx\0y\0\r\n\nACK\nid:7\r\n\r\n\0";
    let whole = frames(V1_2, wire);
    assert_eq!(whole.len(), 2);
    for cut in 0..=wire.len() {
        let mut decoder = server(V1_2);
        decoder.push(Bytes::copy_from_slice(&wire[..cut]));
        let (mut parts, _) = drain(&mut decoder);
        decoder.push(Bytes::copy_from_slice(&wire[cut..]));
        parts.extend(drain(&mut decoder).0);
        assert_eq!(parts, whole, "cut at {cut}");
    }
    let mut decoder = server(V1_2);
    let mut parts = Vec::new();
    for octet in wire {
        decoder.push(Bytes::copy_from_slice(&[*octet]));
        parts.extend(drain(&mut decoder).0);
    }
    assert_eq!(parts, whole);
}

#[test]
fn g_17_all_frames_of_one_chunk_come_out_in_order() {
    let wire: String = (0..1000).map(|n| format!("SEND\nn:{n}\n\n\0")).collect();
    let frames = frames(V1_2, wire);
    assert_eq!(frames.len(), 1000);
    for (n, frame) in frames.iter().enumerate() {
        assert_eq!(frame.header("n"), Some(&*n.to_string()));
    }
}

#[test]
fn g_21_a_cut_frame_is_never_delivered() {
    let wire = b"SEND\ndestination:/a\ncontent-length:2\n\nhi\0";
    for cut in 0..wire.len() {
        let mut decoder = server(V1_2);
        decoder.push(Bytes::copy_from_slice(&wire[..cut]));
        assert_eq!(drain(&mut decoder), (vec![], None));
        assert_eq!(decoder.is_mid_frame(), cut > 0, "cut at {cut}");
    }
}

#[test]
fn g_22_nothing_but_ends_of_line_precedes_a_frame() {
    for garbage in [
        "GET / HTTP/1.1\r\n",
        "\u{FEFF}CONNECT\n",
        "PROXY TCP4\r\n",
        " \n",
    ] {
        assert_eq!(refusal(None, garbage), DecodeErrorKind::UnknownCommand);
    }
    let limit = FrameLimits::MAX_COMMAND;
    for garbage in [
        "GET /index.html HTTP/1.1",
        "PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n",
    ] {
        assert_eq!(
            refusal(None, garbage),
            DecodeErrorKind::CommandTooLong { limit }
        );
    }
}
