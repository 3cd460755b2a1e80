//! Patterns of `LIKE`.

use std::fmt;

use super::error::SelectorErrorKind;
use super::print::quoted;

/// A pattern, cut at each `%`.
///
/// Its middle parts are looked for one after the other, each where it first occurs behind the one
/// before. That finds a match if there is one, so nothing is ever tried again: to match is one pass
/// over the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pattern {
    written: Box<str>,
    escape: Option<char>,
    start: Chars,
    middle: Box<[Part]>,
    /// `None`: there is no `%`, so the start is all.
    end: Option<Chars>,
}

/// Characters of a pattern; `None` is a `_`.
type Chars = Box<[Option<char>]>;

/// What stands between two `%`.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    Literal(Box<str>),
    Holes(Masks),
}

/// A part with a `_`, for looking at all places at which it could have begun at once: bit `i` of a
/// mask stands for its character `i`.
#[derive(Clone, Debug, PartialEq)]
struct Masks {
    /// Where each character may stand, in the order of characters.
    of: Box<[(char, u64)]>,
    /// Where any other may stand: the `_`.
    of_others: u64,
    last: u64,
}

impl Pattern {
    /// Reads a pattern in which `escape` makes the character behind it stand for itself.
    pub(super) fn parse(pattern: &str, escape: Option<char>) -> Result<Self, SelectorErrorKind> {
        let mut parts: Vec<Vec<Option<char>>> = Vec::new();
        let mut part = Vec::new();
        let mut chars = pattern.chars();
        while let Some(c) = chars.next() {
            match c {
                _ if Some(c) == escape => match chars.next() {
                    Some(c) if matches!(c, '%' | '_') || Some(c) == escape => part.push(Some(c)),
                    _ => return Err(SelectorErrorKind::DanglingEscape),
                },
                '%' => parts.push(std::mem::take(&mut part)),
                '_' => part.push(None),
                _ => part.push(Some(c)),
            }
        }
        let (start, end) = if parts.is_empty() {
            (part, None)
        } else {
            (parts.remove(0), Some(part.into()))
        };
        let middle = parts.iter().filter(|part| !part.is_empty());
        let middle: Result<_, _> = middle.map(|part| Part::new(part)).collect();
        Ok(Self {
            written: pattern.into(),
            escape,
            start: start.into(),
            middle: middle?,
            end,
        })
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        let mut rest = text.chars();
        if !self.start.iter().all(|it| fits(*it, rest.next())) {
            return false;
        }
        let Some(end) = &self.end else {
            return rest.as_str().is_empty();
        };
        // The end first, or a middle part could take what the end needs.
        if !end.iter().rev().all(|it| fits(*it, rest.next_back())) {
            return false;
        }
        self.middle
            .iter()
            .try_fold(rest.as_str(), |rest, part| part.find(rest))
            .is_some()
    }
}

fn fits(wanted: Option<char>, c: Option<char>) -> bool {
    c.is_some_and(|c| wanted.is_none_or(|wanted| wanted == c))
}

impl Part {
    fn new(chars: &[Option<char>]) -> Result<Self, SelectorErrorKind> {
        match chars.iter().copied().collect::<Option<String>>() {
            Some(literal) => Ok(Self::Literal(literal.into())),
            None => Masks::new(chars).map(Self::Holes),
        }
    }

    /// Returns what comes behind the first occurrence.
    fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Literal(literal) => text.split_once(&**literal).map(|(_, rest)| rest),
            Self::Holes(masks) => masks.find(text),
        }
    }
}

impl Masks {
    fn new(chars: &[Option<char>]) -> Result<Self, SelectorErrorKind> {
        let limit = 64;
        if chars.len() > limit {
            return Err(SelectorErrorKind::PatternTooLong { limit });
        }
        let mask_of = |wanted: &dyn Fn(Option<char>) -> bool| {
            let bits = chars.iter().enumerate();
            bits.filter(|(_, it)| wanted(**it))
                .fold(0, |mask, (bit, _)| mask | 1 << bit)
        };
        let mut literals: Vec<char> = chars.iter().flatten().copied().collect();
        literals.sort_unstable();
        literals.dedup();
        let of = literals
            .into_iter()
            .map(|c| (c, mask_of(&|it| fits(it, Some(c)))));
        Ok(Self {
            of: of.collect(),
            of_others: mask_of(&|it| it.is_none()),
            last: 1 << (chars.len() - 1),
        })
    }

    fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        // Bit `i` is set if the last `i + 1` characters are the first ones of the part.
        let mut begun: u64 = 0;
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            let mask = match self.of.binary_search_by_key(&c, |(c, _)| *c) {
                Ok(at) => self.of[at].1,
                Err(_) => self.of_others,
            };
            begun = (begun << 1 | 1) & mask;
            if begun & self.last != 0 {
                return Some(rest.as_str());
            }
        }
        None
    }
}

/// Writes the pattern as it was read, with its `ESCAPE`.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&quoted(&self.written, '\''))?;
        match self.escape {
            None => Ok(()),
            Some(escape) => {
                let escape = quoted(escape.encode_utf8(&mut [0; 4]), '\'');
                write!(f, " ESCAPE {escape}")
            }
        }
    }
}
