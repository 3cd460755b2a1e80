use bytestring::ByteString;

use super::TEMPORARY_QUEUES;
use crate::destination::Prefixes;

/// The broker in memory, as the builder takes it (Spring's `SimpleBrokerRegistration`).
///
/// ```
/// use stompframe_core::Messaging;
/// use stompframe_core::broker::SimpleBroker;
///
/// let messaging = Messaging::builder()
///     .simple_broker(SimpleBroker::new(["/topic", "/news"]).wildcard_subscriptions())
///     .build()?;
/// # Ok::<(), stompframe_core::BuildError>(())
/// ```
///
/// Where prefixes are all there is to say, they can be given alone: `.simple_broker(["/topic"])`.
#[derive(Clone, Debug)]
#[must_use]
pub struct SimpleBroker {
    pub(crate) prefixes: Prefixes,
    pub(crate) queues: Prefixes,
    pub(crate) dead_letters: Option<ByteString>,
    pub(crate) wildcards: bool,
    pub(crate) selectors: bool,
    pub(crate) temporary_queues: bool,
}

/// What is a queue unless told otherwise.
const QUEUES: &str = "/queue";

/// Where dead letters go unless told otherwise.
const DEAD_LETTERS: &str = "/queue/dead-letters";

impl SimpleBroker {
    /// For destinations that begin with one of these prefixes. They may lack the slash in front:
    /// `jms.topic` covers `jms.topic.news`; only subscriptions to patterns need it.
    ///
    /// Those below `/queue` are queues, if it is among them: each message goes to one of the
    /// subscribers. All others are topics: each message goes to all of them.
    pub fn new<I: IntoIterator<Item: Into<String>>>(prefixes: I) -> Self {
        let prefixes = Prefixes::new(prefixes);
        let has_queues = prefixes
            .iter()
            .any(|prefix| prefix.trim_end_matches('/') == QUEUES);
        Self {
            prefixes,
            queues: Prefixes::new(has_queues.then_some(QUEUES)),
            dead_letters: has_queues.then(|| ByteString::from_static(DEAD_LETTERS)),
            wildcards: false,
            selectors: false,
            temporary_queues: false,
        }
    }

    /// Says which destinations are queues, in place of `/queue`: those that begin with one of these
    /// prefixes, which have to be among those of the broker. Dead letters are not kept unless
    /// [`dead_letters`](Self::dead_letters) says where.
    pub fn queues<I: IntoIterator<Item: Into<String>>>(mut self, prefixes: I) -> Self {
        self.queues = Prefixes::new(prefixes);
        self.dead_letters = None;
        self
    }

    /// Makes topics of all destinations, those below `/queue`, too, as they are in Spring: each
    /// message goes to everybody who is subscribed, and nothing waits.
    pub fn queues_are_topics(self) -> Self {
        self.queues([""; 0])
    }

    /// Says to which queue messages go that nobody received in the end, as they waited too long or
    /// were delivered too often; `/queue/dead-letters` unless told otherwise.
    ///
    /// There, they have the headers `original-destination` and `dead-letter-reason`, which is
    /// `expired` or `undeliverable`. Reading them is a matter of subscribing to the queue.
    pub fn dead_letters(mut self, queue: impl Into<ByteString>) -> Self {
        self.dead_letters = Some(queue.into());
        self
    }

    /// Lets clients subscribe to patterns, such as `/topic/rooms/*` or `/topic/**`: to all that
    /// matches, now and later. Closed unless opened, since who may hear one destination may not be
    /// meant to hear all.
    ///
    /// `?` is one character, `*` any number within a segment, `**` any number of segments, and
    /// `{name}` counts as `*`. Spring leaves it open.
    pub const fn wildcard_subscriptions(mut self) -> Self {
        self.wildcards = true;
        self
    }

    /// Lets clients have temporary queues, for answers, as with RabbitMQ and ActiveMQ.
    ///
    /// A message with `reply-to:/temp-queue/answers` reaches its receiver with a name in that header
    /// that nobody can guess; what the receiver sends there comes to the session, in the
    /// subscription `/temp-queue/answers`, which is made for it; or in one of its own making to that
    /// destination. All of it ends with the session. To know the name is to be allowed to send there.
    pub fn temporary_queues(mut self) -> Self {
        self.temporary_queues = true;
        self.prefixes.add(TEMPORARY_QUEUES);
        self
    }

    /// Lets subscriptions have a header `selector`: a [`Selector`](crate::broker::Selector), which
    /// chooses messages by their headers and
    /// `destination`. Refused with `unsupported` unless opened, as in Spring
    /// since 6.1, whose selectors are expressions in `SpEL`.
    pub const fn selectors(mut self) -> Self {
        self.selectors = true;
        self
    }
}

impl<S: Into<String>, const N: usize> From<[S; N]> for SimpleBroker {
    fn from(prefixes: [S; N]) -> Self {
        Self::new(prefixes)
    }
}

impl<S: Into<String>> From<Vec<S>> for SimpleBroker {
    fn from(prefixes: Vec<S>) -> Self {
        Self::new(prefixes)
    }
}

impl SimpleBroker {
    /// What is wrong with it, each as a sentence that says the fix.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.prefixes.iter().any(str::is_empty) {
            problems.push("`.simple_broker([\"\"])`: a prefix of the broker is empty".to_owned());
        }
        let uncovered = |queue: &&str| !self.prefixes.cover(queue);
        problems.extend(
            self.queues.iter().filter(uncovered).map(|queue| {
                format!("`.queues([\"{queue}\"])`: no prefix of the broker covers it")
            }),
        );
        if let Some(queue) = self
            .dead_letters
            .as_deref()
            .filter(|to| !self.queues.cover(to))
        {
            problems.push(format!(
                "`.dead_letters(\"{queue}\")`: it is not below a prefix that `.queues([..])` names"
            ));
        }
        problems
    }
}
