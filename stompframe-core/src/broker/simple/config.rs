use crate::broker::Prefixes;

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
    pub(crate) wildcards: bool,
}

impl SimpleBroker {
    /// For destinations that begin with one of these prefixes.
    pub fn new<I: IntoIterator<Item: Into<String>>>(prefixes: I) -> Self {
        Self {
            prefixes: Prefixes::new(prefixes),
            wildcards: false,
        }
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
