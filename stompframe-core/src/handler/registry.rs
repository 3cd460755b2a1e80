use std::cmp::Ordering;
use std::sync::Arc;

use super::dispatch::Invoke;
use super::exception::Exceptions;
use super::mapping::{Mapping, MappingKind, Origin};
use super::reply_to::Target;
use crate::destination::{Captures, Pattern};
use crate::security::Rule;

/// The mappings of an application, found by what a message asks for.
pub(crate) struct MappingRegistry {
    separator: char,
    messages: Routes,
    subscriptions: Routes,
}

#[derive(Default)]
struct Routes {
    /// By length and then by letter, so that most are told apart without a look at their letters.
    exact: Vec<(String, Arc<Route>)>,
    /// The most specific first, so that the first match is the best.
    patterns: Vec<Arc<Route>>,
}

/// One pattern of a mapping that has been checked and can be called.
pub(crate) struct Route {
    pub(super) kind: MappingKind,
    pattern: Pattern,
    /// For each variable as the handler counts them, its place in the pattern.
    order: Vec<usize>,
    pub(super) variables: Arc<[String]>,
    pub(super) targets: Vec<Target>,
    /// Those of the controller that the handler belongs to.
    pub(super) exceptions: Arc<Exceptions>,
    pub(super) origin: Origin,
    pub(super) rule: Option<Rule>,
    pub(super) invoke: Arc<dyn Invoke>,
}

impl MappingRegistry {
    /// For destinations whose segments stand between these.
    pub(crate) fn new(separator: char) -> Self {
        Self {
            separator,
            messages: Routes::default(),
            subscriptions: Routes::default(),
        }
    }

    /// Checks a mapping and adds it; says what is wrong with it otherwise.
    pub(crate) fn insert(
        &mut self,
        mapping: &Mapping,
        exceptions: &Arc<Exceptions>,
    ) -> Result<(), String> {
        let patterns: Vec<_> = mapping
            .patterns
            .iter()
            .map(|pattern| Pattern::parse(pattern, self.separator))
            .collect::<Result<_, _>>()
            .map_err(|error| error.to_string())?;
        let variables: Arc<[String]> = match (&mapping.variables, patterns.first()) {
            (Some(variables), _) => variables.as_slice().into(),
            (None, Some(first)) => first.variables().into(),
            (None, None) => Arc::default(),
        };
        let targets: Vec<_> = mapping
            .reply_to
            .iter()
            .map(|reply_to| Target::parse(reply_to, &variables))
            .collect::<Result<_, _>>()
            .map_err(|error| format!("its reply: {error}"))?;
        if let Some(mismatch) = mapping
            .rule
            .as_ref()
            .and_then(|rule| rule.mismatch(&variables))
        {
            return Err(format!(
                "the predicate of `authorize` cannot take the variables: {mismatch}"
            ));
        }
        for pattern in patterns {
            if pattern.variables().len() > variables.len() {
                return Err(format!(
                    "all destinations of a mapping have the same variables: \"{pattern}\" has more than the first one"
                ));
            }
            let place = |name: &String| {
                pattern
                    .variables()
                    .iter()
                    .position(|variable| variable == name)
                    .ok_or_else(|| format!("\"{pattern}\" has no variable `{name}`"))
            };
            let route = Arc::new(Route {
                kind: mapping.kind,
                order: variables.iter().map(place).collect::<Result<_, _>>()?,
                variables: Arc::clone(&variables),
                pattern,
                targets: targets.clone(),
                exceptions: Arc::clone(exceptions),
                origin: mapping.origin,
                rule: mapping.rule.clone(),
                invoke: Arc::clone(&mapping.invoke),
            });
            match mapping.kind {
                MappingKind::Message => self.messages.insert(&route)?,
                MappingKind::Subscribe => self.subscriptions.insert(&route)?,
            }
        }
        Ok(())
    }

    /// The patterns without a rule of their own, in no order.
    pub(crate) fn unguarded(&self, kind: MappingKind) -> Vec<String> {
        let all = self.routes(kind).all();
        all.filter(|route| route.rule.is_none())
            .map(|route| route.pattern.to_string())
            .collect()
    }

    /// Whether a mapping has a rule of its own.
    pub(super) fn has_rules(&self) -> bool {
        let mut all = self.messages.all().chain(self.subscriptions.all());
        all.any(|route| route.rule.is_some())
    }

    const fn routes(&self, kind: MappingKind) -> &Routes {
        match kind {
            MappingKind::Message => &self.messages,
            MappingKind::Subscribe => &self.subscriptions,
        }
    }

    /// The best match for a lookup path, with the variables as the handler counts them.
    pub(super) fn find(&self, kind: MappingKind, path: &str) -> Option<(&Arc<Route>, Captures)> {
        let routes = self.routes(kind);
        if let Ok(place) = routes.exact_place(path) {
            return Some((&routes.exact[place].1, Captures::new()));
        }
        routes.patterns.iter().find_map(|route| {
            let found = route.pattern.matches(path)?;
            Some((
                route,
                route
                    .order
                    .iter()
                    .map(|place| found[*place].clone())
                    .collect(),
            ))
        })
    }
}

