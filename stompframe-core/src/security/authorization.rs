use super::entry::{Entry, Share};
use super::{Rule, Rules};
use crate::destination::{Captures, Pattern, is_wildcard};
use crate::error::{ErrorCode, MessagingError};
use crate::message::{Message, MessageType, Principal};

/// The rules of an application, checked and ready to decide.
#[derive(Debug)]
pub(crate) struct Authorization {
    entries: Vec<Entry<Pattern>>,
    otherwise: Entry<Pattern>,
    separator: char,
}

/// What the rules say about a message.
pub(super) enum Ruling<'a> {
    Allowed,
    Denied(MessagingError),
    /// The predicate of this line decides.
    Ask(&'a Entry<Pattern>, Captures),
}

impl Authorization {
    /// Checks the rules; what is wrong with them goes to `problems`.
    pub(crate) fn new(rules: Rules, separator: char, problems: &mut Vec<String>) -> Option<Self> {
        let before = problems.len();
        problems.extend(rules.problems);
        let mut entries: Vec<Entry<Pattern>> = Vec::new();
        let mut compile = |draft: super::entry::Draft| {
            let place = draft.place();
            match draft.compile(separator) {
                Ok(entry) => Some(entry),
                Err(problem) => {
                    problems.push(format!("{place}: {problem}"));
                    None
                }
            }
        };
        let otherwise = compile(rules.otherwise);
        for entry in rules.entries.into_iter().filter_map(&mut compile) {
            entries.push(entry);
        }
        for (index, entry) in entries.iter().enumerate() {
            if let Some(earlier) = entries[..index].iter().find(|one| one.covers(entry)) {
                problems.push(format!(
                    "{} is never reached, because {} decides all that it is about: move it up, or remove it",
                    entry.place(),
                    earlier.place()
                ));
            }
        }
        let otherwise = otherwise.filter(|_| problems.len() == before)?;
        Some(Self {
            entries,
            otherwise,
            separator,
        })
    }

    /// What the rules say about a message, as the first line that matches says it.
    pub(super) fn rule(&self, message: &Message) -> Ruling<'_> {
        let (message_type, principal) = (message.message_type(), message.principal());
        // The session is over whatever anybody thinks of it.
        if message_type == MessageType::Disconnect {
            return Ruling::Allowed;
        }
        if message_type == MessageType::Subscribe && is_wildcard(message.destination()) {
            return match self.rule_wildcard(message.destination(), principal) {
                Ok(()) => Ruling::Allowed,
                Err(error) => Ruling::Denied(error),
            };
        }
        let found = self
            .entries
            .iter()
            .chain([&self.otherwise])
            .find_map(|entry| Some((entry, entry.matches(message)?)));
        match found {
            None => Ruling::Allowed,
            Some((entry, captures)) => match entry.rule.at_once(principal) {
                Some(true) => Ruling::Allowed,
                Some(false) => Ruling::Denied(denied_by_line(entry, principal)),
                None => Ruling::Ask(entry, captures),
            },
        }
    }

    /// Whether everything that a pattern of a client could match may be subscribed to: no line on the
    /// way denies any of it, and one of them allows all.
    fn rule_wildcard(
        &self,
        destination: &str,
        principal: Option<&Principal>,
    ) -> Result<(), MessagingError> {
        let pattern =
            Pattern::parse_subscription(destination, self.separator).map_err(|error| {
                MessagingError::new(ErrorCode::BadDestination).with_detail(error.to_string())
            })?;
        for entry in self.entries.iter().chain([&self.otherwise]) {
            match (entry.share_of(&pattern), entry.rule.at_once(principal)) {
                (Share::Nothing, _) | (Share::Something, Some(true)) => {}
                (Share::Everything, Some(true)) => return Ok(()),
                (Share::Something | Share::Everything, Some(false) | None) => {
                    return Err(denied_by_line(entry, principal).with_detail(
                        "you may not subscribe to all that this pattern matches; subscribe to what you may",
                    ));
                }
            }
        }
        Err(denied_by_line(&self.otherwise, principal))
    }
}

fn denied_by_line(entry: &Entry<Pattern>, principal: Option<&Principal>) -> MessagingError {
    denied_by(&entry.rule, entry.place.map(|_| entry.place()), principal)
}

