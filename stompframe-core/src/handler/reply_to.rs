use bytestring::ByteString;

use crate::destination::{SyntaxError, Template};
use crate::handler::MessageContext;
use crate::message::Audience;

/// Where the reply of a handler goes, as it is written: a template of a destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplyTo {
    /// To everybody who is subscribed (Spring's `@SendTo`).
    Broker(String),
    /// To the user who sent the message (Spring's `@SendToUser`).
    User {
        /// A destination below `/user`. None means `/queue` and the lookup path.
        destination: Option<String>,
        /// To all sessions of the user, and not only to the one that sent the message.
        broadcast: bool,
    },
}

impl ReplyTo {
    /// The destination, if it is written.
    pub(super) const fn template_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Broker(template) => Some(template),
            Self::User { destination, .. } => destination.as_mut(),
        }
    }
}

/// Where the reply of a handler goes, ready to be expanded.
#[derive(Clone, Debug)]
pub(super) enum Target {
    Broker(Template),
    User {
        destination: Option<Template>,
        broadcast: bool,
    },
}

/// A place where a reply goes.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) destination: ByteString,
    pub(super) audience: Audience,
}

impl Place {
    pub(super) const fn broker(destination: ByteString) -> Self {
        Self {
            destination,
            audience: Audience::Everybody,
        }
    }

    /// A user destination of who sent the message, such as `/queue/replies`: of all sessions of the
    /// user, or of the one session, which is all there is of somebody anonymous.
    pub(super) fn user(destination: ByteString, broadcast: bool, context: &MessageContext) -> Self {
        let session = context.session();
        let audience = match context.message().principal() {
            Some(principal) if broadcast => {
                Audience::User(principal.shared_destination_name().clone())
            }
            _ => Audience::Session(session.id().shared().clone()),
        };
        let destination = if destination.starts_with('/') {
            destination
        } else {
            ["/", &destination].concat().into()
        };
        Self {
            destination,
            audience,
        }
    }

    /// Leaves the sender out, of what goes to everybody.
    pub(super) fn except(mut self, sender: &ByteString) -> Self {
        if self.audience == Audience::Everybody {
            self.audience = Audience::EverybodyBut(sender.clone());
        }
        self
    }

    /// Whether it is for the user who sent the message.
    pub(super) const fn is_for_sender(&self) -> bool {
        matches!(self.audience, Audience::Session(_) | Audience::User(_))
    }
}

impl Target {
    pub(super) fn parse(reply_to: &ReplyTo, variables: &[String]) -> Result<Self, SyntaxError> {
        let parse = |template: &String| Template::parse(template, variables);
        Ok(match reply_to {
            ReplyTo::Broker(template) => Self::Broker(parse(template)?),
            ReplyTo::User {
                destination,
                broadcast,
            } => Self::User {
                destination: destination.as_ref().map(parse).transpose()?,
                broadcast: *broadcast,
            },
        })
    }

    /// The place for the reply to one message.
    pub(super) fn place(&self, context: &MessageContext) -> Place {
        let expand = |template: &Template| template.expand(|index| context.variable(index));
        match self {
            Self::Broker(template) => Place::broker(expand(template)),
            Self::User {
                destination,
                broadcast,
            } => {
                let destination = destination
                    .as_ref()
                    .map_or_else(|| context.lookup_path_below("/queue"), expand);
                Place::user(destination, *broadcast, context)
            }
        }
    }
}
