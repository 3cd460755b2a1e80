//! The receipt header of a refused frame.

use super::*;
use Version::{V1_0, V1_2};

fn receipt(version: impl Into<Option<Version>>, wire: &str) -> Option<String> {
    let error = feed(server(version), wire).1.expect("an error");
    error.receipt().map(str::to_owned)
}

#[test]
fn er_03_the_receipt_is_found_before_and_behind_the_broken_line() {
    assert_eq!(
        receipt(V1_2, "SEND\nreceipt:r\\c1\n:bad\n\n\0").as_deref(),
        Some("r:1")
    );
    assert_eq!(
        receipt(V1_2, "SEND\n:bad\na:b\r\nreceipt:r1\r\n\n\0").as_deref(),
        Some("r1")
    );
    assert_eq!(
        receipt(V1_2, "FOO\nreceipt:r1\n\n\0").as_deref(),
        Some("r1")
    );
    assert_eq!(
        receipt(V1_0, "SEND\nbad\nreceipt: r1\n\n\0").as_deref(),
        Some("r1")
    );
}

#[test]
fn er_03_the_receipt_is_found_when_the_body_is_refused() {
    assert_eq!(
        receipt(V1_2, "ACK\nreceipt:r1\n\nx\0").as_deref(),
        Some("r1")
    );
    assert_eq!(
        receipt(V1_2, "SEND\nreceipt:r1\ncontent-length:1\n\nxx\0").as_deref(),
        Some("r1")
    );
    let wire = "SEND\nreceipt:r1\ncontent-length:99999999\n\n";
    assert_eq!(receipt(V1_2, wire).as_deref(), Some("r1"));
}

#[test]
fn the_receipt_of_another_frame_or_of_the_body_is_not_taken() {
    assert_eq!(receipt(V1_2, "SEND\n:bad\n\nreceipt:body\n\0"), None);
    assert_eq!(
        receipt(V1_2, "SEND\n:bad\n\n\0SEND\nreceipt:r2\n\n\0"),
        None
    );
    assert_eq!(receipt(V1_2, "SEND\nbad\0\nreceipt:r2\n\n\0"), None);
}

#[test]
fn a_receipt_that_cannot_be_decoded_is_not_taken() {
    assert_eq!(receipt(V1_2, "SEND\nreceipt:\\x\n\n\0"), None);
    assert_eq!(receipt(V1_2, "SEND\nreceipt:a\rb\n\n\0"), None);
    assert_eq!(
        receipt(V1_2, "FOO\nreceipt:cut"),
        None,
        "the rest has not arrived"
    );
}

#[test]
fn c_20_connect_has_no_receipt() {
    for command in ["CONNECT", "STOMP"] {
        assert_eq!(
            receipt(None, &format!("{command}\nreceipt:r1\n:bad\n\n\0")),
            None
        );
        assert_eq!(
            receipt(None, &format!("{command}\nreceipt:r1\n\nbody\0")),
            None
        );
    }
}

#[test]
fn er_05_the_error_text_holds_nothing_of_the_peer() {
    for wire in [
        "EVIL\n\n\0",
        "SEND\nEVIL\n\n\0",
        "SEND\nEVIL:\\q\n\n\0",
        "SEND\ncontent-length:EVIL\n\n\0",
    ] {
        let error = feed(server(V1_2), wire).1.unwrap();
        assert!(!error.to_string().contains("EVIL"), "{error}");
        assert_eq!(error.to_string(), error.kind().to_string());
    }
}
