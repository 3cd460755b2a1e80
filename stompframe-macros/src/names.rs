//! What the names of parameters mean, and the names of what an expansion makes.

use proc_macro2::{Ident, Span};

/// What the names of a handler's parameters can mean.
pub(crate) struct Names<'n> {
    /// The variables of the destination, in their order.
    pub(crate) variables: &'n [String],
    /// Whether the parameter `error` is the error that is handled.
    pub(crate) error: bool,
    /// Whether the parameter `event` is the event that is heard.
    pub(crate) event: bool,
}

/// What a parameter is.
pub(crate) enum Meaning {
    Variable(usize),
    Error,
    Event,
    Extractor,
}

impl Names<'_> {
    /// None means anything.
    pub(crate) const NONE: Names<'static> = Names {
        variables: &[],
        error: false,
        event: false,
    };

    /// What a parameter of this name is; one without is made by its type.
    pub(crate) fn meaning(&self, parameter: Option<&str>) -> Meaning {
        let Some(name) = parameter else {
            return Meaning::Extractor;
        };
        match self.variables.iter().position(|variable| variable == name) {
            Some(index) => Meaning::Variable(index),
            None if self.error && name == ERROR => Meaning::Error,
            None if self.event && name == EVENT => Meaning::Event,
            None => Meaning::Extractor,
        }
    }
}

/// The parameter of an exception handler that is the error.
pub(crate) const ERROR: &str = "error";

/// The parameter of an event listener that is the event.
pub(crate) const EVENT: &str = "event";

/// The local names of an expansion. They are made here and not where they are written, because what is
/// quoted with somebody else's span would have that span's hygiene.
pub(crate) struct Locals {
    pub(crate) context: Ident,
    pub(crate) exception: Ident,
    pub(crate) error: Ident,
    pub(crate) event: Ident,
    pub(crate) result: Ident,
    pub(crate) spec: Ident,
}

impl Locals {
    pub(crate) fn new() -> Self {
        let local = |name| Ident::new(name, Span::call_site());
        Self {
            context: local("__context"),
            exception: local("__exception"),
            error: local("__error"),
            event: local("__event"),
            result: local("__result"),
            spec: local("__spec"),
        }
    }
}
