//! A selector and a message.
//!
//! Input: the selector, and the names and values of headers in turn.

use std::cell::Cell;

use stompframe_core::broker::{Selector, SelectorError, SelectorErrorKind};
use stompframe_core::stomp::Headers;

use super::SEPARATOR;

/// Runs one input.
pub(crate) fn run(data: &[u8]) {
    let mut fields = data
        .split(|octet| *octet == SEPARATOR)
        .map(|field| String::from_utf8_lossy(field).into_owned());
    let text = fields.next().unwrap_or_default();
    let mut headers = Headers::new();
    while let (Some(name), Some(value)) = (fields.next(), fields.next()) {
        headers.push(name, value);
    }

    match Selector::parse(&text) {
        Ok(selector) => {
            assert!(text.len() <= Selector::MAX_LENGTH);
            assert_bounded(&selector);
            assert_written(&selector, &headers);
            assert_opposite(&text, selector.matches(&headers), &headers);
        }
        Err(error) => assert_speakable(&text, &error),
    }
}

/// The text of an error goes into an ERROR frame, whatever the selector was.
fn assert_speakable(text: &str, error: &SelectorError) {
    assert!((1..=text.chars().count() + 1).contains(&error.position()));
    let told = error.to_string();
    let is_plain = |octet: u8| matches!(octet, b' '..=b'~') && !matches!(octet, b':' | b'\\');
    assert!(told.bytes().all(is_plain), "{told}");
}

/// No header is asked for more often than the selector has nodes.
fn assert_bounded(selector: &Selector) {
    let looks = Cell::new(0);
    let _ = selector.matches_with(|_| {
        looks.set(looks.get() + 1);
        Some("5")
    });
    assert!(looks.get() <= Selector::MAX_NODES);
}

/// What is written back reads the same.
fn assert_written(selector: &Selector, headers: &Headers) {
    let written = selector.to_string();
    match Selector::parse(&written) {
        Ok(again) => {
            assert_eq!(again, *selector);
            assert_eq!(again.matches(headers), selector.matches(headers));
        }
        // Blanks make it longer.
        Err(error) => {
            let is_longer = matches!(error.kind(), SelectorErrorKind::TooLong { .. });
            assert!(is_longer, "{written}: {error}");
        }
    }
}

/// A message is never selected by a selector and its opposite.
fn assert_opposite(text: &str, is_selected: bool, headers: &Headers) {
    if let Ok(opposite) = Selector::parse(&format!("NOT ({text})")) {
        assert!(!(is_selected && opposite.matches(headers)));
    }
}
