use std::fmt;
use std::sync::Arc;

use bytestring::ByteString;

use super::HandlerError;
use crate::destination::{Captured, Captures, bad_variable};
use crate::event::SessionEvent;
use crate::message::{Converters, Message};
use crate::security::RulesHandle;
use crate::session::{Session, SessionRegistry};
use crate::states::States;
use crate::template::MessagingTemplate;

/// What a handler is called with, and what [extractors](super::FromMessage) read from.
///
/// Cloning is cheap: all clones are the same context.
#[derive(Clone)]
pub struct MessageContext(Arc<Parts>);

/// What a context is made of.
pub(super) struct Parts {
    pub(super) message: Arc<Message>,
    pub(super) session: Arc<Session>,
    pub(super) services: Arc<Services>,
    /// Where in the message's destination the lookup path begins.
    pub(super) lookup_path: usize,
    pub(super) captures: Captures,
    /// The names of what was captured, in the same order.
    pub(super) variables: Arc<[String]>,
}

/// What an application's handlers share.
pub(crate) struct Services {
    pub(crate) template: MessagingTemplate,
    pub(crate) states: Arc<States>,
    pub(crate) sessions: Arc<SessionRegistry>,
    pub(crate) rules: RulesHandle,
    /// The headers of a message that its replies have, too.
    pub(crate) propagated: Vec<String>,
}

impl MessageContext {
    pub(super) fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// For a listener of events, which has no destination of its own.
    pub(super) fn of_event(event: &SessionEvent, services: &Arc<Services>) -> Self {
        Self::new(Parts {
            message: Arc::clone(event.shared_message()),
            session: Arc::clone(event.session()),
            services: Arc::clone(services),
            lookup_path: event.shared_message().destination().len(),
            captures: Captures::default(),
            variables: Arc::default(),
        })
    }

    /// The message.
    #[must_use]
    pub fn message(&self) -> &Message {
        &self.0.message
    }

    /// The session that sent it.
    #[must_use]
    pub fn session(&self) -> &Arc<Session> {
        &self.0.session
    }

    /// The destination without the application's prefix: what the mapping matched.
    #[must_use]
    pub fn lookup_path(&self) -> &str {
        &self.message().destination()[self.0.lookup_path..]
    }

    /// The sessions that are connected now.
    #[must_use]
    pub fn sessions(&self) -> &Arc<SessionRegistry> {
        &self.0.services.sessions
    }

    /// The rules that hold.
    #[must_use]
    pub fn rules(&self) -> &RulesHandle {
        &self.0.services.rules
    }

    /// The headers of a message that its replies have, too.
    pub(super) fn propagated(&self) -> &[String] {
        &self.0.services.propagated
    }

    /// Where a reply goes that goes nowhere else: the lookup path below `/topic` or `/queue`.
    pub(super) fn lookup_path_below(&self, prefix: &str) -> ByteString {
        [prefix, self.lookup_path()].concat().into()
    }

    /// To publish from within the handler.
    #[must_use]
    pub fn template(&self) -> &MessagingTemplate {
        &self.0.services.template
    }

    /// The formats that bodies are read from, and replies are written as.
    #[must_use]
    pub fn converters(&self) -> &Converters {
        self.0.services.template.converters()
    }

    /// The value that was given to `.state(..)` for this type.
    #[must_use]
    pub fn state<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.0.services.states.get()
    }

    /// The value of a destination variable, by its place in the pattern.
    ///
    /// # Panics
    ///
    /// When the pattern has no such variable; the attributes count them at compile time.
    #[must_use]
    pub fn variable(&self, index: usize) -> &str {
        &self.lookup_path()[self.0.captures[index].clone()]
    }

    /// The names of the destination variables, in the order of [`variable`](Self::variable).
    #[must_use]
    pub fn variable_names(&self) -> &[String] {
        &self.0.variables
    }

    /// The destination variables, to be read together.
    pub(super) fn captured(&self) -> Captured<'_> {
        Captured {
            names: &self.0.variables,
            path: self.lookup_path(),
            captures: &self.0.captures,
        }
    }

    /// The error for a destination variable that does not parse.
    #[doc(hidden)]
    pub fn bad_variable(name: &str, error: &dyn fmt::Display) -> HandlerError {
        bad_variable(name, error).into()
    }
}

impl fmt::Debug for MessageContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageContext")
            .field("message", &self.0.message)
            .field("session", self.0.session.id())
            .field("lookup_path", &self.lookup_path())
            .finish_non_exhaustive()
    }
}
