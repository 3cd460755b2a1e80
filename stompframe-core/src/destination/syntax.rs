//! How destination patterns and templates are written.
//!
//! This file depends on nothing, and stands in two crates: the attributes read it to check at
//! compile time what the framework reads again at start-up. So there is one grammar.

use std::fmt;

/// One segment of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// `**`: any number of segments, none included.
    Deep,
    /// What one segment has to look like.
    Parts(Vec<Part>),
}

/// One piece of a segment's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Text that stands for itself.
    Literal(String),
    /// `?`: one character.
    One,
    /// `*`: any number of characters.
    Many,
    /// `{name}` or `{name:regex}`: at least one character, which are the variable's value.
    Variable {
        /// The name.
        name: String,
        /// What the value has to match.
        regex: Option<String>,
    },
}

impl Part {
    /// The name of a variable.
    pub(crate) fn variable(&self) -> Option<&str> {
        match self {
            Self::Variable { name, .. } => Some(name),
            _ => None,
        }
    }
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

/// Reads a mapping's pattern, such as `/rooms/{room}/members`.
///
/// It starts with `/` whatever the separator is: with `.`, the pattern `/red.{shade}` has two
/// segments.
pub(crate) fn parse_pattern(pattern: &str, separator: char) -> Result<Vec<Segment>, SyntaxError> {
    let Some(path) = pattern.strip_prefix('/') else {
        return error(format!(
            "a destination starts with `/`: write \"/{pattern}\""
        ));
    };
    if path.is_empty() {
        return error("a destination needs at least one segment, such as \"/chat\"");
    }
    let mut segments = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for text in split(path, separator) {
        if text.is_empty() {
            return error(format!(
                "\"{pattern}\" has an empty segment: remove the extra `{separator}`"
            ));
        }
        if text == "**" {
            segments.push(Segment::Deep);
            continue;
        }
        let parts = parse_parts(text)?;
        for name in parts.iter().filter_map(Part::variable) {
            if names.iter().any(|other| other == name) {
                return error(format!(
                    "variable `{name}` stands twice in \"{pattern}\": rename one"
                ));
            }
            names.push(name.to_owned());
        }
        if parts
            .windows(2)
            .any(|pair| pair.iter().all(|part| part.variable().is_some()))
        {
            return error(format!(
                "two variables touch in \"{text}\", so nobody can tell where the first one ends: put something \
                 between them"
            ));
        }
        segments.push(Segment::Parts(parts));
    }
    Ok(segments)
}

/// Reads a destination template, such as `/topic/rooms/{room}`: literals and placeholders.
pub(crate) fn parse_template(template: &str) -> Result<Vec<Part>, SyntaxError> {
    if !template.starts_with('/') {
        return error(format!(
            "a destination starts with `/`: write \"/{template}\""
        ));
    }
    let parts = parse_parts(template)?;
    for part in &parts {
        match part {
            Part::Literal(_) | Part::Variable { regex: None, .. } => {}
            Part::One | Part::Many => {
                return error(format!(
                    "\"{template}\" is where something goes: it cannot have wildcards"
                ));
            }
            Part::Variable { name, .. } => {
                return error(format!(
                    "\"{template}\" only names the variable: write `{{{name}}}`"
                ));
            }
        }
    }
    Ok(parts)
}

/// Splits at separators, but not within braces: a regex may hold anything.
fn split(path: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    path.split(move |letter| {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && letter == separator
    })
}

fn parse_parts(text: &str) -> Result<Vec<Part>, SyntaxError> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (part, end) = match first {
            '?' => (Part::One, 1),
            '*' => (Part::Many, 1),
            '}' => return error(format!("\"{text}\" has a `}}` without its `{{`")),
            '{' => {
                let Some(end) = closing_brace(rest) else {
                    return error(format!("\"{text}\" has a `{{` without its `}}`"));
                };
                (parse_variable(&rest[1..end], text)?, end + 1)
            }
            _ => {
                let end = rest.find(['{', '}', '?', '*']).unwrap_or(rest.len());
                (Part::Literal(rest[..end].to_owned()), end)
            }
        };
        parts.push(part);
        rest = &rest[end..];
    }
    Ok(parts)
}

/// Where the brace that opens the text is closed; a regex may have braces of its own.
pub(crate) fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    text.char_indices().find_map(|(position, letter)| {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(position)
    })
}

fn parse_variable(inner: &str, text: &str) -> Result<Part, SyntaxError> {
    let (name, regex) = match inner.split_once(':') {
        Some((name, regex)) => (name, Some(regex)),
        None => (inner, None),
    };
    if !is_name(name) {
        return error(format!(
            "`{{{inner}}}` in \"{text}\" is no variable: a name has letters, digits and `_`, as a parameter has"
        ));
    }
    if regex == Some("") {
        return error(format!(
            "`{{{inner}}}` in \"{text}\" has no regex behind its colon: remove the colon"
        ));
    }
    Ok(Part::Variable {
        name: name.to_owned(),
        regex: regex.map(str::to_owned),
    })
}

fn is_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
}
