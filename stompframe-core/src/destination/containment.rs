//! What one pattern has in common with another: whether it matches all that the other matches, or
//! something of it.
//!
//! Rights depend on the answers, so they are wrong to one side only: where it is not certain, a
//! pattern does not cover another, and overlaps it.

use std::collections::HashSet;

use super::pattern::Pattern;
use super::segment::Matcher;

/// How many segments a pattern may have that is to cover another.
const MAX_SEGMENTS: usize = 63;

/// How many states are looked at before the answer is no.
const MAX_STATES: usize = 1_024;

impl Pattern {
    /// Whether it matches every path that the other one matches. True is certain; false may only mean
    /// that it is too hard to say.
    ///
    /// It follows all that the other may match, segment by segment, and keeps the set of places where
    /// its own reading may stand meanwhile. Where the other may end, one of them has to be its end.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        let (own, other) = (self.matchers(), other.matchers());
        if own.len() > MAX_SEGMENTS {
            return false;
        }
        let end = 1_u64 << own.len();
        // Without a segment, `**` can be left behind.
        let settled = |mut places: u64| {
            for (place, _) in own.iter().enumerate().filter(|(_, own)| own.is_none()) {
                places |= (places & 1 << place) << 1;
            }
            places
        };
        let behind = |places: u64, segment: Option<&Matcher>| {
            let mut next = 0;
            for (place, own) in own.iter().enumerate() {
                if places & 1 << place != 0 {
                    next |= match own {
                        None => 1 << place,
                        Some(own) if own.covers(segment) => 1 << (place + 1),
                        Some(_) => 0,
                    };
                }
            }
            settled(next)
        };
        let (mut seen, mut waiting) = (HashSet::new(), vec![(settled(1), 0)]);
        while let Some((places, at)) = waiting.pop() {
            if !seen.insert((places, at)) {
                continue;
            }
            if places == 0 || seen.len() > MAX_STATES {
                return false;
            }
            match other.get(at) {
                None if places & end == 0 => return false,
                None => {}
                Some(None) => {
                    waiting.push((places, at + 1));
                    waiting.push((behind(places, None), at));
                }
                Some(Some(segment)) => waiting.push((behind(places, Some(segment)), at + 1)),
            }
        }
        true
    }

    /// Whether there may be a path that both match. False is certain.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        let (own, other) = (self.matchers(), other.matchers());
        // For each place in the other: whether what is left of both has a path in common.
        let mut below = vec![false; other.len() + 1];
        for i in (0..=own.len()).rev() {
            let mut row = vec![false; other.len() + 1];
            for j in (0..=other.len()).rev() {
                row[j] = match (own.get(i), other.get(j)) {
                    (None, None) => true,
                    (Some(None), None) => below[j],
                    (Some(None), Some(_)) => below[j] || row[j + 1],
                    (None, Some(None)) => row[j + 1],
                    (Some(Some(_)), Some(None)) => row[j + 1] || below[j],
                    (Some(Some(one)), Some(Some(two))) => one.overlaps(two) && below[j + 1],
                    (Some(Some(_)), None) | (None, Some(Some(_))) => false,
                };
            }
            below = row;
        }
        below[0]
    }
}

impl Matcher {
    /// Whether it matches every text that the other one matches; without one, every text.
    fn covers(&self, other: Option<&Self>) -> bool {
        if let Some(Self::Literal(text)) = other {
            return self.matches(text, 0, &mut super::Captures::new());
        }
        match self {
            Self::Literal(_) => false,
            Self::Around {
                before,
                after,
                is_variable,
            } => {
                let (others_before, others_after) = other.map_or(("", ""), Self::ends);
                let others_least = other.map_or(0, Self::least);
                others_before.starts_with(before.as_str())
                    && others_after.ends_with(after.as_str())
                    && others_least >= before.len() + after.len() + usize::from(*is_variable)
            }
            Self::Regex { regex, .. } => match other {
                Some(Self::Regex { regex: other, .. }) => regex.as_str() == other.as_str(),
                _ => false,
            },
        }
    }

