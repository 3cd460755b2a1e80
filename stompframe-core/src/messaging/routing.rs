use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::destination::Prefixes;
use crate::handler::{
    EventListener, ExceptionHandler, Exceptions, HandlerSpec, Mapping, MappingKind,
    MappingRegistry, Origin, Properties, Registered, Registration, ReplyTo, discovered,
};
use crate::session::ScopeFactories;
use crate::states::States;

/// The handlers that an application asked for, in any of the ways there are to ask.
#[derive(Default)]
pub(super) struct Handlers {
    sources: Vec<Source>,
    controllers: HashSet<TypeId>,
    /// Those that exist already: of controllers, and made by hand.
    mappings: Vec<Mapping>,
    exceptions: Vec<ExceptionHandler>,
    event_listeners: Vec<EventListener>,
}

/// The handlers of an application, checked.
pub(super) struct Resolved {
    pub(super) mappings: MappingRegistry,
    pub(super) exceptions: Exceptions,
    pub(super) event_listeners: Vec<EventListener>,
}

/// What handlers may take that is given beside them.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) states: &'a States,
    pub(super) scope: &'a ScopeFactories,
    pub(super) properties: &'a Properties,
}

/// A way to ask for handlers.
pub(super) enum Source {
    Everywhere,
    Module(&'static str),
    Function(Registration),
}

impl Source {
    fn registrations(&self) -> Vec<Registration> {
        match self {
            Self::Everywhere => discovered().into_iter().copied().collect(),
            Self::Module(module) => discovered()
                .into_iter()
                .filter(|r| is_within(r.origin.module, module))
                .copied()
                .collect(),
            Self::Function(registration) => vec![*registration],
        }
    }
}

impl Handlers {
    pub(super) fn add(&mut self, source: Source) {
        self.sources.push(source);
    }

    pub(super) fn add_controller(&mut self, controller: TypeId) {
        self.controllers.insert(controller);
    }

    pub(super) fn add_mappings(&mut self, mappings: impl IntoIterator<Item = Mapping>) {
        self.mappings.extend(mappings);
    }

    pub(super) fn add_exception_handler(&mut self, handler: ExceptionHandler) {
        self.exceptions.push(handler);
    }

    pub(super) fn add_event_listeners(
        &mut self,
        listeners: impl IntoIterator<Item = EventListener>,
    ) {
        self.event_listeners.extend(listeners);
    }

    /// Collects, checks and registers all of them; what was asked for twice is registered once.
    pub(super) fn resolve(
        self,
        given: Given<'_>,
        broker_prefixes: &Prefixes,
        separator: char,
        problems: &mut Vec<String>,
    ) -> Resolved {
        let mut mappings = self.mappings;
        let mut exceptions = self.exceptions;
        let mut event_listeners = self.event_listeners;
        let mut known = HashSet::new();
        for source in self.sources {
            let registrations = source.registrations();
            if let (Source::Module(module), true) = (&source, registrations.is_empty()) {
                problems.push(format!(
                    "`.scan(\"{module}\")` found no annotated handler: check the path, and that the crate is linked \
                     (`use the_crate as _;`)"
                ));
            }
            for Registration { origin, registered } in registrations {
                if !known.insert(origin) {
                    continue;
                }
                match registered {
                    Registered::Function(mapping) => mappings.push(mapping()),
                    Registered::ExceptionHandler(handler) => exceptions.push(handler()),
                    Registered::EventListener(listener) => event_listeners.push(listener()),
                    Registered::Controller(id) if self.controllers.contains(&id()) => {}
                    Registered::Controller(_) => problems.push(format!(
                        "controller {origin} was found, but nobody gave an instance: add `.controller({}..)`",
                        origin.name
                    )),
                }
            }
        }

        let mut registry = MappingRegistry::new(separator);
        for mapping in &mut mappings {
            let origin = mapping.origin;
            check_given(origin, &mapping.spec, given, problems);
            let own = check_exceptions(&mapping.exceptions, given, problems);
            if !given
                .properties
                .fill(mapping.destinations_mut(), origin, problems)
            {
                continue;
            }
            check_replies(mapping, broker_prefixes, problems);
            if let Err(problem) = registry.insert(mapping, &Arc::new(own)) {
                problems.push(format!("{origin}: {problem}"));
            }
        }
        let exceptions = check_exceptions(&exceptions, given, problems);
        for listener in &event_listeners {
            check_given(listener.origin, &listener.spec, given, problems);
            tracing::info!("events are heard by {}", listener.origin);
        }
        log(&mappings);
        Resolved {
            mappings: registry,
            exceptions,
            event_listeners,
        }
    }
}

fn check_exceptions(
    handlers: &[ExceptionHandler],
    given: Given<'_>,
    problems: &mut Vec<String>,
) -> Exceptions {
    let mut filled = Vec::new();
    for handler in handlers {
        let (origin, mut handler) = (handler.origin, handler.clone());
        check_given(origin, &handler.spec, given, problems);
        if given
            .properties
            .fill(handler.destinations_mut(), origin, problems)
        {
            filled.push(handler);
        }
    }
    Exceptions::new(filled, problems)
}

/// Whether a module is another, or lies below it.
fn is_within(module: &str, other: &str) -> bool {
    module
        .strip_prefix(other)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn check_replies(mapping: &Mapping, broker_prefixes: &Prefixes, problems: &mut Vec<String>) {
    if !mapping.spec.replies_as_mapped() {
        return;
    }
    let origin = mapping.origin;
    let uncovered = |destination: &str| {
        format!(
            "{origin} replies to \"{destination}\", which no broker prefix covers: add it to `.simple_broker([..])`, or to `.broker(..)`"
        )
    };
    for reply_to in &mapping.reply_to {
        let ReplyTo::Broker(template) = reply_to else {
            continue;
        };
        // Up to the first variable is all that is known before a message comes.
        let fixed = template.split('{').next().unwrap_or_default();
        if !broker_prefixes.cover(fixed) {
            problems.push(uncovered(template));
        }
    }
    if mapping.reply_to.is_empty() && mapping.kind == MappingKind::Message {
        for pattern in &mapping.patterns {
            let default = format!("/topic{pattern}");
            if !broker_prefixes.cover(&default) {
                problems.push(uncovered(&default));
            }
        }
    }
}

fn check_given(origin: Origin, spec: &HandlerSpec, given: Given<'_>, problems: &mut Vec<String>) {
    let states = spec
        .states()
        .iter()
        .filter(|state| !given.states.has(state.id));
    let states = states.map(|state| {
        let name = state.name;
        format!("{origin} takes `State<{name}>`: add `.state(..)` with a `{name}`")
    });
    let scoped = spec
        .session_scoped()
        .iter()
        .filter(|value| !given.scope.has(value.id));
    let scoped = scoped.map(|value| {
        let name = value.name;
        format!("{origin} takes `SessionScoped<{name}>`: add `.session_scoped(..)` that makes a `{name}`")
    });
    for problem in states.chain(scoped) {
        // The methods of a controller share its exception handlers; once is enough.
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
}

/// Says what was mapped, and from which crate: a handler that is missing here is not linked.
fn log(mappings: &[Mapping]) {
    let mut crates: BTreeMap<&str, usize> = BTreeMap::new();
    for Mapping {
        kind,
        patterns,
        origin,
        ..
    } in mappings
    {
        *crates
            .entry(origin.module.split("::").next().unwrap_or(origin.module))
            .or_default() += 1;
        tracing::info!("mapped {kind:?} {patterns:?} to {origin}");
    }
    for (name, count) in crates {
        tracing::info!("{count} mappings come from the crate {name}");
    }
}
