//! Messages and their fragments.

use super::*;

#[test]
fn payloads_of_any_length_are_read() {
    for len in [0, 1, 2, 3, 4, 5, 7, 8, 125, 126, 127, 8191, 65_535, 65_536] {
        let payload: Vec<u8> = (0..=255).cycle().take(len).collect();
        let stream = [
            frame(BINARY, &payload),
            frame(TEXT, b"behind it"),
            frame(BINARY, &payload),
        ]
        .concat();
        let expected = [
            binary(&payload),
            text("behind it"),
            binary(&payload),
            Seen::Gone,
        ];
        assert_eq!(messages([stream.clone()]), expected, "{len}");
        for size in [1, 1000] {
            let pieces = stream.chunks(size).map(<[u8]>::to_vec);
            assert_eq!(messages(pieces), expected, "{len} by {size}");
        }
    }
}

/// RFC 6455 wants the shortest form; this is what other servers take, too.
#[test]
fn a_length_may_be_longer_than_it_has_to_be() {
    for head in [
        &[TEXT, 0x80 | 126, 0, 2][..],
        &[TEXT, 0x80 | 127, 0, 0, 0, 0, 0, 0, 0, 2],
    ] {
        let stream = [head, b"\0\0\0\0hi"].concat();
        assert_eq!(messages([stream]), [text("hi"), Seen::Gone]);
    }
}

#[test]
fn fragments_become_one_message_and_control_frames_may_come_between_them() {
    let word = "h\u{e9}llo \u{1f600}".as_bytes();
    // Both of the longer characters are cut.
    let stream = [
        frame(BEGIN_TEXT, &word[..2]),
        frame(PING, b"1"),
        frame(GO_ON, b""),
        frame(GO_ON, &word[2..9]),
        frame(PONG, b"x"),
        frame(END, &word[9..]),
        frame(TEXT, b"next"),
    ]
    .concat();
    let expected = [
        Seen::Alive,
        Seen::Alive,
        text("h\u{e9}llo \u{1f600}"),
        text("next"),
        Seen::Gone,
    ];
    for first in 0..stream.len() {
        let (first, second) = stream.split_at(first);
        let pieces = [first.to_vec(), second.to_vec()];
        assert_eq!(messages(pieces), expected);
    }
    assert_eq!(messages(bytewise(&stream)), expected);
    let (bytes, _) = joined(bytewise(&stream));
    assert_eq!(bytes, [word, b"next"].concat());
}

#[test]
fn small_messages_that_come_together_are_one_piece_for_stomp() {
    let frames: Vec<_> = (0..16_u8).map(|n| frame(TEXT, &[b'a' + n; 60])).collect();
    let mut server = Server::new([Vec::new(), frames.concat()], false);
    let payloads: Vec<_> = (0..16_u8).flat_map(|n| [b'a' + n; 60]).collect();
    assert_eq!(server.receive(), binary(&payloads));
    assert_eq!(server.receive(), Seen::Waits);
}

#[test]
fn large_messages_come_to_stomp_one_by_one() {
    let sizes = [600, 300, 600, 2000, 20];
    let frames = sizes.map(|size| frame(TEXT, &vec![b'x'; size]));
    let mut server = Server::new([frames.concat()], false);
    let mut pieces = || match server.receive() {
        Seen::Binary(bytes) => Some(bytes.len()),
        _ => None,
    };
    let pieces: Vec<_> = std::iter::from_fn(&mut pieces).collect();
    assert_eq!(pieces, [900, 600, 2000, 20]);
}

#[test]
fn the_beginning_of_a_message_waits_for_its_end() {
    let whole = [frame(TEXT, b"one"), frame(TEXT, b"two")].concat();
    let (begin, end) = whole.split_at(whole.len() - 1);
    let mut server = Server::new([begin.to_vec(), end.to_vec()], false);
    assert_eq!(server.receive(), binary(b"one"));
    assert_eq!(server.receive(), binary(b"two"));
    assert_eq!(server.receive(), Seen::Waits);
}

#[test]
fn an_empty_message_is_a_sign_of_life() {
    let stream = [frame(TEXT, b""), frame(BINARY, b"")].concat();
    assert_eq!(
        messages([stream.clone()]),
        [text(""), binary(b""), Seen::Gone]
    );
    let mut server = Server::new([stream], true);
    assert_eq!(server.receive(), Seen::Alive);
    assert_eq!(server.receive(), Seen::Gone);
}
