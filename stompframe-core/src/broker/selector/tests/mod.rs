mod bounds;
mod errors;
mod operators;
mod patterns;
mod properties;
mod unknown;
mod writing;

use super::{Selector, SelectorError};
use crate::stomp::Headers;

#[track_caller]
fn parse(selector: &str) -> Selector {
    Selector::parse(selector).unwrap_or_else(|error| panic!("{selector}: {error}"))
}

#[track_caller]
fn refusal(selector: &str) -> SelectorError {
    match Selector::parse(selector) {
        Ok(_) => panic!("{selector} should be refused"),
        Err(error) => error,
    }
}

/// Whether `selector` takes a message with these headers.
#[track_caller]
fn takes(selector: &str, headers: &[(&str, &str)]) -> bool {
    let headers: Headers = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    parse(selector).matches(&headers)
}

/// The answer with its third value. Only a selector and its opposite together show it: neither
/// takes a message about which the answer is unknown.
#[track_caller]
fn answer(selector: &str, headers: &[(&str, &str)]) -> Option<bool> {
    let is_taken = takes(selector, headers);
    let is_opposite_taken = takes(&format!("NOT ({selector})"), headers);
    assert!(!(is_taken && is_opposite_taken), "{selector}");
    (is_taken || is_opposite_taken).then_some(is_taken)
}

/// Each row: a selector and whether it takes `headers`.
#[track_caller]
fn table(headers: &[(&str, &str)], rows: &[(&str, Option<bool>)]) {
    for (selector, expected) in rows {
        assert_eq!(answer(selector, headers), *expected, "{selector}");
    }
}

const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);
const UNKNOWN: Option<bool> = None;
