use crate::destination::{SyntaxError, Template};
use crate::handler::MessageContext;

/// Where the reply of a handler goes, as it is written: a template of a destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplyTo {
    /// To everybody who is subscribed (Spring's `@SendTo`).
    Broker(String),
    /// To the user who sent the message (Spring's `@SendToUser`), below `/user`. None means `/queue`
    /// and the lookup path.
    User(Option<String>),
}

/// Where the reply of a handler goes, ready to be expanded.
#[derive(Clone, Debug)]
pub(super) enum Target {
    Broker(Template),
    User(Option<Template>),
}

impl Target {
    pub(super) fn parse(reply_to: &ReplyTo, variables: &[String]) -> Result<Self, SyntaxError> {
        Ok(match reply_to {
            ReplyTo::Broker(template) => Self::Broker(Template::parse(template, variables)?),
            ReplyTo::User(None) => Self::User(None),
            ReplyTo::User(Some(template)) => {
                Self::User(Some(Template::parse(template, variables)?))
            }
        })
    }

    /// The destination for a message, and whether it is for the sender alone.
    pub(super) fn destination(&self, context: &MessageContext) -> (String, bool) {
        let expand = |template: &Template| template.expand(|index| context.variable(index));
        match self {
            Self::Broker(template) => (expand(template), false),
            Self::User(Some(template)) => (format!("/user{}", expand(template)), true),
            Self::User(None) => (format!("/user/queue{}", context.lookup_path()), true),
        }
    }
}
