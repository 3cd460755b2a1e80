//! Destinations: patterns that handlers are mapped to, and templates that replies are sent to.

mod containment;
mod index;
mod pattern;
mod placeholders;
mod prefixes;
mod segment;
mod syntax;
mod template;
mod variables;

pub(crate) use self::index::PatternIndex;
pub(crate) use self::pattern::{Captures, Pattern};
pub(crate) use self::placeholders::fill;
pub(crate) use self::prefixes::Prefixes;
pub(crate) use self::syntax::SyntaxError;
pub(crate) use self::template::Template;
pub(crate) use self::variables::{Captured, VariablesError, bad_variable};

/// How long a destination may be, in bytes.
pub(crate) const MAX_LENGTH: usize = 255;

/// How many segments a destination may have.
pub(crate) const MAX_SEGMENTS: usize = 32;

/// Whether a client may use this text as a destination at all: 1 to 255 bytes, no control
/// characters, at most 32 segments. What it means is for others to say; to the protocol it is
/// opaque (STOMP 1.2, SEND).
pub(crate) fn is_well_formed(destination: &str) -> bool {
    if !(1..=MAX_LENGTH).contains(&destination.len()) {
        return false;
    }
    // In one go, as every SEND has one. What is not printable ASCII is rare, and looked at once more.
    let (mut slashes, mut is_printable) = (0, true);
    for byte in destination.bytes() {
        slashes += u8::from(byte == b'/');
        is_printable &= matches!(byte, b' '..=b'~');
    }
    usize::from(slashes) <= MAX_SEGMENTS
        && (is_printable || !destination.chars().any(char::is_control))
}

/// Whether a subscription to this destination asks for more than one (Spring's
/// `PathMatcher.isPattern`).
pub(crate) fn is_wildcard(destination: &str) -> bool {
    destination.contains(['*', '?'])
        || destination
            .find('{')
            .is_some_and(|open| destination[open..].contains('}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_has_bounds() {
        let longest = "x".repeat(MAX_LENGTH);
        for good in [
            "/topic/a",
            "anything goes",
            "/ü",
            longest.as_str(),
            &"/x".repeat(MAX_SEGMENTS),
        ] {
            assert!(is_well_formed(good), "{good}");
        }
        for bad in [
            "",
            "/a\n",
            "/a\0",
            "/\u{1b}[m",
            &"x".repeat(MAX_LENGTH + 1),
            &"/".repeat(MAX_SEGMENTS + 1),
        ] {
            assert!(!is_well_formed(bad), "{bad:?}");
        }
    }

    #[test]
    fn a_wildcard_is_what_spring_takes_for_one() {
        for wildcard in ["/topic/*", "/topic/**", "/topic/a?", "/topic/{x}"] {
            assert!(is_wildcard(wildcard), "{wildcard}");
        }
        for exact in ["/topic/a", "/topic/}{", "/topic/{"] {
            assert!(!is_wildcard(exact), "{exact}");
        }
    }
}
