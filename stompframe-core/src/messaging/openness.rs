use crate::destination::Prefixes;
use crate::handler::{MappingKind, MappingRegistry};

/// How many destinations of a kind are named.
const AT_MOST: usize = 20;

/// What of an application is open to whoever connects, where there are no rules.
pub(super) struct Openness<'a> {
    pub(super) application_prefixes: &'a [String],
    pub(super) mappings: &'a MappingRegistry,
    /// The prefixes of all brokers.
    pub(super) brokers: &'a Prefixes,
    pub(super) wildcards: bool,
    pub(super) sends: &'a Prefixes,
    pub(super) sends_to_users: &'a Prefixes,
}

impl Openness<'_> {
    /// Each kind of access as a line; none if there is nothing.
    pub(super) fn lines(&self) -> Vec<String> {
        let below = |prefixes: &Prefixes| prefixes.iter().map(str::to_owned).collect::<Vec<_>>();
        let wildcards = match self.wildcards {
            true => "subscribe, also with wildcards, below",
            false => "subscribe below",
        };
        [
            ("send to the handlers of", self.mapped(MappingKind::Message)),
            (
                "subscribe to the handlers of",
                self.mapped(MappingKind::Subscribe),
            ),
            (wildcards, below(self.brokers)),
            ("send straight to the broker below", below(self.sends)),
            ("send to other users below", below(self.sends_to_users)),
        ]
        .into_iter()
        .filter(|(_, places)| !places.is_empty())
        .map(|(what, places)| {
            let more = match places.len().saturating_sub(AT_MOST) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let places = &places[..places.len().min(AT_MOST)];
            format!("{what} {}{more}", places.join(", "))
        })
        .collect()
    }

    /// The destinations of handlers, as clients write them.
    fn mapped(&self, kind: MappingKind) -> Vec<String> {
        let none = [String::new()];
        let prefixes = match self.application_prefixes {
            [] => &none,
            some => some,
        };
        let with_prefixes = |pattern: &str| -> Vec<String> {
            let with = |prefix: &String| format!("{}{pattern}", prefix.trim_end_matches('/'));
            prefixes.iter().map(with).collect()
        };
        let patterns = self.mappings.unguarded(kind);
        let mut mapped: Vec<_> = patterns
            .iter()
            .flat_map(|pattern| with_prefixes(pattern))
            .collect();
        mapped.sort_unstable();
        mapped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handler::{Mapping, Origin, Reply};

    #[test]
    fn it_lists_what_anybody_may_do() {
        let mut mappings = MappingRegistry::new('/');
        let mut add = |kind, pattern: String| {
            let origin = Origin {
                module: "tests",
                file: "tests.rs",
                line: 1,
                name: "handler",
            };
            let mapping = Mapping::new(kind, [pattern], origin, async |_| Ok(Reply::none()));
            assert!(
                mappings
                    .insert(&mapping, &std::sync::Arc::default())
                    .is_ok()
            );
        };
        add(MappingKind::Message, "/say".to_owned());
        add(MappingKind::Message, "/rooms/{room}".to_owned());
        for number in 10..32 {
            add(MappingKind::Subscribe, format!("/{number}"));
        }
        let mut open = Openness {
            application_prefixes: &["/app/".to_owned()],
            mappings: &mappings,
            brokers: &Prefixes::new(["/topic", "/queue"]),
            wildcards: false,
            sends: &Prefixes::default(),
            sends_to_users: &Prefixes::new(["/queue/chat"]),
        };
        let lines = open.lines();
        assert_eq!(lines.len(), 4, "{lines:#?}");
        assert_eq!(
            lines[0],
            "send to the handlers of /app/rooms/{room}, /app/say"
        );
        assert!(lines[1].ends_with("/app/29 and 2 more"), "{}", lines[1]);
        assert_eq!(lines[2], "subscribe below /topic, /queue");
        assert_eq!(lines[3], "send to other users below /queue/chat");
        let topics = Prefixes::new(["/topic"]);
        let nothing = MappingRegistry::new('/');
        (open.brokers, open.mappings, open.sends_to_users) = (&topics, &nothing, open.sends);
        open.wildcards = true;
        assert_eq!(
            open.lines(),
            ["subscribe, also with wildcards, below /topic"]
        );
    }
}