    /// Whether there may be a text that both match.
    fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Literal(text), one) | (one, Self::Literal(text)) => {
                one.matches(text, 0, &mut super::Captures::new())
            }
            _ => {
                let (before, after) = self.ends();
                let (others_before, others_after) = other.ends();
                (before.starts_with(others_before) || others_before.starts_with(before))
                    && (after.ends_with(others_after) || others_after.ends_with(after))
            }
        }
    }

    /// With what all texts begin and end that it matches.
    fn ends(&self) -> (&str, &str) {
        match self {
            Self::Literal(text) => (text, text),
            Self::Around { before, after, .. } | Self::Regex { before, after, .. } => {
                (before, after)
            }
        }
    }

    /// How many bytes a text has at least that it matches.
    const fn least(&self) -> usize {
        match self {
            Self::Literal(text) => text.len(),
            Self::Around {
                before,
                after,
                is_variable,
            } => before.len() + after.len() + *is_variable as usize,
            Self::Regex { least, .. } => *least,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text, '/').unwrap()
    }

    #[test]
    fn covering_is_found_where_people_expect_it() {
        for (wide, narrow) in [
            ("/**", "/a/**/b/*"),
            ("/topic/**", "/topic/**"),
            ("/topic/**", "/topic/*/x/**"),
            ("/topic/*", "/topic/{room}"),
            ("/topic/*", "/topic/a?"),
            ("/topic/*", "/topic/a*b*c"),
            ("/topic/a*", "/topic/ab*"),
            ("/topic/a*", "/topic/a?"),
            ("/topic/{x}", "/topic/{y}"),
            ("/topic/{x}", "/topic/a?"),
            ("/topic/a{x}", "/topic/a?"),
            ("/a/**/z", "/a/b/*/z"),
            ("/a/**/z", "/a/**/y/**/z"),
            ("/*/**", "/**/z"),
            ("/**/b/**", "/a/**/b/c"),
            ("/{id:[0-9]+}", "/{id:[0-9]+}"),
            ("/{id:[0-9]+}", "/17"),
        ] {
            assert!(pattern(wide).covers(&pattern(narrow)), "{wide} {narrow}");
        }
    }

    #[test]
    fn what_is_wider_is_not_covered() {
        for (narrow, wide) in [
            ("/topic/admin/*", "/topic/**"),
            ("/topic/*", "/topic/**"),
            ("/topic/*", "/*/x"),
            ("/topic/{room}", "/topic/*"),
            ("/topic/a{room}", "/topic/a*"),
            ("/topic/a*b", "/topic/a*"),
            ("/topic/aba*aba", "/topic/aba"),
            ("/topic/a?", "/topic/a*"),
            ("/topic/{id:[0-9]+}", "/topic/{id}"),
            ("/topic/x", "/topic/?"),
            ("/a/*/**", "/a/**"),
        ] {
            assert!(!pattern(narrow).covers(&pattern(wide)), "{narrow} {wide}");
        }
    }

    #[test]
    fn what_is_certainly_apart_does_not_overlap() {
        for (one, two) in [
            ("/topic/admin/*", "/topic/rooms/*"),
            ("/topic/*", "/topic/*/x"),
            ("/topic/a*", "/topic/b?"),
            ("/topic/*a", "/topic/*b"),
            ("/**/a", "/**/b"),
            ("/topic/{id:[0-9]+}", "/topic/lobby"),
            ("/queue/**", "/topic/**"),
        ] {
            let (one, two) = (pattern(one), pattern(two));
            assert!(!one.overlaps(&two) && !two.overlaps(&one), "{one} {two}");
        }
    }

    /// A pattern whose reading could stand in ever other sets of places ends with no, in time.
    #[test]
    fn what_is_too_hard_is_not_covered() {
        let own = pattern(&"/**/a/*".repeat(20));
        let other = pattern(&"/**/*/a".repeat(20));
        assert!(!own.covers(&other));
        assert!(!pattern(&"/a".repeat(70)).covers(&pattern(&"/a".repeat(70))));
    }

    /// All paths of up to three segments of such texts.
    fn short_paths() -> Vec<String> {
        let texts = ["", "a", "b", "aa", "ab", "ba", "bb", "aba", "c"];
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..3 {
            last = last
                .iter()
                .flat_map(|path| texts.map(|text| format!("{path}/{text}")))
                .collect();
            all.extend_from_slice(&last);
        }
        all.remove(0);
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn the_answers_agree_with_trying_every_short_path(
            one in "(/([ab]|\\*|\\*\\*|a\\*|\\*a|a\\*b|a\\*a|\\?|a\\?|\\{v\\}|a\\{w\\}|\\{x\\}b|\\{y:[ab]+\\}|\\*\\?\\*)){1,4}",
            two in "(/([ab]|\\*|\\*\\*|a\\*|\\*a|a\\*b|a\\*a|\\?|a\\?|\\{v\\}|a\\{w\\}|\\{x\\}b|\\{y:[ab]+\\}|\\*\\?\\*)){1,4}",
        ) {
            // A variable that stands twice is no pattern.
            let (Ok(one), Ok(two)) = (Pattern::parse(&one, '/'), Pattern::parse(&two, '/')) else {
                return Ok(());
            };
            let (covers, overlaps) = (one.covers(&two), one.overlaps(&two));
            prop_assert!(one.covers(&one) && one.overlaps(&one));
            prop_assert_eq!(overlaps, two.overlaps(&one));
            for path in short_paths() {
                let (by_one, by_two) = (one.matches(&path).is_some(), two.matches(&path).is_some());
                prop_assert!(!covers || !by_two || by_one, "{} covers {}, but not {}", one, two, path);
                prop_assert!(overlaps || !by_one || !by_two, "{} and {} share {}", one, two, path);
            }
        }
    }
}