/// The refusal by a rule; `place` says where it stands, if somebody has written it.
pub(super) fn denied_by(
    rule: &Rule,
    place: Option<String>,
    principal: Option<&Principal>,
) -> MessagingError {
    let denied = MessagingError::new(ErrorCode::Denied);
    let denied = match principal {
        None if rule.needs_user() => denied.with_detail("this needs a user"),
        _ => denied,
    };
    let user = principal.map_or_else(|| "nobody known".to_owned(), |user| format!("{user:?}"));
    denied.with_source(match place {
        Some(place) => format!("{place} denies it to {user}"),
        None => format!("no rule allows it to {user}"),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::security::{Access, Rule, authenticated, deny, has_role, permit, rules};

    fn compile(rules: Rules) -> Result<Authorization, Vec<String>> {
        let mut problems = Vec::new();
        Authorization::new(rules, '/', &mut problems).ok_or(problems)
    }

    fn message(message_type: MessageType, destination: &str) -> Message {
        Message::new(message_type, destination.to_owned())
    }

    fn allows(rules: &Authorization, destination: &str) -> bool {
        let subscribe = message(MessageType::Subscribe, destination);
        matches!(rules.rule(&subscribe), Ruling::Allowed)
    }

    #[test]
    fn a_wildcard_needs_a_rule_that_covers_all_and_none_that_denies_some() {
        let rules = compile(
            rules()
                .subscribe("/topic/admin/**", deny())
                .subscribe("/topic/rooms/**", permit())
                .subscribe("/topic/news/*", permit())
                .subscribe("/topic/{kind}/now", async |_: Access| true),
        )
        .unwrap();
        for allowed in [
            "/topic/rooms/*",
            "/topic/rooms/**",
            "/topic/rooms/{a}/x",
            "/topic/news/*",
            "/topic/news/a?",
        ] {
            assert!(allows(&rules, allowed), "{allowed}");
        }
        for denied in [
            "/topic/**",
            "/**",
            "/topic/*/x",
            "/topic/news/**",
            "/topic/admin/*",
            "/topic/*/now",
            "/topic/{other}/now",
            "/topic/none/*",
        ] {
            assert!(!allows(&rules, denied), "{denied}");
        }
    }

    /// Nobody can say of a condition what it thinks of destinations that it does not see.
    #[test]
    fn a_condition_opens_no_wildcard_and_closes_those_that_it_may_be_about() {
        let is_secret = |message: &Message| message.destination() == "/topic/secret";
        let is_topic = |message: &Message| message.destination().starts_with("/topic");
        let closed = rules()
            .matching(is_secret, deny())
            .subscribe("/topic/**", permit());
        assert!(!allows(&compile(closed).unwrap(), "/topic/*"));
        let opened = compile(rules().matching(is_topic, permit())).unwrap();
        assert!(allows(&opened, "/topic/a") && !allows(&opened, "/topic/*"));
    }

    #[test]
    fn what_is_wrong_with_rules_is_said_with_its_place() {
        let wrong = rules()
            .send("app/x", permit())
            .subscribe("/topic/**", permit())
            .subscribe("/topic/rooms/{room}", deny())
            .of_type([], permit())
            .of_type([MessageType::Disconnect], deny())
            .send("/rooms/{room}", async |_: Access, _: (u8, u8)| true)
            .without_destination(async |_: Access, _: String| true)
            .anything_else(deny())
            .anything_else(permit());
        let problems = compile(wrong).unwrap_err();
        for (place, words) in [
            ("authorization.rs", "said twice"),
            ("authorization.rs", "starts with `/`"),
            ("authorization.rs", "names no type"),
            ("authorization.rs", "nobody can be refused to go"),
            (
                "authorization.rs",
                "asks for 2 values, and the pattern has 1",
            ),
            (
                "authorization.rs",
                "asks for one value, and the pattern has 0",
            ),
            ("authorization.rs", "is never reached"),
        ] {
            let found = problems
                .iter()
                .any(|problem| problem.contains(place) && problem.contains(words));
            assert!(found, "{words}: {problems:#?}");
        }
        assert_eq!(problems.len(), 7, "{problems:#?}");
    }

    #[test]
    fn the_same_place_for_another_frame_is_reached() {
        let right = rules()
            .subscribe("/topic/**", permit())
            .send("/topic/**", deny())
            .destination("/topic/**", authenticated())
            .connect(permit())
            .without_destination(has_role("X"));
        // SEND and SUBSCRIBE together are covered by neither line alone.
        assert!(compile(right).is_ok());
    }

    /// What a rule list means, said plainly: the first line that matches, else no.
    fn oracle(lines: &[(Pattern, bool)], path: &str) -> bool {
        lines
            .iter()
            .find(|(pattern, _)| pattern.matches(path).is_some())
            .is_some_and(|(_, permits)| *permits)
    }

    fn short_paths() -> Vec<String> {
        let texts = ["", "a", "b", "ab", "ba", "aa", "c"];
        let longer = |paths: &Vec<String>| -> Vec<String> {
            let each = |path: &String| texts.map(|text| format!("{path}/{text}"));
            paths.iter().flat_map(each).collect()
        };
        let one = longer(&vec![String::new()]);
        let two = longer(&one);
        let three = longer(&two);
        [one, two, three].concat()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        /// V-09 and V-10: neither a wildcard nor an exact destination gets past the rules.
        #[test]
        fn no_more_is_allowed_than_trying_every_short_path_would(
            lines in prop::collection::vec(("(/(a|b|\\*|\\*\\*|a\\*|\\?|\\{v\\})){1,3}", any::<bool>()), 1..5),
            wildcard in "(/(a|b|\\*|\\*\\*|a\\*|\\?b|\\?)){1,3}",
        ) {
            let lines: Vec<_> = lines
                .into_iter()
                .filter_map(|(text, permits)| Some((Pattern::parse(&text, '/').ok()?, permits)))
                .collect();
            let rule = |permits| -> Rule { if permits { permit() } else { deny() } };
            let written = lines.iter().fold(rules(), |rules, (pattern, permits)| {
                rules.subscribe(pattern.to_string(), rule(*permits))
            });
            // Lines that are never reached are a problem at start-up, and no matter here.
            let Ok(compiled) = compile(written) else { return Ok(()) };
            let subscribed = Pattern::parse_subscription(&wildcard, '/').unwrap();
            let is_allowed = allows(&compiled, &wildcard);
            for path in short_paths() {
                let expected = oracle(&lines, &path);
                prop_assert_eq!(allows(&compiled, &path), expected, "{}", path);
                let is_heard = subscribed.matches(&path).is_some();
                prop_assert!(!is_allowed || !is_heard || expected, "{} hears {}", wildcard, path);
            }
        }
    }
}
