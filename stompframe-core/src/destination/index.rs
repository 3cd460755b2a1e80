use std::collections::HashMap;

use super::pattern::{Pattern, parts};
use super::segment::Matcher;
use super::syntax::{Part, parse_pattern};
use super::{Captures, SyntaxError};

/// Values under patterns, found by the paths that the patterns match.
///
/// It is a tree of segments, so what a path costs depends on its own segments and on the wildcards
/// that stand beside each other there, not on how many patterns there are.
#[derive(Debug)]
pub(crate) struct PatternIndex<V> {
    separator: char,
    root: Node<V>,
    len: usize,
}

#[derive(Debug)]
struct Node<V> {
    literals: HashMap<String, Self>,
    /// Segments with wildcards, by their text.
    globs: Vec<(String, Matcher, Self)>,
    /// What follows `**`.
    deep: Option<Box<Self>>,
    value: Option<V>,
}

impl<V> PatternIndex<V> {
    pub(crate) fn new(separator: char) -> Self {
        Self {
            separator,
            root: Node::default(),
            len: 0,
        }
    }

    /// How many patterns there are.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// The value under exactly this pattern, made if there is none.
    pub(crate) fn get_or_insert_with(
        &mut self,
        pattern: &Pattern,
        new: impl FnOnce() -> V,
    ) -> &mut V {
        let mut node = &mut self.root;
        for (text, matcher) in pattern.segments() {
            node = node.child(text, matcher);
        }
        node.value.get_or_insert_with(|| {
            self.len += 1;
            new()
        })
    }

    /// The value under exactly this pattern.
    pub(crate) fn get(&self, pattern: &Pattern) -> Option<&V> {
        let mut node = &self.root;
        for (text, matcher) in pattern.segments() {
            node = match matcher {
                None => node.deep.as_deref()?,
                Some(Matcher::Literal(text)) => node.literals.get(text)?,
                Some(_) => node
                    .globs
                    .iter()
                    .find(|(known, ..)| known == text)
                    .map(|(.., node)| node)?,
            };
        }
        node.value.as_ref()
    }

    /// Takes a pattern out, with all that is left of its way.
    pub(crate) fn remove(&mut self, pattern: &Pattern) {
        let segments: Vec<_> = pattern.segments().collect();
        if self.root.remove(&segments) {
            self.len -= 1;
        }
    }

    /// Calls `found` with the value of each pattern that matches the path, once each.
    pub(crate) fn matching<'a>(&'a self, path: &str, mut found: impl FnMut(&'a V)) {
        let Some(path) = path.strip_prefix('/') else {
            return;
        };
        let texts: Vec<_> = path.split(self.separator).collect();
        Search {
            seen: Vec::new(),
            found: &mut found,
        }
        .visit(&self.root, &texts);
    }
}

impl<V> Node<V> {
    fn child(&mut self, text: &str, matcher: Option<&Matcher>) -> &mut Self {
        let Some(matcher) = matcher else {
            return self.deep.get_or_insert_default();
        };
        if let Matcher::Literal(text) = matcher {
            return self.literals.entry(text.clone()).or_default();
        }
        let position = self.globs.iter().position(|(known, ..)| known == text);
        let position = position.unwrap_or_else(|| {
            self.globs
                .push((text.to_owned(), matcher.clone(), Self::default()));
            self.globs.len() - 1
        });
        &mut self.globs[position].2
    }

