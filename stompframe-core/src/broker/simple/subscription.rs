use crate::channel::Recipient;
use crate::message::{Audience, Message};

/// One subscription, and which messages it is for.
#[derive(Clone, Debug)]
pub(super) struct Subscription {
    pub(super) recipient: Recipient,
}

impl Subscription {
    /// Ends its session because more waits for it than may.
    pub(super) fn overflow(&self) {
        self.recipient.session.outbox().overflow();
    }

    /// Whether a message for its destination is meant for it.
    pub(super) fn takes(&self, message: &Message) -> bool {
        match message.audience() {
            Audience::Everybody => true,
            Audience::EverybodyBut(session) => self.recipient.session.id().shared() != session,
            // Never come here: what is for somebody goes to the user destinations.
            Audience::Session(_) | Audience::User(_) => false,
        }
    }
}
