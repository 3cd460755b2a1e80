//! Patterns and templates as far as they can be read before there is a value for each placeholder.

use crate::placeholders::fill;
use crate::syntax::{Part, Segment, SyntaxError, parse_pattern, parse_template};

/// Reads a pattern. The separator is the builder's to say; what can be checked here does not depend
/// on it.
pub(crate) fn read_pattern(pattern: &str) -> Result<Vec<Segment>, SyntaxError> {
    parse_pattern(&stand_in(pattern)?, '/')
}

/// Reads a template of a destination.
pub(crate) fn read_template(template: &str) -> Result<Vec<Part>, SyntaxError> {
    parse_template(&stand_in(template)?)
}

/// Puts defaults into the places of placeholders, and where there is none, a text that could be a
/// value. `build()` reads it again with the real ones.
fn stand_in(text: &str) -> Result<String, SyntaxError> {
    let value = |_: &str| None;
    fill(text, &value, &mut |name, begins| {
        let slash = if begins { "/" } else { "" };
        format!("{slash}$({name})")
    })
}
