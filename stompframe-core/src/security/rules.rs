use std::panic::Location;
use std::sync::Arc;

use super::entry::{Draft, Matches};
use super::{IntoRule, deny};
use crate::message::{Message, MessageType};

/// The rules of an application, in their order. Made by [`rules`].
#[derive(Clone, Debug)]
#[must_use = "give them to `.authorize(..)`"]
pub struct Rules {
    pub(super) entries: Vec<Draft>,
    pub(super) otherwise: Draft,
    pub(super) problems: Vec<String>,
}

/// Starts with no rule: nobody may SEND or SUBSCRIBE anywhere.
///
/// Of all lines that a frame matches, the first decides. What none matches is denied, unless
/// [`anything_else`](Rules::anything_else) says otherwise.
///
/// ```
/// use stompframe_core::Messaging;
/// use stompframe_core::security::{Access, authenticated, deny, has_role, permit, rules};
///
/// async fn is_member(user: &str, room: u64) -> bool { user == "ann" && room == 7 }
///
/// let messaging = Messaging::builder()
///     .application_prefix("/app")
///     .simple_broker(["/topic"])
///     .authorize(
///         rules()
///             .subscribe("/user/queue/errors", permit())
///             .subscribe("/topic/rooms/{room}", |access: Access, room: u64| async move {
///                 let Some(user) = access.principal() else { return false };
///                 is_member(user.name(), room).await
///             })
///             .send("/app/admin/**", has_role("ADMIN"))
///             .send("/app/**", authenticated())
///             .anything_else(deny()),
///     )
///     .build()?;
/// # Ok::<(), stompframe_core::BuildError>(())
/// ```
///
/// # Patterns
///
/// They are written as those of handlers, with variables and wildcards, for the whole destination as
/// the client writes it, with the application's prefix and that of user destinations. They have the
/// same separator.
///
/// # Wildcards
///
/// A client that subscribes to a pattern of its own is allowed to if the rules allow every destination
/// that it could match. Predicates see one destination, so what one of them decides about has no
/// wildcards; roles do.
pub fn rules() -> Rules {
    Rules {
        entries: Vec::new(),
        otherwise: Draft {
            matches: Matches::Types(vec![MessageType::Message, MessageType::Subscribe]),
            rule: deny(),
            place: None,
        },
        problems: Vec::new(),
    }
}

impl Rules {
    /// SUBSCRIBE to destinations of this pattern (Spring's `simpSubscribeDestMatchers`).
    #[track_caller]
    pub fn subscribe<Args>(self, pattern: impl Into<String>, rule: impl IntoRule<Args>) -> Self {
        self.to(vec![MessageType::Subscribe], pattern.into(), rule)
    }

    /// SEND to destinations of this pattern (Spring's `simpMessageDestMatchers`).
    #[track_caller]
    pub fn send<Args>(self, pattern: impl Into<String>, rule: impl IntoRule<Args>) -> Self {
        self.to(vec![MessageType::Message], pattern.into(), rule)
    }

    /// SEND and SUBSCRIBE to destinations of this pattern (Spring's `simpDestMatchers`).
    #[track_caller]
    pub fn destination<Args>(self, pattern: impl Into<String>, rule: impl IntoRule<Args>) -> Self {
        let both = vec![MessageType::Message, MessageType::Subscribe];
        self.to(both, pattern.into(), rule)
    }

    /// CONNECT: who may open a session. Everybody may unless a rule says otherwise; to find out who it
    /// is, is for [`authenticate`](crate::MessagingBuilder::authenticate).
    #[track_caller]
    pub fn connect<Args>(self, rule: impl IntoRule<Args>) -> Self {
        self.of_type([MessageType::Connect], rule)
    }

    /// Frames without a destination (Spring's `nullDestMatcher`): CONNECT, UNSUBSCRIBE, ACK, NACK.
    /// Everybody may unless a rule says otherwise, since they only end or acknowledge what was allowed.
    #[track_caller]
    pub fn without_destination<Args>(self, rule: impl IntoRule<Args>) -> Self {
        let types = [
            MessageType::Connect,
            MessageType::Unsubscribe,
            MessageType::Ack,
            MessageType::Nack,
        ];
        self.of_type(types, rule)
    }

    /// Frames of these types, wherever they go (Spring's `simpTypeMatchers`). DISCONNECT is no one's to
    /// refuse.
    #[track_caller]
    pub fn of_type<Args>(
        self,
        types: impl IntoIterator<Item = MessageType>,
        rule: impl IntoRule<Args>,
    ) -> Self {
        self.entry(Matches::Types(types.into_iter().collect()), rule)
    }

    /// Frames of any type of which the application says itself whether the rule is about them
    /// (Spring's `matchers`), by the message as the interceptors left it.
    ///
    /// It cannot say so of all that a wildcard could match. So it opens no subscriptions to
    /// patterns; and if its rule denies anything, nobody may subscribe to patterns that rules behind it
    /// would allow.
    #[track_caller]
    pub fn matching<Args>(
        self,
        condition: impl Fn(&Message) -> bool + Send + Sync + 'static,
        rule: impl IntoRule<Args>,
    ) -> Self {
        self.entry(Matches::Condition(Arc::new(condition)), rule)
    }

    /// Every SEND and SUBSCRIBE that no line before matches. Without it, they are denied.
    #[track_caller]
    pub fn anything_else<Args>(mut self, rule: impl IntoRule<Args>) -> Self {
        let place = Location::caller();
        if self.otherwise.place.replace(place).is_some() {
            self.problems.push(format!(
                "{place}: `.anything_else(..)` was said twice: remove one"
            ));
        }
        self.otherwise.rule = rule.into_rule();
        self
    }

    #[track_caller]
    fn to<Args>(self, types: Vec<MessageType>, pattern: String, rule: impl IntoRule<Args>) -> Self {
        self.entry(Matches::Destination { types, pattern }, rule)
    }

    #[track_caller]
    fn entry<Args>(mut self, matches: Matches<String>, rule: impl IntoRule<Args>) -> Self {
        self.entries.push(Draft {
            matches,
            rule: rule.into_rule(),
            place: Some(Location::caller()),
        });
        self
    }
}