    /// Says whether there was something to take out.
    fn remove(&mut self, segments: &[(&str, Option<&Matcher>)]) -> bool {
        let Some(((text, matcher), rest)) = segments.split_first() else {
            return self.value.take().is_some();
        };
        match matcher {
            None => {
                let Some(child) = &mut self.deep else {
                    return false;
                };
                let removed = child.remove(rest);
                if child.is_empty() {
                    self.deep = None;
                }
                removed
            }
            Some(Matcher::Literal(text)) => {
                let Some(child) = self.literals.get_mut(text) else {
                    return false;
                };
                let removed = child.remove(rest);
                if child.is_empty() {
                    self.literals.remove(text);
                }
                removed
            }
            Some(_) => {
                let Some(at) = self.globs.iter().position(|(known, ..)| known == text) else {
                    return false;
                };
                let removed = self.globs[at].2.remove(rest);
                if self.globs[at].2.is_empty() {
                    self.globs.swap_remove(at);
                }
                removed
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.value.is_none()
            && self.literals.is_empty()
            && self.globs.is_empty()
            && self.deep.is_none()
    }
}

impl<V> Default for Node<V> {
    fn default() -> Self {
        Self {
            literals: HashMap::new(),
            globs: Vec::new(),
            deep: None,
            value: None,
        }
    }
}

struct Search<'a, 'f, V> {
    /// Where a `**` has been reached already, and with how many segments left: two of them in one
    /// pattern would otherwise lead to the same places again and again.
    seen: Vec<(&'a Node<V>, usize)>,
    found: &'f mut dyn FnMut(&'a V),
}

impl<'a, V> Search<'a, '_, V> {
    fn visit(&mut self, node: &'a Node<V>, texts: &[&str]) {
        if let Some((text, rest)) = texts.split_first() {
            if let Some(child) = node.literals.get(*text) {
                self.visit(child, rest);
            }
            for (_, matcher, child) in &node.globs {
                if matcher.matches(text, 0, &mut Captures::new()) {
                    self.visit(child, rest);
                }
            }
        } else if let Some(value) = &node.value {
            (self.found)(value);
        }
        let Some(deep) = node.deep.as_deref() else {
            return;
        };
        for taken in 0..=texts.len() {
            let left = texts.len() - taken;
            let known = |(other, at): &(&Node<V>, usize)| std::ptr::eq(*other, deep) && *at == left;
            if !self.seen.iter().any(known) {
                self.seen.push((deep, left));
                self.visit(deep, &texts[taken..]);
            }
        }
    }
}

impl Pattern {
    /// Reads what a client subscribes to: wildcards and variables, which count as wildcards; no
    /// regex, which is a program that somebody else would run.
    pub(crate) fn parse_subscription(text: &str, separator: char) -> Result<Self, SyntaxError> {
        let is_regex = |part: &Part| matches!(part, Part::Variable { regex: Some(_), .. });
        let parsed = parse_pattern(text, separator)?;
        if parsed.iter().flat_map(parts).any(is_regex) {
            return Err(SyntaxError(
                "a subscription has no regex: write `*` or `{name}`".to_owned(),
            ));
        }
        Self::parse(text, separator)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse_subscription(text, '/').unwrap()
    }

    fn found(index: &PatternIndex<String>, path: &str) -> Vec<String> {
        let mut found = Vec::new();
        index.matching(path, |value| found.push(value.clone()));
        found.sort_unstable();
        found
    }

    #[test]
    fn a_regex_of_a_client_is_not_run() {
        let error = Pattern::parse_subscription("/topic/{a:(x+x+)+y}", '/').unwrap_err();
        assert!(error.to_string().contains("no regex"), "{error}");
        assert!(Pattern::parse_subscription("/topic/{a}", '/').is_ok());
    }

    proptest! {
        #[test]
        fn it_finds_what_each_pattern_alone_would_match(
            texts in prop::collection::btree_set("(/([ab]|\\*|\\*\\*|a\\*|\\?|\\{v\\}|\\*b)){1,5}", 1..12),
            paths in prop::collection::vec("(/[ab]{0,2}){1,6}", 1..8),
            gone in prop::collection::vec(any::<bool>(), 12),
        ) {
            // A variable that stands twice is no pattern.
            let mut texts: Vec<_> = texts
                .into_iter()
                .filter(|text| Pattern::parse_subscription(text, '/').is_ok())
                .collect();
            let mut index = PatternIndex::new('/');
            for text in &texts {
                index.get_or_insert_with(&pattern(text), || text.clone());
            }
            prop_assert_eq!(index.len(), texts.len());
            let mut left = gone.iter();
            texts.retain(|text| {
                let stays = *left.next().unwrap();
                if !stays {
                    index.remove(&pattern(text));
                    index.remove(&pattern(text));
                }
                stays
            });
            prop_assert_eq!(index.len(), texts.len());
            for text in &texts {
                prop_assert_eq!(index.get(&pattern(text)), Some(text));
            }
            for path in &paths {
                let mut each: Vec<_> = texts
                    .iter()
                    .filter(|text| pattern(text).matches(path).is_some())
                    .cloned()
                    .collect();
                each.sort_unstable();
                prop_assert_eq!(found(&index, path), each, "{}", path);
            }
            for text in &texts {
                index.remove(&pattern(text));
            }
            prop_assert!(index.root.is_empty(), "nothing is kept for patterns that are gone");
        }
    }
}
