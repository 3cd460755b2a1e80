//! Mappings without attributes: which messages a plain function or a closure is for.

use std::any::type_name;
use std::panic::Location;

use super::{Handler, Mapping, MappingKind, Origin, ReplyTo};
use crate::security::{IntoRule, Rule};

/// Which messages a handler is for, and where its reply goes: what the attributes say, for
/// [`route`](crate::MessagingBuilder::route). Made by [`message`] and [`subscription`].
#[derive(Clone, Debug)]
#[must_use = "give it to `route`"]
pub struct RouteSpec {
    kind: MappingKind,
    patterns: Vec<String>,
    reply_to: Vec<ReplyTo>,
    rule: Option<Rule>,
}

/// A SEND to this destination, which is written as in `#[message_mapping]`.
///
/// ```
/// use stompframe_core::handler::extract::Variables;
/// use stompframe_core::handler::message;
/// use stompframe_core::{Messaging, Payload};
///
/// async fn say(Variables(room): Variables<u64>, text: String) -> Payload<String> {
///     Payload(format!("in room {room}: {text}"))
/// }
///
/// let messaging = Messaging::builder()
///     .route(message("/rooms/{room}").send_to("/topic/rooms/{room}"), say)
///     .route(message("/echo"), async |text: String| text)
///     .application_prefix("/app")
///     .simple_broker(["/topic"])
///     .build()?;
/// # Ok::<(), stompframe_core::BuildError>(())
/// ```
pub fn message(pattern: impl Into<String>) -> RouteSpec {
    RouteSpec::new(MappingKind::Message, pattern.into())
}

/// A SUBSCRIBE to this destination, which is written as in `#[subscribe_mapping]`. The result goes
/// once and straight to the subscription that asked, unless it is told to go elsewhere.
///
/// ```
/// use stompframe_core::handler::subscription;
/// use stompframe_core::{Messaging, Payload};
///
/// let messaging = Messaging::builder()
///     .route(subscription("/rooms"), async || Payload(["lobby", "garden"]))
///     .build()?;
/// # Ok::<(), stompframe_core::BuildError>(())
/// ```
pub fn subscription(pattern: impl Into<String>) -> RouteSpec {
    RouteSpec::new(MappingKind::Subscribe, pattern.into())
}

impl RouteSpec {
    fn new(kind: MappingKind, pattern: String) -> Self {
        Self {
            kind,
            patterns: vec![pattern],
            reply_to: Vec::new(),
            rule: None,
        }
    }

    /// Adds another destination, with the same variables. The first one says in which order
    /// [`Variables`](super::extract::Variables) counts them.
    pub fn or(mut self, pattern: impl Into<String>) -> Self {
        self.patterns.push(pattern.into());
        self
    }

    /// Says who may send or subscribe here, as `#[authorize]` does. It narrows what the application's
    /// [rules](crate::security::rules) allow.
    pub fn authorize<Args>(mut self, rule: impl IntoRule<Args>) -> Self {
        self.rule = Some(rule.into_rule());
        self
    }

    /// Sends the reply to this destination, which may hold variables. Can be said several times.
    /// Without any, the reply of a SEND goes to `/topic` and the destination without the
    /// application's prefix.
    pub fn send_to(mut self, template: impl Into<String>) -> Self {
        self.reply_to.push(ReplyTo::Broker(template.into()));
        self
    }

    /// Sends the reply to the user who sent the message, to all sessions of that user: to
    /// `/queue/replies` means that it arrives where they are subscribed to `/user/queue/replies`.
    /// `None` means `/queue` and the destination without the application's prefix.
    pub fn send_to_user<'d>(self, destination: impl Into<Option<&'d str>>) -> Self {
        self.user(destination.into(), true)
    }

    /// As [`send_to_user`](Self::send_to_user), but only to the session that sent the message.
    pub fn send_to_session<'d>(self, destination: impl Into<Option<&'d str>>) -> Self {
        self.user(destination.into(), false)
    }

    fn user(mut self, destination: Option<&str>, broadcast: bool) -> Self {
        let destination = destination.map(str::to_owned);
        self.reply_to.push(ReplyTo::User {
            destination,
            broadcast,
        });
        self
    }

    /// The mapping of a handler that was given at a place in the source.
    pub(crate) fn into_mapping<H: Handler<Args>, Args>(
        self,
        handler: H,
        place: &'static Location<'static>,
    ) -> Mapping {
        let origin = origin(type_name::<H>(), place);
        let mut mapping = Mapping::new(self.kind, self.patterns, origin, move |context| {
            handler.call(context)
        });
        mapping.rule = self.rule;
        let add = |mapping: Mapping, to| match to {
            ReplyTo::Broker(template) => mapping.send_to(template),
            ReplyTo::User {
                destination,
                broadcast,
            } => mapping.send_to_user(destination.as_deref(), broadcast),
        };
        let mapping = self.reply_to.into_iter().fold(mapping, add);
        mapping.describe(H::describe)
    }
}

/// What to call a handler in a log. Nobody promises what the name of a type looks like, so where it
/// is not a path, the file takes the module's place.
pub(super) fn origin(name: &'static str, place: &'static Location<'static>) -> Origin {
    let plain = name.trim_end_matches("::{{closure}}");
    let is_path = plain
        .chars()
        .all(|letter| letter.is_alphanumeric() || "_:{}#".contains(letter));
    let (module, name) = match plain.rsplit_once("::") {
        _ if !is_path => (place.file(), "handler"),
        _ if plain.len() < name.len() => (plain, "closure"),
        Some(path) => path,
        None => (place.file(), plain),
    };
    Origin {
        module,
        file: place.file(),
        line: place.line(),
        name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_is_called_by_its_path_where_it_has_one() {
        for (name, module, last) in [
            ("chat::rooms::say", "chat::rooms", "say"),
            ("chat::main::{{closure}}", "chat::main", "closure"),
            (
                "chat::main::{{closure}}::{{closure}}",
                "chat::main",
                "closure",
            ),
            ("fn(u64) -> a::B", file!(), "handler"),
            ("chat::say<a::B>", file!(), "handler"),
        ] {
            let origin = origin(name, Location::caller());
            assert_eq!((origin.module, origin.name), (module, last), "{name}");
        }
    }
}
