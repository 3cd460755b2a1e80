use std::cmp::{Ordering, Reverse};
use std::fmt;
use std::ops::Range;

use smallvec::SmallVec;

use super::segment::Matcher;
use super::syntax::{Part, Segment, SyntaxError, parse_pattern};

/// What a handler is mapped to, as in `/rooms/{room}`: Ant-style, as Spring's `AntPathMatcher`.
///
/// `?` is one character, `*` any number of characters within a segment, `**` any number of
/// segments, `{name}` and `{name:regex}` are variables.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    source: String,
    separator: char,
    segments: Vec<Option<Matcher>>,
    variables: Vec<String>,
    specificity: Specificity,
}

/// Where in the matched path the variables stand, in the order of the pattern.
pub(crate) type Captures = SmallVec<[Range<usize>; 4]>;

/// How specific a pattern is; less is more specific.
///
/// As in Spring: first those without `**`, by fewer wildcards and variables and then by length; then
/// those with it, by length first. Where Spring gives up ("ambiguous"), the segments decide, from
/// left to right: text, then text with `?`, a variable with a regex, a variable, `*`, `**`; and then
/// the text itself.
type Specificity = (bool, [Reverse<usize>; 2], Vec<(u8, Reverse<usize>, String)>);

impl Pattern {
    pub(crate) fn parse(source: &str, separator: char) -> Result<Self, SyntaxError> {
        let parsed = parse_pattern(source, separator)?;
        let matcher = |segment: &Segment| match segment {
            Segment::Deep => Ok(None),
            Segment::Parts(parts) => Matcher::new(parts).map(Some),
        };
        let variables = parsed
            .iter()
            .flat_map(parts)
            .filter_map(Part::variable)
            .map(str::to_owned);
        Ok(Self {
            source: source.to_owned(),
            separator,
            segments: parsed.iter().map(matcher).collect::<Result<_, _>>()?,
            variables: variables.collect(),
            specificity: specificity(&parsed),
        })
    }

    pub(crate) fn variables(&self) -> &[String] {
        &self.variables
    }

    /// Its segments: how each is written, and what it matches; none is `**`. For patterns without a
    /// regex, which may hold separators of its own.
    pub(super) fn segments(&self) -> impl Iterator<Item = (&str, Option<&Matcher>)> {
        self.source[1..]
            .split(self.separator)
            .zip(self.segments.iter().map(Option::as_ref))
    }

    pub(super) fn matchers(&self) -> &[Option<Matcher>] {
        &self.segments
    }

    /// The path that this pattern matches, if it matches just one.
    pub(crate) fn exact(&self) -> Option<&str> {
        let literal = |segment: &Option<Matcher>| matches!(segment, Some(Matcher::Literal(_)));
        self.segments
            .iter()
            .all(literal)
            .then_some(self.source.as_str())
    }

    /// Whether it matches a path, and where the variables are.
    ///
    /// The work is bounded by segments times segments: each `**` only ever takes one more segment
    /// than before, and an earlier one is not tried again once a later one was reached.
    pub(crate) fn matches(&self, path: &str) -> Option<Captures> {
        let mut rest = 1;
        let texts: SmallVec<[(usize, &str); 8]> = path
            .strip_prefix('/')?
            .split(self.separator)
            .map(|text| {
                let start = rest;
                rest += text.len() + self.separator.len_utf8();
                (start, text)
            })
            .collect();
        let mut captures = Captures::new();
        let (mut segment, mut text) = (0, 0);
        // Where the last `**` stands, how many texts it has taken, and what was captured before.
        let mut deep: Option<(usize, usize, usize)> = None;
        loop {
            match self.segments.get(segment) {
                Some(None) => {
                    deep = Some((segment, text, captures.len()));
                    segment += 1;
                    continue;
                }
                Some(Some(matcher)) => {
                    if let Some((start, here)) = texts.get(text)
                        && matcher.matches(here, *start, &mut captures)
                    {
                        segment += 1;
                        text += 1;
                        continue;
                    }
                }
                None if text == texts.len() => return Some(captures),
                None => {}
            }
            let (at, taken, captured) = deep?;
            if taken >= texts.len() {
                return None;
            }
            deep = Some((at, taken + 1, captured));
            captures.truncate(captured);
            (segment, text) = (at + 1, taken + 1);
        }
    }

