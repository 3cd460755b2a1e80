use std::sync::Arc;

use crate::broker::Selector;
use crate::channel::Recipient;
use crate::message::{Audience, Message};

/// One subscription, and which messages it is for.
#[derive(Clone, Debug)]
pub(in crate::broker) struct Subscription {
    pub(in crate::broker) recipient: Recipient,
    /// Which of them it wants; all, if there is none.
    pub(in crate::broker) selector: Option<Arc<Selector>>,
}

impl Subscription {
    /// Whether a message for its destination is meant for it, and wanted.
    pub(in crate::broker) fn takes(&self, message: &Message) -> bool {
        let is_meant = match message.audience() {
            Audience::Everybody => true,
            Audience::EverybodyBut(session) => self.recipient.session.id().shared() != session,
            // Never come here: what is for somebody goes to the user destinations.
            Audience::Session(_) | Audience::User(_) => false,
        };
        let header = |name: &str| match name {
            "destination" => Some(message.destination()),
            name => message.headers().get(name),
        };
        let is_wanted = |selector: &Arc<Selector>| selector.matches_with(header);
        is_meant && self.selector.as_ref().is_none_or(is_wanted)
    }

    /// Ends its session because more waits for it than may.
    pub(in crate::broker) fn overflow(&self) {
        self.recipient.session.outbox().overflow();
    }
}
