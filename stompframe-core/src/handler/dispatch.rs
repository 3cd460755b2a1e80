use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;

use super::context::Services;
use super::mapping::MappingKind;
use super::registry::Route;
use super::{MappingRegistry, MessageContext, Reply, lookup_path};
use crate::channel::{
    BrokerChannel, ClientOutboundChannel, Handling, MessageHandler, Outcome, Recipient,
};
use crate::error::{ErrorCode, MessagingError};
use crate::message::{Message, MessageType};
use crate::session::Session;

/// Finds the handler of a message, calls it, and sends its reply on its way (Spring's
/// `SimpAnnotationMethodMessageHandler`).
pub(crate) struct AnnotatedHandlers {
    prefixes: Vec<String>,
    registry: MappingRegistry,
    services: Arc<Services>,
    replies: Arc<Replies>,
}

/// Where replies go.
struct Replies {
    broker: Arc<BrokerChannel>,
    outbound: Arc<ClientOutboundChannel>,
}

impl AnnotatedHandlers {
    pub(crate) fn new(
        prefixes: Vec<String>,
        registry: MappingRegistry,
        services: Services,
        broker: Arc<BrokerChannel>,
        outbound: Arc<ClientOutboundChannel>,
    ) -> Self {
        let replies = Arc::new(Replies { broker, outbound });
        Self {
            prefixes,
            registry,
            services: Arc::new(services),
            replies,
        }
    }
}

impl MessageHandler for AnnotatedHandlers {
    fn handle(&self, message: &Arc<Message>, session: Option<&Arc<Session>>) -> Handling {
        let kind = match message.message_type() {
            MessageType::Message => MappingKind::Message,
            MessageType::Subscribe => MappingKind::Subscribe,
            _ => return Handling::Ignored,
        };
        let (Some(session), Some(path)) =
            (session, lookup_path(&self.prefixes, message.destination()))
        else {
            return Handling::Ignored;
        };
        let Some((route, captures)) = self.registry.find(kind, path) else {
            return Handling::Ignored;
        };
        let (route, replies) = (Arc::clone(route), Arc::clone(&self.replies));
        let context = MessageContext {
            lookup_path: message.shared_destination().slice_ref(path),
            message: Arc::clone(message),
            session: Arc::clone(session),
            services: Arc::clone(&self.services),
            captures,
        };
        Handling::Pending(Box::pin(async move {
            let reply = call(&route, context.clone()).await?;
            replies.send(&route, &context, reply).await
        }))
    }
}

/// Calls the handler. A panic in it ends here: it is one message's failure and nobody else's.
async fn call(route: &Route, context: MessageContext) -> Result<Reply, MessagingError> {
    // The closure lets a panic while the future is made count as one while it runs.
    let reply = AssertUnwindSafe(async { (route.invoke)(context).await })
        .catch_unwind()
        .await;
    match reply {
        Ok(reply) => reply.map_err(super::HandlerError::into_inner),
        Err(panic) => {
            let panic = panic_message(panic.as_ref());
            tracing::error!(handler = %route.origin, panic, "a handler panicked");
            Err(MessagingError::new(ErrorCode::Internal)
                .with_source(format!("handler panicked: {panic}")))
        }
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("(not a text)")
}

impl Replies {
    async fn send(
        &self,
        route: &Route,
        context: &MessageContext,
        reply: Reply,
    ) -> Result<(), MessagingError> {
        let Some((content_type, body)) = reply.body else {
            return Ok(());
        };
        let message_to = |destination: String| {
            let mut message = Message::new(MessageType::Message, destination);
            message.headers_mut().set("content-type", content_type);
            message.set_payload(body.clone());
            message
        };
        if route.send_to.is_empty() && route.kind == MappingKind::Subscribe {
            return self
                .answer(
                    context,
                    &message_to(context.message.destination().to_owned()),
                )
                .await;
        }
        let destinations = if route.send_to.is_empty() {
            vec![format!("/topic{}", context.lookup_path)]
        } else {
            route
                .send_to
                .iter()
                .map(|to| to.expand(|index| context.variable(index)))
                .collect()
        };
        for destination in destinations {
            if self
                .broker
                .send(message_to(destination), Some(&context.session))
                .await?
                == Outcome::Ignored
            {
                return Err(MessagingError::new(ErrorCode::Internal)
                    .with_source(format!("no broker takes the reply of {}", route.origin)));
            }
        }
        Ok(())
    }

    /// Straight to the subscription that asked; the broker has no part in it.
    async fn answer(
        &self,
        context: &MessageContext,
        message: &Message,
    ) -> Result<(), MessagingError> {
        let Some(subscription) = context.message.subscription() else {
            return Ok(());
        };
        let recipient = Recipient {
            session: Arc::clone(&context.session),
            subscription: subscription.clone(),
        };
        self.outbound.deliver(message, &recipient).await.map(|_| ())
    }
}
