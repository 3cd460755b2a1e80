use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use super::rule::Rule;
use crate::destination::{Captures, Pattern};
use crate::message::{Message, MessageType};

/// One line of the rules: `P` is the pattern, as it was written or ready to be matched.
#[derive(Clone, Debug)]
pub(super) struct Entry<P> {
    pub(super) matches: Matches<P>,
    pub(super) rule: Rule,
    /// Where it stands in the source; nowhere if nobody wrote it.
    pub(super) place: Option<&'static Location<'static>>,
}

/// A line as it was written.
pub(super) type Draft = Entry<String>;

/// Which frames a line is about.
#[derive(Clone)]
pub(super) enum Matches<P> {
    Destination { types: Vec<MessageType>, pattern: P },
    Types(Vec<MessageType>),
    Condition(Arc<dyn Fn(&Message) -> bool + Send + Sync>),
}

impl Draft {
    /// Reads its pattern; says what is wrong with it otherwise.
    pub(super) fn compile(self, separator: char) -> Result<Entry<Pattern>, String> {
        let matches = match self.matches {
            Matches::Destination { types, pattern } => Matches::Destination {
                types,
                pattern: Pattern::parse(&pattern, separator).map_err(|error| error.to_string())?,
            },
            Matches::Types(types) if types.is_empty() => {
                return Err("it names no type of frame: remove it".to_owned());
            }
            Matches::Types(types) if types.contains(&MessageType::Disconnect) => {
                return Err("nobody can be refused to go: remove `Disconnect`".to_owned());
            }
            Matches::Types(types) => Matches::Types(types),
            Matches::Condition(condition) => Matches::Condition(condition),
        };
        let names = match &matches {
            Matches::Destination { pattern, .. } => pattern.variables(),
            _ => &[],
        };
        if let Some(mismatch) = self.rule.mismatch(names) {
            return Err(format!(
                "its predicate cannot take the variables: {mismatch}"
            ));
        }
        Ok(Entry {
            matches,
            rule: self.rule,
            place: self.place,
        })
    }
}

impl Entry<Pattern> {
    /// Whether it is about this message, and where its variables stand.
    pub(super) fn matches(&self, message: &Message) -> Option<Captures> {
        let message_type = message.message_type();
        match &self.matches {
            Matches::Destination { types, pattern } if types.contains(&message_type) => {
                pattern.matches(message.destination())
            }
            Matches::Types(types) if types.contains(&message_type) => Some(Captures::new()),
            Matches::Condition(condition) if condition(message) => Some(Captures::new()),
            _ => None,
        }
    }

    /// The names of its variables.
    pub(super) fn variables(&self) -> &[String] {
        match &self.matches {
            Matches::Destination { pattern, .. } => pattern.variables(),
            _ => &[],
        }
    }

    /// Whether it is certainly about all frames that the other one is about.
    pub(super) fn covers(&self, other: &Self) -> bool {
        match (&self.matches, &other.matches) {
            (Matches::Types(types), Matches::Types(others)) => all_in(types, others),
            (Matches::Types(types), Matches::Destination { types: others, .. }) => {
                all_in(types, others)
            }
            (
                Matches::Destination { types, pattern },
                Matches::Destination {
                    types: others,
                    pattern: other,
                },
            ) => all_in(types, others) && pattern.covers(other),
            _ => false,
        }
    }

    /// How much it says about subscriptions to what the pattern matches.
    pub(super) fn share_of(&self, subscription: &Pattern) -> Share {
        match &self.matches {
            Matches::Destination { types, pattern } => {
                if !types.contains(&MessageType::Subscribe) || !pattern.overlaps(subscription) {
                    Share::Nothing
                } else if pattern.covers(subscription) {
                    Share::Everything
                } else {
                    Share::Something
                }
            }
            Matches::Types(types) if types.contains(&MessageType::Subscribe) => Share::Everything,
            Matches::Types(_) => Share::Nothing,
            Matches::Condition(_) => Share::Something,
        }
    }
}

/// How much of something a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    /// Certainly nothing.
    Nothing,
    /// Maybe some of it, maybe not.
    Something,
    /// Certainly all of it.
    Everything,
}

fn all_in(types: &[MessageType], others: &[MessageType]) -> bool {
    others.iter().all(|other| types.contains(other))
}

impl<P> Entry<P> {
    /// Where it stands, for the log.
    pub(super) fn place(&self) -> String {
        match self.place {
            Some(place) => format!("the rule at {}:{}", place.file(), place.line()),
            None => "no rule".to_owned(),
        }
    }
}

impl<P: fmt::Debug> fmt::Debug for Matches<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Destination { types, pattern } => write!(f, "{types:?} to {pattern:?}"),
            Self::Types(types) => write!(f, "{types:?}"),
            Self::Condition(_) => f.write_str("a condition"),
        }
    }
}
