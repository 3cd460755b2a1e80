//! Pings, pongs and closes.

use super::*;

#[test]
fn each_ping_is_answered_and_is_a_sign_of_life_in_its_place() {
    let stream = [
        frame(TEXT, b"a"),
        frame(PING, b"1"),
        frame(PING, b""),
        frame(TEXT, b"b"),
        frame(PONG, b"unasked"),
        frame(TEXT, b"c"),
    ]
    .concat();
    for pieces in [vec![stream.clone()], bytewise(&stream)] {
        let mut server = Server::new(pieces, false);
        let seen = all(|| server.receive());
        let (a, b, c) = (binary(b"a"), binary(b"b"), binary(b"c"));
        let (alive, waits) = (Seen::Alive, Seen::Waits);
        assert_eq!(seen, [a, alive.clone(), alive.clone(), b, alive, c, waits]);
        assert_eq!(server.answers(), &[PONG, 1, b'1', PONG, 0][..]);
    }
}

#[test]
fn a_client_that_asks_for_signs_of_life_and_reads_none_gets_to_the_last_one() {
    let pings: Vec<_> = (0..=255).flat_map(|n| frame(PING, &[n; 125])).collect();
    let mut server = Server::new([pings], false);
    assert_eq!(all(|| server.receive()).len(), 257);
    let answers = server.answers();
    assert!(answers.len() <= 1024, "{}", answers.len());
    assert!(answers.ends_with(&[255; 125]));
}

#[test]
fn a_close_is_answered_behind_all_that_came_before_it() {
    for (payload, code, answer) in [
        (&b""[..], None, &[CLOSE, 0][..]),
        (
            b"\x03\xe8bye",
            Some(1000),
            &[CLOSE, 5, 0x03, 0xe8, b'b', b'y', b'e'],
        ),
        (b"\x0f\xa0", Some(4000), &[CLOSE, 2, 0x0f, 0xa0]),
    ] {
        let stream = [
            frame(TEXT, b"last words"),
            frame(CLOSE, payload),
            frame(TEXT, b"not heard"),
        ]
        .concat();
        for pieces in [vec![stream.clone()], bytewise(&stream)] {
            let mut server = Server::new(pieces, true);
            assert_eq!(server.receive(), binary(b"last words"));
            assert_eq!(server.answers(), &b""[..]);
            assert!(!server.control.is_answered());
            for _ in 0..2 {
                assert_eq!(server.receive(), Seen::Closed);
            }
            assert!(server.control.is_answered());
            assert_eq!(server.source.close_code(), code);
            assert_eq!(server.answers(), answer);
        }
    }
}

#[test]
fn a_close_whose_code_means_nothing_is_answered_like_a_violation() {
    for code in [
        0_u16, 999, 1004, 1005, 1006, 1014, 1015, 1016, 2999, 5000, 65535,
    ] {
        let mut server = Server::new([frame(CLOSE, &code.to_be_bytes())], true);
        assert_eq!(server.message(), Seen::Closed);
        assert_eq!(server.source.close_code(), Some(1002), "{code}");
        assert_eq!(server.answers(), &[CLOSE, 2, 0x03, 0xea][..], "{code}");
    }
}

#[test]
fn nothing_is_said_behind_the_close_of_the_server() {
    let mut server = Server::new([frame(PING, b"1"), frame(CLOSE, b"")], true);
    server.control.close();
    assert_eq!(server.message(), Seen::Alive);
    assert_eq!(server.message(), Seen::Closed);
    assert_eq!(server.answers(), &b""[..]);
}
