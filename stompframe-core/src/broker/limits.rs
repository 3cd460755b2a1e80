/// What the broker in memory keeps for clients.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct BrokerLimits {
    /// How many of a session's subscriptions may be patterns, where those are allowed at all; 8
    /// unless told otherwise. Beyond: ERROR `too-many-subscriptions`.
    pub max_wildcard_subscriptions: usize,
}

impl Default for BrokerLimits {
    fn default() -> Self {
        Self {
            max_wildcard_subscriptions: 8,
        }
    }
}
