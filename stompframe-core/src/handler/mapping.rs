use std::fmt;
use std::future::Future;
use std::sync::Arc;

use super::dispatch::Invoke;
use super::exception::ExceptionHandler;
use super::{HandlerError, HandlerSpec, MessageContext, Reply, ReplyTo};
use crate::message::MessageType;
use crate::security::{IntoRule, Rule};

/// Which messages a mapping is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MappingKind {
    /// SEND (Spring's `@MessageMapping`).
    Message,
    /// SUBSCRIBE (Spring's `@SubscribeMapping`).
    Subscribe,
}

impl MappingKind {
    /// Those that messages of this type are for.
    pub(super) const fn of(message_type: MessageType) -> Option<Self> {
        match message_type {
            MessageType::Message => Some(Self::Message),
            MessageType::Subscribe => Some(Self::Subscribe),
            _ => None,
        }
    }
}

/// Where a handler stands in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    /// The module, as `module_path!()` says it.
    pub module: &'static str,
    /// The file.
    pub file: &'static str,
    /// The line of the function's name.
    pub line: u32,
    /// The function, or the controller and its method.
    pub name: &'static str,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}::{} ({}:{})",
            self.module, self.name, self.file, self.line
        )
    }
}

/// A handler, together with what it is mapped to: what the attributes build.
pub struct Mapping {
    pub(crate) kind: MappingKind,
    pub(crate) patterns: Vec<String>,
    /// The variables by name, in the order in which the handler counts them; `None` means that of
    /// the first pattern.
    pub(super) variables: Option<Vec<String>>,
    pub(crate) reply_to: Vec<ReplyTo>,
    pub(crate) origin: Origin,
    pub(crate) spec: HandlerSpec,
    /// Who may, where that is said beside the mapping.
    pub(crate) rule: Option<Rule>,
    pub(super) invoke: Arc<dyn Invoke>,
    /// Those of the controller that the handler belongs to.
    pub(crate) exceptions: Arc<[ExceptionHandler]>,
}

impl Mapping {
    /// Maps a function to destination patterns.
    pub fn new<P, F>(
        kind: MappingKind,
        patterns: impl IntoIterator<Item = P>,
        origin: Origin,
        invoke: impl Fn(MessageContext) -> F + Send + Sync + 'static,
    ) -> Self
    where
        P: Into<String>,
        F: Future<Output = Result<Reply, HandlerError>> + Send + 'static,
    {
        Self {
            kind,
            patterns: patterns.into_iter().map(Into::into).collect(),
            variables: None,
            reply_to: Vec::new(),
            origin,
            spec: HandlerSpec::default(),
            rule: None,
            invoke: Arc::new(invoke),
            exceptions: Arc::default(),
        }
    }

    /// Says in which order the handler counts the variables, which all patterns have. Unless told
    /// otherwise, it is that of the first pattern.
    #[must_use]
    pub fn variables(mut self, variables: &[&str]) -> Self {
        self.variables = Some(variables.iter().map(|name| (*name).to_owned()).collect());
        self
    }

    /// Adds a destination for the reply; its placeholders are variables of the pattern.
    #[must_use]
    pub fn send_to(mut self, template: impl Into<String>) -> Self {
        self.reply_to.push(ReplyTo::Broker(template.into()));
        self
    }

    /// Adds a user destination for the reply, such as `/queue/replies`; without one, it is `/queue`
    /// and the lookup path. With `broadcast` it goes to all sessions of the user.
    #[must_use]
    pub fn send_to_user(mut self, destination: Option<&str>, broadcast: bool) -> Self {
        let destination = destination.map(str::to_owned);
        // Users come first, as in Spring.
        let users = self
            .reply_to
            .iter()
            .take_while(|to| matches!(to, ReplyTo::User { .. }))
            .count();
        self.reply_to.insert(
            users,
            ReplyTo::User {
                destination,
                broadcast,
            },
        );
        self
    }

    /// Says who may send or subscribe here. It narrows what the application's
    /// [rules](crate::security::rules) allow.
    #[must_use]
    pub fn authorize<Args>(mut self, rule: impl IntoRule<Args>) -> Self {
        self.rule = Some(rule.into_rule());
        self
    }

    /// Everything that is written about destinations, in which there may be placeholders.
    pub(crate) fn destinations_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let templates = self.reply_to.iter_mut().filter_map(ReplyTo::template_mut);
        self.patterns.iter_mut().chain(templates)
    }

    /// Lets an extractor or a reply describe itself.
    #[must_use]
    pub fn describe(mut self, describe: impl FnOnce(&mut HandlerSpec)) -> Self {
        describe(&mut self.spec);
        self
    }

    /// Gives it the exception handlers of its controller.
    #[must_use]
    pub fn exceptions(mut self, exceptions: &Arc<[ExceptionHandler]>) -> Self {
        self.exceptions = Arc::clone(exceptions);
        self
    }
}

impl fmt::Debug for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mapping")
            .field("kind", &self.kind)
            .field("patterns", &self.patterns)
            .field("reply_to", &self.reply_to)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}
