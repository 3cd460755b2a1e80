//! Numbers in selectors and headers.

/// As written: enough for every digit that a 64-bit number can have a use for.
const MAX_LENGTH: usize = 64;

/// Reads a finite number: digits with or without a fraction and an exponent, and perhaps a sign
/// before them. `inf` and `nan`, which Rust reads, are text.
pub(super) fn parse(text: &str) -> Option<f64> {
    let is_numeric = |octet: u8| matches!(octet, b'0'..=b'9' | b'.' | b'+' | b'-' | b'e' | b'E');
    if text.len() > MAX_LENGTH || !text.bytes().all(is_numeric) {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}
