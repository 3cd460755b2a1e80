/// When a message that was delivered to a subscription counts as received (STOMP 1.2, SUBSCRIBE,
/// `ack` header).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AckMode {
    /// As soon as it is sent.
    #[default]
    Auto,
    /// When the client acknowledges it or a later one of the same subscription.
    Client,
    /// When the client acknowledges it.
    ClientIndividual,
}

impl AckMode {
    /// Reads the `ack` header of a SUBSCRIBE; none if it is none of the three modes.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        match value {
            "auto" => Some(Self::Auto),
            "client" => Some(Self::Client),
            "client-individual" => Some(Self::ClientIndividual),
            _ => None,
        }
    }
}
