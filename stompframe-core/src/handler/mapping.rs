use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::{HandlerError, HandlerSpec, MessageContext, Reply};

/// Which messages a mapping is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MappingKind {
    /// SEND (Spring's `@MessageMapping`).
    Message,
    /// SUBSCRIBE (Spring's `@SubscribeMapping`).
    Subscribe,
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
    /// The variables by name, in the order in which the handler counts them.
    pub(crate) variables: Vec<String>,
    pub(crate) send_to: Vec<String>,
    pub(crate) origin: Origin,
    pub(crate) spec: HandlerSpec,
    pub(super) invoke: Arc<Invoke>,
}

pub(super) type Invoke =
    dyn Fn(MessageContext) -> BoxFuture<'static, Result<Reply, HandlerError>> + Send + Sync;

impl Mapping {
    /// Maps a function to destination patterns.
    pub fn new<P: Into<String>>(
        kind: MappingKind,
        patterns: impl IntoIterator<Item = P>,
        origin: Origin,
        invoke: impl Fn(MessageContext) -> BoxFuture<'static, Result<Reply, HandlerError>>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self {
            kind,
            patterns: patterns.into_iter().map(Into::into).collect(),
            variables: Vec::new(),
            send_to: Vec::new(),
            origin,
            spec: HandlerSpec::default(),
            invoke: Arc::new(invoke),
        }
    }

    /// Says in which order the handler counts the variables, which all patterns have.
    #[must_use]
    pub fn variables(mut self, variables: &[&str]) -> Self {
        self.variables = variables.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    /// Adds a destination for the reply; its placeholders are variables of the pattern.
    #[must_use]
    pub fn send_to(mut self, template: impl Into<String>) -> Self {
        self.send_to.push(template.into());
        self
    }

    /// Lets an extractor or a reply describe itself.
    #[must_use]
    pub fn describe(mut self, describe: impl FnOnce(&mut HandlerSpec)) -> Self {
        describe(&mut self.spec);
        self
    }
}

impl fmt::Debug for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mapping")
            .field("kind", &self.kind)
            .field("patterns", &self.patterns)
            .field("send_to", &self.send_to)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}
