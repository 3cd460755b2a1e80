//! What is copied, what is shared, and what is held.

use super::*;
use Version::V1_2;

/// Whether `part` lies within the memory of `chunk`.
fn shares(chunk: &Bytes, part: &[u8]) -> bool {
    chunk.as_ptr_range().contains(&part.as_ptr())
}

#[track_caller]
fn decode_one(chunk: &Bytes) -> Frame {
    let mut decoder = server(V1_2);
    decoder.push(chunk.clone());
    drain(&mut decoder).0.remove(0)
}

#[test]
fn a_small_frame_is_all_slices_of_its_chunk() {
    let chunk = Bytes::from("SEND\ndestination:/a\n\nhi\0");
    let frame = decode_one(&chunk);
    assert!(shares(
        &chunk,
        frame.header("destination").unwrap().as_bytes()
    ));
    assert!(shares(&chunk, &frame.body));
}

#[test]
fn a_header_does_not_pin_a_large_body() {
    for length in ["", "content-length:5000\n"] {
        let chunk = Bytes::from(format!(
            "SEND\ndestination:/a\n{length}\n{}\0",
            "x".repeat(5000)
        ));
        let frame = decode_one(&chunk);
        assert!(!shares(
            &chunk,
            frame.header("destination").unwrap().as_bytes()
        ));
        assert!(shares(&chunk, &frame.body), "the body is not copied");
    }
}

#[test]
fn a_header_does_not_pin_the_large_frame_in_front_of_it() {
    let chunk = Bytes::from(format!("SEND\n\n{}\0SEND\na:b\n\n\0", "x".repeat(5000)));
    let mut decoder = server(V1_2);
    decoder.push(chunk.clone());
    let (frames, _) = drain(&mut decoder);
    assert!(!shares(&chunk, frames[1].header("a").unwrap().as_bytes()));
}

#[test]
fn an_empty_decoder_adopts_the_next_chunk() {
    let mut decoder = server(V1_2);
    for chunk in ["SEN", "D\n\nx", "\0"] {
        decoder.push(Bytes::from_static(chunk.as_bytes()));
    }
    assert_eq!(drain(&mut decoder).0.len(), 1);
    assert_eq!(decoder.buffered(), 0);
    let chunk = Bytes::from("SEND\n\nhi\0");
    decoder.push(chunk.clone());
    assert!(shares(&chunk, &drain(&mut decoder).0[0].body));
}

#[test]
fn the_largest_frame_may_come_octet_by_octet() {
    let head = "SEND\ndestination:/a\n\n";
    let body = "x".repeat(FrameLimits::default().max_frame - head.len());
    let wire = format!("{head}{body}\0");
    let mut decoder = server(V1_2);
    let mut frames = Vec::new();
    for (fed, octet) in wire.bytes().enumerate() {
        assert_eq!(decoder.buffered(), fed);
        decoder.push(Bytes::copy_from_slice(&[octet]));
        frames.extend(drain(&mut decoder).0);
    }
    assert_eq!(frames.len(), 1);
    assert_eq!(frames[0].body.len(), body.len());
}

#[test]
fn frames_survive_what_is_pushed_after_them() {
    let mut decoder = server(V1_2);
    let mut frames = Vec::new();
    let wire = "SEND\nn:1\n\none\0SEND\nn:2\n\ntwo\0SEND\nn:3\n\nthree\0";
    for chunk in wire.as_bytes().chunks(19) {
        decoder.push(Bytes::copy_from_slice(chunk));
        frames.extend(drain(&mut decoder).0);
    }
    let bodies: Vec<_> = frames.iter().map(|frame| &*frame.body).collect();
    assert_eq!(bodies, [b"one".as_slice(), b"two", b"three"]);
}

#[test]
fn an_idle_decoder_holds_no_memory() {
    let chunk = Bytes::from("\nSEND\na:b\n\nhi\0\n\n".to_owned());
    let mut decoder = server(V1_2);
    decoder.push(chunk.clone());
    drop(drain(&mut decoder));
    assert!(chunk.is_unique());
}
