use super::MessagingBuilder;
use crate::broker::{BrokerRelay, SimpleBroker};
use crate::destination::Prefixes;

/// What differs from Spring on purpose, taken back.
impl MessagingBuilder {
    /// Opens what Spring leaves open and what is closed here unless it is opened by name, for
    /// applications that move: clients may SEND straight to the broker
    /// ([`accept_client_sends`](Self::accept_client_sends)) and to other users
    /// ([`accept_user_sends`](Self::accept_user_sends)), subscribe to patterns
    /// ([`wildcard_subscriptions`](SimpleBroker::wildcard_subscriptions)), and what is below `/queue` are topics
    /// ([`queues_are_topics`](SimpleBroker::queues_are_topics)). Where there is a [relay](Self::broker), clients
    /// may SEND straight to its prefixes, too, and subscribe to patterns there; queues are then the
    /// broker's, as in Spring.
    ///
    /// Each of these is a warning at start-up, and a line to say by name, one after the other, until this
    /// one can go. [Rules](Self::authorize) narrow it as ever.
    ///
    /// ```
    /// use stompframe_core::Messaging;
    ///
    /// let messaging = Messaging::builder()
    ///     .simple_broker(["/topic", "/queue"])
    ///     .spring_compat()
    ///     .build()?;
    /// # Ok::<(), stompframe_core::BuildError>(())
    /// ```
    pub const fn spring_compat(mut self) -> Self {
        self.spring_compat = true;
        self
    }
}

/// Opens what is not open yet, and says what that is: a sentence for each.
pub(super) fn open_as_spring(
    broker: &mut SimpleBroker,
    relay: Option<&mut BrokerRelay>,
    sends: &mut Prefixes,
    sends_to_users: &mut Prefixes,
) -> Vec<String> {
    let mut opened = Vec::new();
    let relayed = relay.iter().flat_map(|relay| relay.prefixes.iter());
    let closed: Vec<_> = broker
        .prefixes
        .iter()
        .chain(relayed)
        .filter(|prefix| !sends.cover(prefix))
        .map(str::to_owned)
        .collect();
    if !closed.is_empty() {
        opened.push(format!(
            "clients may SEND straight to the broker, and forge what handlers say there \
             (`.accept_client_sends([{}])`)",
            closed
                .iter()
                .map(|prefix| format!("{prefix:?}"))
                .collect::<Vec<_>>()
                .join(", ")
        ));
        for prefix in &closed {
            sends.add(prefix);
        }
    }
    if !sends_to_users.cover("/") {
        sends_to_users.add("/");
        opened.push(
            "clients may SEND to other users, wherever these listen (`.accept_user_sends([\"/\"])`)"
                .to_owned(),
        );
    }
    if !broker.wildcards {
        broker.wildcards = true;
        opened.push(
            "clients may subscribe to patterns, and hear everybody \
             (`SimpleBroker::wildcard_subscriptions()`)"
                .to_owned(),
        );
    }
    if let Some(relay) = relay
        && relay.open_wildcards()
    {
        opened.push(
            "clients may subscribe to patterns at the broker, and hear everybody \
             (`BrokerRelay::wildcard_subscriptions()`)"
                .to_owned(),
        );
    }
    if broker.queues.iter().next().is_some() {
        *broker = broker.clone().queues_are_topics();
        opened.push(
            "what is sent to a queue goes to all who are subscribed, and is lost where nobody is \
             (`SimpleBroker::queues_are_topics()`)"
                .to_owned(),
        );
    }
    opened
}
