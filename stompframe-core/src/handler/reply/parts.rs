use bytestring::ByteString;

use super::{Redirect, Reply};
use crate::handler::{HandlerSpec, extract};

/// Something that stands in front of a reply and says more about it.
///
/// * `[("name", "value")]` and [`Headers`](extract::Headers) add headers;
/// * [`SendTo`] and [`SendToUser`] send it elsewhere than the mapping says;
/// * [`ExceptSender`] leaves out the session that sent the message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand in front of a reply",
    label = "says nothing about a reply",
    note = "put headers there as `[(\"name\", \"value\")]`, or `SendTo`, `SendToUser`, `ExceptSender`"
)]
pub trait ReplyPart {
    /// Changes the reply.
    fn apply(self, reply: &mut Reply);

    /// Says what it needs of the application.
    fn describe(spec: &mut HandlerSpec) {
        let _ = spec;
    }
}

impl<N: Into<ByteString>, V: Into<ByteString>, const LENGTH: usize> ReplyPart for [(N, V); LENGTH] {
    fn apply(self, reply: &mut Reply) {
        let headers: [(ByteString, ByteString); LENGTH] =
            self.map(|(name, value)| (name.into(), value.into()));
        reply.each(move |message| {
            for (name, value) in &headers {
                message.headers.set(name.clone(), value.clone());
            }
        });
    }
}

impl ReplyPart for extract::Headers {
    fn apply(self, reply: &mut Reply) {
        reply.each(move |message| {
            for (name, value) in &self.0 {
                message.headers.set(name.to_owned(), value.to_owned());
            }
        });
    }
}

/// Sends a reply to this destination, whatever the mapping says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendTo<D>(pub D);

/// Sends a reply to a user destination of the session that sent the message: with
/// `SendToUser("/queue/replies")` it arrives where that session is subscribed to
/// `/user/queue/replies`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendToUser<D>(pub D);

/// Sends a reply to all but the session that sent the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExceptSender;

impl<D: Into<String>> ReplyPart for SendTo<D> {
    fn apply(self, reply: &mut Reply) {
        send(reply, Redirect::Broker(self.0.into().into()));
    }

    fn describe(spec: &mut HandlerSpec) {
        spec.chooses_destination();
    }
}

impl<D: Into<String>> ReplyPart for SendToUser<D> {
    fn apply(self, reply: &mut Reply) {
        send(reply, Redirect::Session(self.0.into().into()));
    }

    fn describe(spec: &mut HandlerSpec) {
        spec.chooses_destination();
    }
}

impl ReplyPart for ExceptSender {
    fn apply(self, reply: &mut Reply) {
        reply.each(|message| message.except_sender = true);
    }
}

fn send(reply: &mut Reply, to: Redirect) {
    reply.each(move |message| message.to = Some(to.clone()));
}
