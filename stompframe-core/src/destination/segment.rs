use std::ops::Range;

use regex_lite::Regex;

use super::Captures;
use super::syntax::{Part, SyntaxError};

/// One segment of a pattern, ready to be matched.
#[derive(Clone, Debug)]
pub(super) enum Matcher {
    /// This text.
    Literal(String),
    /// One wildcard or variable, between texts that may be empty.
    Around {
        before: String,
        after: String,
        is_variable: bool,
    },
    /// Anything more involved, between texts that may be empty; and how many bytes there are at
    /// least.
    Regex {
        regex: Regex,
        before: String,
        after: String,
        least: usize,
    },
}

impl Matcher {
    pub(super) fn new(parts: &[Part]) -> Result<Self, SyntaxError> {
        let text = |part: &Part| match part {
            Part::Literal(text) => Some(text.clone()),
            _ => None,
        };
        let simple = |part: &Part| matches!(part, Part::Many | Part::Variable { regex: None, .. });
        let is_variable = |part: &Part| part.variable().is_some();
        let around = |before, part: &Part, after| Self::Around {
            before,
            after,
            is_variable: is_variable(part),
        };
        match parts {
            [Part::Literal(text)] => return Ok(Self::Literal(text.clone())),
            [part] if simple(part) => return Ok(around(String::new(), part, String::new())),
            [Part::Literal(before), part] if simple(part) => {
                return Ok(around(before.clone(), part, String::new()));
            }
            [part, Part::Literal(after)] if simple(part) => {
                return Ok(around(String::new(), part, after.clone()));
            }
            [Part::Literal(before), part, Part::Literal(after)] if simple(part) => {
                return Ok(around(before.clone(), part, after.clone()));
            }
            _ => {}
        }
        let variables = parts.iter().filter(|part| is_variable(part)).count();
        let pattern: String = parts
            .iter()
            .map(|part| match part {
                Part::Literal(_) => regex_lite::escape(&text(part).unwrap_or_default()),
                Part::One => ".".to_owned(),
                Part::Many => ".*".to_owned(),
                Part::Variable { regex: None, .. } => "(.+)".to_owned(),
                Part::Variable {
                    regex: Some(regex), ..
                } => format!("((?:{regex}))"),
            })
            .collect();
        let regex = Regex::new(&format!("^(?s:{pattern})$")).map_err(|error| {
            SyntaxError(format!("a regex in a destination cannot be read: {error}"))
        })?;
        if regex.captures_len() != variables + 1 {
            return Err(SyntaxError(
                "a regex in a destination cannot capture: write `(?:...)`".to_owned(),
            ));
        }
        let end = |part: Option<&Part>| part.and_then(text).unwrap_or_default();
        let length = |part: &Part| match part {
            Part::Literal(text) => text.len(),
            Part::One | Part::Variable { regex: None, .. } => 1,
            Part::Many | Part::Variable { regex: Some(_), .. } => 0,
        };
        Ok(Self::Regex {
            regex,
            before: end(parts.first()),
            after: end(parts.last()),
            least: parts.iter().map(length).sum(),
        })
    }

    /// Whether it matches a segment that starts at `start` of the path; what it captures is added.
    pub(super) fn matches(&self, text: &str, start: usize, captures: &mut Captures) -> bool {
        match self {
            Self::Literal(literal) => text == literal,
            Self::Around {
                before,
                after,
                is_variable,
            } => {
                let between = text
                    .strip_prefix(before.as_str())
                    .and_then(|text| text.strip_suffix(after.as_str()));
                match between {
                    Some("") if *is_variable => false,
                    Some(value) => {
                        if *is_variable {
                            let from = start + before.len();
                            captures.push(from..from + value.len());
                        }
                        true
                    }
                    None => false,
                }
            }
            Self::Regex { regex, .. } => {
                let Some(found) = regex.captures(text) else {
                    return false;
                };
                let values = found.iter().skip(1).flatten();
                captures.extend(values.map(|value| shift(value.range(), start)));
                true
            }
        }
    }

    /// How much it leaves open: nothing, a variable with a condition, any value, anything.
    pub(super) fn rank(parts: &[Part]) -> u8 {
        parts
            .iter()
            .map(|part| match part {
                Part::Literal(_) => 0,
                Part::One => 1,
                Part::Variable { regex: Some(_), .. } => 2,
                Part::Variable { regex: None, .. } => 3,
                Part::Many => 4,
            })
            .max()
            .unwrap_or_default()
    }
}

fn shift(range: Range<usize>, by: usize) -> Range<usize> {
    range.start + by..range.end + by
}
