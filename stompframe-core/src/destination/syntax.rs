//! How destination patterns and templates are written.
//!
//! This file depends on nothing, and stands in two crates: the attributes read it to check at
//! compile time what the framework reads again at start-up. So there is one grammar.

use std::fmt;

/// One piece of a segment's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Text that stands for itself.
    Literal(String),
    /// `{name}`.
    Variable(String),
}

/// What is wrong with a pattern or template, as a sentence that says the fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SyntaxError(pub(crate) String);

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SyntaxError {}

fn error<T>(sentence: impl Into<String>) -> Result<T, SyntaxError> {
    Err(SyntaxError(sentence.into()))
}

/// Reads a mapping's pattern, such as `/rooms/{room}/members`: a list of segments, each a list of
/// parts.
///
/// A segment may hold one variable, alone or between literals (`room.{id}`).
pub(crate) fn parse_pattern(pattern: &str) -> Result<Vec<Vec<Part>>, SyntaxError> {
    let Some(path) = pattern.strip_prefix('/') else {
        return error(format!(
            "a destination starts with `/`: write \"/{pattern}\""
        ));
    };
    if path.is_empty() {
        return error("a destination needs at least one segment, such as \"/chat\"");
    }
    let mut names = Vec::new();
    let mut segments = Vec::new();
    for segment in path.split('/') {
        if segment.is_empty() {
            return error(format!(
                "\"{pattern}\" has an empty segment: remove the extra `/`"
            ));
        }
        let parts = parse_parts(segment)?;
        let mut variables = 0;
        for part in &parts {
            match part {
                Part::Literal(text) if text.contains(['*', '?']) => {
                    return error(format!(
                        "`*` and `?` do not stand for anything in \"{pattern}\": name the part, as in `{{name}}`"
                    ));
                }
                Part::Literal(_) => {}
                Part::Variable(name) => {
                    variables += 1;
                    if names.contains(name) {
                        return error(format!(
                            "variable `{name}` stands twice in \"{pattern}\": rename one"
                        ));
                    }
                    names.push(name.clone());
                }
            }
        }
        if variables > 1 {
            return error(format!(
                "segment \"{segment}\" has {variables} variables: put a `/` between them"
            ));
        }
        segments.push(parts);
    }
    Ok(segments)
}

/// Reads a destination template, such as `/topic/rooms/{room}`: literals and placeholders.
pub(crate) fn parse_template(template: &str) -> Result<Vec<Part>, SyntaxError> {
    if template.is_empty() {
        return error("a destination must not be empty: write one such as \"/topic/chat\"");
    }
    parse_parts(template)
}

fn parse_parts(text: &str) -> Result<Vec<Part>, SyntaxError> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let literal = rest.find(['{', '}']).unwrap_or(rest.len());
        if literal > 0 {
            parts.push(Part::Literal(rest[..literal].to_owned()));
            rest = &rest[literal..];
            continue;
        }
        if rest.starts_with('}') {
            return error(format!("\"{text}\" has a `}}` without its `{{`"));
        }
        let Some(end) = rest.find('}') else {
            return error(format!("\"{text}\" has a `{{` without its `}}`"));
        };
        let name = &rest[1..end];
        if !is_name(name) {
            return error(format!(
                "`{{{name}}}` in \"{text}\" is no variable: a name has letters, digits and `_`, as a parameter has"
            ));
        }
        parts.push(Part::Variable(name.to_owned()));
        rest = &rest[end + 1..];
    }
    Ok(parts)
}

fn is_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
}
