use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;

use smallvec::SmallVec;

use super::syntax::{Part, SyntaxError, parse_pattern};

/// What a handler is mapped to: literal segments and variables, as in `/rooms/{room}`.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    source: String,
    segments: Vec<Segment>,
    variables: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Literal(String),
    /// One variable, between literals that may be empty.
    Variable {
        before: String,
        after: String,
    },
}

/// Where in the matched path the variables stand, in the order of the pattern.
pub(crate) type Captures = SmallVec<[Range<usize>; 4]>;

impl Pattern {
    pub(crate) fn parse(source: &str) -> Result<Self, SyntaxError> {
        let mut variables = Vec::new();
        let segments = parse_pattern(source)?
            .into_iter()
            .map(|parts| {
                let mut before = String::new();
                let mut after = String::new();
                let mut variable = false;
                for part in parts {
                    match part {
                        Part::Variable(name) => {
                            variable = true;
                            variables.push(name);
                        }
                        Part::Literal(text) if variable => after = text,
                        Part::Literal(text) => before = text,
                    }
                }
                if variable {
                    Segment::Variable { before, after }
                } else {
                    Segment::Literal(before)
                }
            })
            .collect();
        Ok(Self {
            source: source.to_owned(),
            segments,
            variables,
        })
    }

    pub(crate) fn variables(&self) -> &[String] {
        &self.variables
    }

    /// The path that this pattern matches, if it has no variables and matches just one.
    pub(crate) fn exact(&self) -> Option<&str> {
        self.variables.is_empty().then_some(self.source.as_str())
    }

    /// Whether it matches a path, and where the variables are. A variable stands for at least one
    /// character.
    pub(crate) fn matches(&self, path: &str) -> Option<Captures> {
        let mut captures = Captures::new();
        let mut start = path.strip_prefix('/').map(|_| 1)?;
        let mut texts = path[1..].split('/');
        for segment in &self.segments {
            let text = texts.next()?;
            match segment {
                Segment::Literal(literal) => {
                    if text != literal {
                        return None;
                    }
                }
                Segment::Variable { before, after } => {
                    let value = text
                        .strip_prefix(before.as_str())?
                        .strip_suffix(after.as_str())?;
                    if value.is_empty() {
                        return None;
                    }
                    let from = start + before.len();
                    captures.push(from..from + value.len());
                }
            }
            start += text.len() + 1;
        }
        texts.next().is_none().then_some(captures)
    }

    /// The more specific pattern first: at the first segment that differs, a literal comes before a
    /// variable, and more literal text around a variable before less. Patterns that compare equal
    /// match the same paths.
    pub(crate) fn by_specificity(&self, other: &Self) -> Ordering {
        let rank = |segment: &Segment| match segment {
            Segment::Literal(text) => (0, std::cmp::Reverse(0), text.clone(), String::new()),
            Segment::Variable { before, after } => (
                1,
                std::cmp::Reverse(before.len() + after.len()),
                before.clone(),
                after.clone(),
            ),
        };
        self.segments
            .len()
            .cmp(&other.segments.len())
            .then_with(|| {
                self.segments
                    .iter()
                    .map(rank)
                    .cmp(other.segments.iter().map(rank))
            })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captured<'p>(pattern: &str, path: &'p str) -> Option<Vec<&'p str>> {
        let captures = Pattern::parse(pattern).unwrap().matches(path)?;
        Some(captures.into_iter().map(|range| &path[range]).collect())
    }

    #[test]
    fn variables_take_one_segment_or_part_of_one() {
        assert_eq!(captured("/a", "/a"), Some(vec![]));
        assert_eq!(captured("/rooms/{room}", "/rooms/7"), Some(vec!["7"]));
        assert_eq!(captured("/{a}/x/{b}", "/안/x/녕"), Some(vec!["안", "녕"]));
        assert_eq!(captured("/room.{id}.json", "/room.7.json"), Some(vec!["7"]));
        for path in [
            "",
            "/",
            "/rooms",
            "/rooms/",
            "/rooms/7/",
            "/rooms/7/x",
            "rooms/7",
            "/Rooms/7",
        ] {
            assert_eq!(captured("/rooms/{room}", path), None, "{path}");
        }
        for path in ["/room..json", "/room.json", "/room.7.jso"] {
            assert_eq!(captured("/room.{id}.json", path), None, "{path}");
        }
    }

    #[test]
    fn the_more_specific_pattern_comes_first() {
        let order = ["/a/b", "/a/x.{v}", "/a/{v}", "/{v}/b", "/{v}/{w}"];
        for pair in order.windows(2) {
            let (first, second) = (
                Pattern::parse(pair[0]).unwrap(),
                Pattern::parse(pair[1]).unwrap(),
            );
            assert_eq!(first.by_specificity(&second), Ordering::Less, "{pair:?}");
        }
        let (one, same) = (
            Pattern::parse("/a/{v}").unwrap(),
            Pattern::parse("/a/{w}").unwrap(),
        );
        assert_eq!(one.by_specificity(&same), Ordering::Equal);
    }

    #[test]
    fn what_is_no_pattern_says_how_to_write_one() {
        for (pattern, word) in [
            ("chat", "starts with `/`"),
            ("/", "at least one segment"),
            ("/a//b", "empty segment"),
            ("/a/", "empty segment"),
            ("/{a", "without its `}`"),
            ("/a}", "without its `{`"),
            ("/{}", "is no variable"),
            ("/{a b}", "is no variable"),
            ("/{a}/{a}", "stands twice"),
            ("/{a}{b}", "put a `/` between"),
            ("/*", "do not stand for anything"),
        ] {
            let error = Pattern::parse(pattern).unwrap_err().to_string();
            assert!(error.contains(word), "{pattern}: {error}");
        }
    }
}
