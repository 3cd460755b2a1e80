//! What clients must not send.

use super::*;

/// Frames that break a rule, behind which nothing makes sense.
fn faults() -> Vec<(Vec<u8>, Fault)> {
    let reserved_bit = |bit: u8| (frame(TEXT | bit, b"x"), Fault::ReservedBits);
    let reserved = |opcode: u8| (frame(0x80 | opcode, b""), Fault::ReservedOpcode(opcode));
    let fragment = |opcode: u8| (frame(opcode, b""), Fault::ControlFragment);
    let long = |first: u8| (frame(first, &[0; 126]), Fault::LongControl);
    let close = |payload: &[u8], fault| (frame(CLOSE, payload), fault);
    let not_utf8 = |payload: &[u8]| (frame(TEXT, payload), Fault::NotUtf8);
    let head_of = |len: u64| [&[BINARY, 0xff][..], &len.to_be_bytes(), &[1, 2, 3, 4]].concat();
    let mut faults = vec![
        (vec![TEXT, 0x01, b'x'], Fault::Unmasked),
        (vec![PING, 0x00], Fault::Unmasked),
        (frame(END, b"x"), Fault::NothingToContinue),
        (
            [frame(BEGIN_TEXT, b"x"), frame(TEXT, b"y")].concat(),
            Fault::WithinMessage,
        ),
        (head_of(1 << 63), Fault::Length),
        (head_of(u64::MAX), Fault::Length),
        // The head is enough.
        (head_of(i64::MAX as u64), Fault::TooLarge),
        (head_of(MAX_MESSAGE as u64 + 1), Fault::TooLarge),
        (
            [
                frame(BEGIN_TEXT, &vec![b'x'; MAX_MESSAGE - 1]),
                vec![END, 0x82, 0, 0, 0, 0],
            ]
            .concat(),
            Fault::TooLarge,
        ),
        close(b"x", Fault::CloseCode),
        close(b"\x03\xe8\xff", Fault::NotUtf8),
        close(b"\x03\xe8\xc3", Fault::NotUtf8),
        // What follows does not complete it.
        (
            [frame(TEXT, b"\xc3"), frame(TEXT, b"\xa9")].concat(),
            Fault::NotUtf8,
        ),
        (
            [frame(BEGIN_TEXT, b"\xc3"), frame(END, b"")].concat(),
            Fault::NotUtf8,
        ),
        // Its end is not waited for.
        (frame(BEGIN_TEXT, b"x\xff"), Fault::NotUtf8),
        (
            [frame(BEGIN_TEXT, b"\xf4"), frame(GO_ON, b"\x90")].concat(),
            Fault::NotUtf8,
        ),
    ];
    faults.extend([0x40, 0x20, 0x10].map(reserved_bit));
    faults.extend([3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(reserved));
    faults.extend([8, 9, 10].map(fragment));
    faults.extend([CLOSE, PING, PONG].map(long));
    faults.extend(
        [
            &b"\xff"[..],
            b"a\x80",
            b"\xed\xa0\x80",
            b"\xc0\xaf",
            b"\xe2\x82",
        ]
        .map(not_utf8),
    );
    faults
}

#[test]
fn what_came_before_a_fault_is_delivered_and_nothing_behind_it() {
    for (fault, expected) in faults() {
        let stream = [
            &frame(TEXT, b"before"),
            &frame(BINARY, b" it"),
            &fault[..],
            &frame(TEXT, b"behind"),
        ]
        .concat();
        let mut streams = vec![vec![stream.clone()]];
        if stream.len() < 1000 {
            streams.push(bytewise(&stream));
            for at in 0..stream.len() {
                let (first, second) = stream.split_at(at);
                streams.push(vec![first.to_vec(), second.to_vec()]);
            }
        }
        for pieces in streams {
            let end = Seen::Fault(expected);
            let seen = [text("before"), binary(b" it"), end.clone()];
            assert_eq!(messages(pieces.clone()), seen, "{fault:x?}");
            assert_eq!(joined(pieces), (b"before it".to_vec(), end), "{fault:x?}");
        }
    }
}

/// Autobahn calls this strict.
#[test]
fn what_cannot_become_text_is_refused_within_its_frame() {
    let stream = frame(TEXT, b"\xce\xba\xf4\x90\x80\x80 and more");
    let beginning = stream[..6 + 4].to_vec();
    let mut server = Server::new([beginning], false);
    assert_eq!(server.message(), Seen::Fault(Fault::NotUtf8));
}

/// Or the client, which is still sending, would not get to hear why.
#[test]
fn what_comes_behind_a_fault_is_thrown_away() {
    let pieces = [frame(END, b""), b"anything".to_vec()];
    let mut server = Server::new(pieces, true);
    assert_eq!(server.receive(), Seen::Fault(Fault::NothingToContinue));
    assert!(server.control.has_failed());
    assert_eq!(server.receive(), binary(b"anything"));
    assert_eq!(server.receive(), Seen::Closed);
}

#[test]
fn a_client_may_vanish_anywhere() {
    let stream = [frame(BEGIN_TEXT, b"one"), frame(PING, b"two")].concat();
    for len in 0..stream.len() {
        let mut server = Server::new([stream[..len].to_vec()], true);
        assert_eq!(server.message(), Seen::Gone, "{len}");
        assert_eq!(server.message(), Seen::Closed, "{len}");
    }
}