    /// The more specific pattern first. Patterns that compare equal match the same paths.
    pub(crate) fn by_specificity(&self, other: &Self) -> Ordering {
        self.specificity.cmp(&other.specificity)
    }
}

pub(super) fn parts(segment: &Segment) -> &[Part] {
    match segment {
        Segment::Deep => &[],
        Segment::Parts(parts) => parts,
    }
}

fn specificity(segments: &[Segment]) -> Specificity {
    let deep = segments
        .iter()
        .filter(|segment| **segment == Segment::Deep)
        .count();
    let open = |part: &&Part| !matches!(part, Part::Literal(_) | Part::One);
    let wildcards = segments.iter().flat_map(parts).filter(open).count() + 2 * deep;
    // A variable counts as one character, so that its name does not matter.
    let text = |parts: &[Part]| -> String {
        let text = |part: &Part| match part {
            Part::Literal(text) => text.clone(),
            Part::One => "?".to_owned(),
            Part::Many => "*".to_owned(),
            Part::Variable { regex, .. } => format!("{{{}}}", regex.as_deref().unwrap_or_default()),
        };
        parts.iter().map(text).collect()
    };
    let literal_length = |parts: &[Part]| -> usize {
        let length = |part: &Part| match part {
            Part::Literal(text) => text.len(),
            _ => 1,
        };
        parts.iter().map(length).sum()
    };
    let length: usize = segments
        .iter()
        .map(|segment| literal_length(parts(segment)) + 1)
        .sum();
    let closed = usize::MAX - wildcards;
    let order = if deep > 0 {
        [length, closed]
    } else {
        [closed, length]
    };
    let by_segment = segments.iter().map(|segment| match segment {
        Segment::Deep => (u8::MAX, Reverse(0), String::new()),
        Segment::Parts(parts) => (
            Matcher::rank(parts),
            Reverse(literal_length(parts)),
            text(parts),
        ),
    });
    (deep > 0, order.map(Reverse), by_segment.collect())
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn captured<'p>(pattern: &str, path: &'p str) -> Option<Vec<&'p str>> {
        let captures = Pattern::parse(pattern, '/').unwrap().matches(path)?;
        Some(captures.into_iter().map(|range| &path[range]).collect())
    }

    #[test]
    fn variables_take_one_segment_or_part_of_one() {
        assert_eq!(captured("/a", "/a"), Some(vec![]));
        assert_eq!(captured("/rooms/{room}", "/rooms/7"), Some(vec!["7"]));
        assert_eq!(captured("/{a}/x/{b}", "/안/x/녕"), Some(vec!["안", "녕"]));
        assert_eq!(captured("/room.{id}.json", "/room.7.json"), Some(vec!["7"]));
        assert_eq!(captured("/{a}-{b}", "/x-y-z"), Some(vec!["x-y", "z"]));
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
    fn wildcards_are_those_of_ant() {
        for (pattern, matches, does_not) in [
            ("/a?c", vec!["/abc", "/aüc"], vec!["/ac", "/abbc", "/a/c"]),
            ("/a*", vec!["/a", "/abc"], vec!["/ba", "/a/b"]),
            ("/*/b", vec!["/a/b", "//b"], vec!["/b", "/a/a/b"]),
            ("/**", vec!["/", "/a", "/a/b/c"], vec!["a"]),
            ("/a/**", vec!["/a", "/a/b", "/a/b/c"], vec!["/b", "/ab"]),
            ("/**/z", vec!["/z", "/a/z", "/a/b/z"], vec!["/a/z/b", "/az"]),
            (
                "/a/**/b/**/c",
                vec!["/a/b/c", "/a/x/b/y/y/c", "/a/b/b/c"],
                vec!["/a/c", "/a/b", "/a/c/b"],
            ),
            (
                "/{id:[0-9]{2,3}}",
                vec!["/12", "/123"],
                vec!["/1", "/1234", "/ab"],
            ),
            ("/{path:a/b}", vec![], vec!["/a/b"]),
        ] {
            for path in matches {
                assert!(captured(pattern, path).is_some(), "{pattern} {path}");
            }
            for path in does_not {
                assert!(captured(pattern, path).is_none(), "{pattern} {path}");
            }
        }
        assert_eq!(captured("/**/{last}", "/a/b/c"), Some(vec!["c"]));
        assert_eq!(
            captured("/{first}/**/{id:\\d+}.x", "/a/b/7.x"),
            Some(vec!["a", "7"])
        );
    }

    #[test]
    fn another_separator_makes_other_segments() {
        let pattern = Pattern::parse("/red.{shade}", '.').unwrap();
        assert!(pattern.matches("/red.dark").is_some());
        assert!(pattern.matches("/red.dark.blue").is_none());
        assert!(
            pattern.matches("/red.a/b").is_some(),
            "a slash is text, then"
        );
    }

    #[test]
    fn the_more_specific_pattern_comes_first() {
        let order = [
            "/a/bcd",
            "/a/b?d",
            "/a/{v:x+}",
            "/a/{v}",
            "/a/*",
            "/{v}/b",
            "/{v}/{w}",
            "/{v}/*",
            "/*/*",
            "/a/{v}/**",
            "/aa/**",
            "/a/**",
            "/**",
        ];
        for pair in order.windows(2) {
            let [first, second] = [pair[0], pair[1]].map(|text| Pattern::parse(text, '/').unwrap());
            assert_eq!(first.by_specificity(&second), Ordering::Less, "{pair:?}");
        }
        let [one, same] = ["/a/{v}", "/a/{w}"].map(|text| Pattern::parse(text, '/').unwrap());
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
            ("/{a:}", "remove the colon"),
            ("/{a}/{a}", "stands twice"),
            ("/{a}{b}", "between them"),
            ("/{a:(}", "cannot be read"),
            ("/{a:(b)}", "cannot capture"),
        ] {
            let error = Pattern::parse(pattern, '/').unwrap_err().to_string();
            assert!(error.contains(word), "{pattern}: {error}");
        }
    }

    /// Slow and plain: what a pattern means, said by recursion.
    fn oracle(pattern: &[&str], path: &[&str]) -> bool {
        match pattern.split_first() {
            None => path.is_empty(),
            Some((&"**", rest)) => (0..=path.len()).any(|taken| oracle(rest, &path[taken..])),
            Some((first, rest)) => {
                let Some((text, others)) = path.split_first() else {
                    return false;
                };
                glob(first.as_bytes(), text.as_bytes()) && oracle(rest, others)
            }
        }
    }

    fn glob(pattern: &[u8], text: &[u8]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some((b'*', rest)) => (0..=text.len()).any(|taken| glob(rest, &text[taken..])),
            Some((b'?', rest)) => !text.is_empty() && glob(rest, &text[1..]),
            Some((letter, rest)) => text.first() == Some(letter) && glob(rest, &text[1..]),
        }
    }

    proptest! {
        #[test]
        fn a_pattern_matches_what_a_plain_reading_says(
            pattern in prop::collection::vec("[ab*?]{1,3}|\\*\\*", 1..6),
            path in prop::collection::vec("[ab]{0,3}", 1..6),
        ) {
            let parsed = Pattern::parse(&format!("/{}", pattern.join("/")), '/').unwrap();
            let pattern: Vec<_> = pattern.iter().map(String::as_str).collect();
            let texts: Vec<_> = path.iter().map(String::as_str).collect();
            prop_assert_eq!(
                parsed.matches(&format!("/{}", path.join("/"))).is_some(),
                oracle(&pattern, &texts)
            );
        }
    }
}
