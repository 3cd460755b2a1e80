use std::fmt;

use super::Rule;
use crate::destination::Captures;
use crate::message::Message;

/// The rules that stand beside mappings.
pub(crate) trait Guards: Send + Sync {
    /// The rule beside the mapping that a message is for, if it has one.
    fn find<'a>(&'a self, message: &'a Message) -> Option<Guard<'a>>;

    /// Whether there are none.
    fn is_empty(&self) -> bool;
}

/// None at all.
#[cfg(feature = "test-util")]
impl Guards for () {
    fn find<'a>(&'a self, _: &'a Message) -> Option<Guard<'a>> {
        None
    }

    fn is_empty(&self) -> bool {
        true
    }
}

/// A rule beside a mapping, and a message for it.
pub(crate) struct Guard<'a> {
    pub(crate) rule: &'a Rule,
    /// Whose it is, for the log.
    pub(crate) mapping: &'a dyn fmt::Display,
    /// The variables of the mapping: their names, and where they stand in the path.
    pub(crate) names: &'a [String],
    pub(crate) path: &'a str,
    pub(crate) captures: Captures,
}

impl Guard<'_> {
    /// Where it stands, for the log.
    pub(super) fn place(&self) -> String {
        format!("the rule of {}", self.mapping)
    }
}
