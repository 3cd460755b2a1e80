//! What it keeps in memory.

use super::*;

/// A frame that is masked with zeros, of which so much has come.
fn frame(first: u8, announced: u64, come: usize) -> Vec<u8> {
    let mut frame = vec![first, 0xff];
    frame.extend(announced.to_be_bytes());
    frame.resize(frame.len() + 4 + come, 0);
    frame
}

#[test]
fn memory_grows_with_what_comes() {
    let mut reader = MessageReader::new(10_000_000);
    let mut input = &frame(0x82, 10_000_000, 5_000)[..];
    assert_eq!(reader.next_joined(&mut input), Ok(None));
    assert_eq!(reader.payload.capacity(), 5_000);
    for come in (6_000..300_000).step_by(1_000) {
        let mut input = &[0; 1_000][..];
        assert_eq!(reader.next_joined(&mut input), Ok(None));
        assert_eq!(reader.payload.len(), come);
        assert!(reader.payload.capacity() < 2 * come);
    }
}

#[test]
fn tiny_fragments_are_not_copied_each_time() {
    let mut reader = MessageReader::new(10_000);
    let mut sizes = Vec::new();
    for _ in 0..5_000 {
        let mut input = &frame(0x00, 1, 1)[..];
        if sizes.is_empty() {
            input = &[0x02, 0x81, 0, 0, 0, 0, 0];
        }
        assert_eq!(reader.next(&mut input), Ok(None));
        sizes.push(reader.payload.capacity());
    }
    sizes.dedup();
    assert!(sizes.len() < 20, "{sizes:?}");
}

#[test]
fn what_is_handed_out_keeps_next_to_nothing_else() {
    for (first, behind) in [(20, 5_000), (700, 700), (5_000, 3_000)] {
        let mut reader = MessageReader::new(10_000);
        let begun = frame(0x82, 9_000, behind);
        let stream = [frame(0x82, first as u64, first), begun].concat();
        let Ok(Some(Incoming::Binary(bytes))) = reader.next_joined(&mut &stream[..]) else {
            panic!("{first} {behind}");
        };
        let kept = Vec::from(bytes);
        assert_eq!(kept.len(), first);
        assert!(kept.capacity() <= first + MAX_SPARE, "{first} {behind}");
    }
}

#[test]
fn nothing_is_kept_between_messages() {
    let mut reader = MessageReader::new(10_000);
    let stream = [
        frame(0x82, 100, 100),
        frame(0x02, 100, 100),
        frame(0x80, 5_000, 5_000),
    ]
    .concat();
    let mut input = &stream[..];
    while let Ok(Some(_)) = reader.next_joined(&mut input) {}
    assert!(input.is_empty());
    assert_eq!(reader.payload.capacity(), 0);
}