impl Routes {
    fn all(&self) -> impl Iterator<Item = &Arc<Route>> {
        let exact = self.exact.iter().map(|(_, route)| route);
        exact.chain(&self.patterns)
    }

    /// Where the route of this path is, or would be.
    fn exact_place(&self, path: &str) -> Result<usize, usize> {
        let order = |(other, _): &(String, _)| {
            let by_length = other.len().cmp(&path.len());
            by_length.then_with(|| other.as_str().cmp(path))
        };
        self.exact.binary_search_by(order)
    }

    fn insert(&mut self, route: &Arc<Route>) -> Result<(), String> {
        let order = |other: &Arc<Route>| other.pattern.by_specificity(&route.pattern);
        if let Some(other) = self.all().find(|o| order(o) == Ordering::Equal) {
            return Err(format!(
                "\"{}\" is ambiguous: {} is mapped to \"{}\", which matches the same destinations",
                route.pattern, other.origin, other.pattern
            ));
        }
        if let Some(path) = route.pattern.exact() {
            if let Err(place) = self.exact_place(path) {
                let exact = (path.to_owned(), Arc::clone(route));
                self.exact.insert(place, exact);
            }
        } else {
            let place = self
                .patterns
                .partition_point(|other| order(other) == Ordering::Less);
            self.patterns.insert(place, Arc::clone(route));
        }
        Ok(())
    }
}

/// The destination without the application's prefix, with its leading slash: `/chat` of
/// `/app/chat`.
pub(crate) fn lookup_path<'d>(prefixes: &[String], destination: &'d str) -> Option<&'d str> {
    prefixes.iter().find_map(|prefix| {
        let rest = destination.strip_prefix(prefix.trim_end_matches('/'))?;
        rest.starts_with('/').then_some(rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handler::Reply;

    fn mapping(kind: MappingKind, pattern: &str, name: &'static str) -> Mapping {
        let origin = Origin {
            module: "tests",
            file: "tests.rs",
            line: 1,
            name,
        };
        Mapping::new(kind, [pattern], origin, async |_| Ok(Reply::none()))
    }

    #[test]
    fn the_best_match_wins_whatever_the_order() {
        let patterns = ["/{a}/{b}", "/rooms/{room}", "/rooms/lobby", "/{a}/lobby"];
        for start in 0..patterns.len() {
            let mut registry = MappingRegistry::new('/');
            for index in 0..patterns.len() {
                let pattern = patterns[(start + index) % patterns.len()];
                registry
                    .insert(
                        &mapping(MappingKind::Message, pattern, pattern),
                        &Arc::default(),
                    )
                    .map(|_| ())
                    .unwrap();
            }
            let found = |path| {
                registry
                    .find(MappingKind::Message, path)
                    .map(|(route, _)| route.origin.name)
            };
            assert_eq!(found("/rooms/lobby"), Some("/rooms/lobby"));
            assert_eq!(found("/rooms/7"), Some("/rooms/{room}"));
            assert_eq!(found("/other/lobby"), Some("/{a}/lobby"));
            assert_eq!(found("/other/7"), Some("/{a}/{b}"));
            assert_eq!(found("/other"), None);
            assert!(registry.find(MappingKind::Subscribe, "/rooms/7").is_none());
        }
    }

    #[test]
    fn two_mappings_for_the_same_destinations_are_ambiguous() {
        let mut registry = MappingRegistry::new('/');
        assert!(
            registry
                .insert(
                    &mapping(MappingKind::Message, "/a/{x}", "one"),
                    &Arc::default()
                )
                .is_ok()
        );
        let Err(error) = registry.insert(
            &mapping(MappingKind::Message, "/a/{y}", "two"),
            &Arc::default(),
        ) else {
            panic!("must be refused");
        };
        assert!(
            error.contains("ambiguous") && error.contains("one"),
            "{error}"
        );
        assert!(
            registry
                .insert(
                    &mapping(MappingKind::Subscribe, "/a/{y}", "two"),
                    &Arc::default()
                )
                .is_ok()
        );
    }

    #[test]
    fn the_lookup_path_keeps_its_slash() {
        let prefixes = ["/app".to_owned(), "/pub/".to_owned()];
        assert_eq!(lookup_path(&prefixes, "/app/chat"), Some("/chat"));
        assert_eq!(lookup_path(&prefixes, "/pub/a/b"), Some("/a/b"));
        for other in ["/app", "/apple/chat", "/topic/chat"] {
            assert_eq!(lookup_path(&prefixes, other), None, "{other}");
        }
        assert_eq!(lookup_path(&[String::new()], "/chat"), Some("/chat"));
    }
}
