//! Patterns of `LIKE`.

use std::fmt;

use super::error::SelectorErrorKind;
use super::print::quoted;

/// A pattern, cut at each `%`.
///
/// Its middle parts are looked for one after the other, each where it first occurs behind the one
/// before. That finds a match if there is one, so nothing is ever tried again: the work is at most
/// the length of the text times that of the longest part.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pattern {
    written: Box<str>,
    escape: Option<char>,
    start: Part,
    middle: Box<[Part]>,
    /// `None`: there is no `%`, so the start is all.
    end: Option<Part>,
}

/// What stands between two `%`.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    Literal(Box<str>),
    /// `None` is a `_`.
    Holes(Box<[Option<char>]>),
}

impl Pattern {
    /// Reads a pattern in which `escape` makes the character behind it stand for itself.
    pub(super) fn parse(pattern: &str, escape: Option<char>) -> Result<Self, SelectorErrorKind> {
        let mut parts = Vec::new();
        let mut part = Vec::new();
        let mut chars = pattern.chars();
        while let Some(c) = chars.next() {
            match c {
                _ if Some(c) == escape => match chars.next() {
                    Some(c) if matches!(c, '%' | '_') || Some(c) == escape => part.push(Some(c)),
                    _ => return Err(SelectorErrorKind::DanglingEscape),
                },
                '%' => parts.push(Part::new(std::mem::take(&mut part))),
                '_' => part.push(None),
                _ => part.push(Some(c)),
            }
        }
        let last = Part::new(part);
        let (start, end) = if parts.is_empty() {
            (last, None)
        } else {
            (parts.remove(0), Some(last))
        };
        parts.retain(|part| !part.is_empty());
        Ok(Self {
            written: pattern.into(),
            escape,
            start,
            middle: parts.into(),
            end,
        })
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        let Some(rest) = self.start.strip_from_start(text) else {
            return false;
        };
        let Some(end) = &self.end else {
            return rest.is_empty();
        };
        // The end first, or a middle part could take what the end needs.
        let Some(between) = end.strip_from_end(rest) else {
            return false;
        };
        self.middle
            .iter()
            .try_fold(between, |rest, part| part.find(rest))
            .is_some()
    }
}

impl Part {
    fn new(chars: Vec<Option<char>>) -> Self {
        match chars.iter().copied().collect::<Option<String>>() {
            Some(literal) => Self::Literal(literal.into()),
            None => Self::Holes(chars.into()),
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Literal(literal) if literal.is_empty())
    }

    /// Returns what is left of a text that starts with this part.
    fn strip_from_start<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Literal(literal) => text.strip_prefix(&**literal),
            Self::Holes(holes) => {
                let mut rest = text.chars();
                let fits = holes.iter().all(|hole| fits(*hole, rest.next()));
                fits.then_some(rest.as_str())
            }
        }
    }

    fn strip_from_end<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Literal(literal) => text.strip_suffix(&**literal),
            Self::Holes(holes) => {
                let mut rest = text.chars();
                let fits = holes.iter().rev().all(|hole| fits(*hole, rest.next_back()));
                fits.then_some(rest.as_str())
            }
        }
    }

    /// Returns what comes behind the first occurrence.
    fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Literal(literal) => text.split_once(&**literal).map(|(_, rest)| rest),
            Self::Holes(_) => text
                .char_indices()
                .find_map(|(at, _)| self.strip_from_start(&text[at..])),
        }
    }
}

fn fits(hole: Option<char>, c: Option<char>) -> bool {
    c.is_some_and(|c| hole.is_none_or(|wanted| wanted == c))
}

/// Writes the pattern as it was read, with its `ESCAPE`.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&quoted(&self.written, '\''))?;
        match self.escape {
            None => Ok(()),
            Some(escape) => write!(
                f,
                " ESCAPE {}",
                quoted(escape.encode_utf8(&mut [0; 4]), '\'')
            ),
        }
    }
}
