/// A set of destination prefixes such as `/topic` and `/queue`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prefixes(Vec<String>);

impl Prefixes {
    pub(crate) fn new<I: IntoIterator<Item: Into<String>>>(prefixes: I) -> Self {
        Self(prefixes.into_iter().map(Into::into).collect())
    }

    pub(crate) fn add(&mut self, prefix: &str) {
        self.0.push(prefix.to_owned());
    }

    /// Whether a destination lies below one of the prefixes.
    ///
    /// A prefix ends where a segment ends: `/topic` covers `/topic/a` and `/topic.a` but not
    /// `/topical`, which Spring's broker would take too.
    pub(crate) fn cover(&self, destination: &str) -> bool {
        self.0.iter().any(|prefix| covers(prefix, destination))
    }

    /// The pairs of prefixes of the two of which one lies below the other.
    pub(crate) fn shared_with<'a>(
        &'a self,
        other: &'a Self,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let pairs = self
            .iter()
            .flat_map(|one| other.iter().map(move |two| (one, two)));
        pairs.filter(|(one, two)| covers(one, two) || covers(two, one))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

fn covers(prefix: &str, destination: &str) -> bool {
    destination.strip_prefix(prefix).is_some_and(|rest| {
        prefix.ends_with(['/', '.']) || rest.is_empty() || rest.starts_with(['/', '.'])
    })
}

#[cfg(test)]
mod tests {
    use super::Prefixes;

    #[test]
    fn a_prefix_ends_where_a_segment_ends() {
        let prefixes = Prefixes::new(["/topic", "/queue/"]);
        for covered in ["/topic", "/topic/a", "/topic.a", "/queue/a"] {
            assert!(prefixes.cover(covered), "{covered}");
        }
        for other in ["/topical", "/top", "/queue", "topic/a", ""] {
            assert!(!prefixes.cover(other), "{other}");
        }
    }
}
