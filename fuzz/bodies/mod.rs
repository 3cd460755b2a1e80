//! What the fuzzers run: one module for each target, with a function from octets to assertions.
//!
//! They stand apart from the targets so that stable Rust runs them as well: `cargo test` does, in
//! `stompframe-core/tests/fuzz_smoke.rs`.
//!
//! An input is a few fields with [`SEPARATOR`] between them. That needs no library to read, can be
//! written by hand, and leaves text as text, which mutations like better than lengths.

#![allow(dead_code, reason = "each target uses its own module only")]

pub(crate) mod decoder;
pub(crate) mod encoder;
pub(crate) mod selector;

/// Stands between fields: the octet that no UTF-8 text contains.
pub(crate) const SEPARATOR: u8 = 0xff;

/// Cuts the first field off.
fn split_field(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|octet| *octet == SEPARATOR) {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, &[]),
    }
}
