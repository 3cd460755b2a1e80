//! Handlers, called alone.

mod message;
mod recorder;
mod reply;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

pub use self::message::{CallMessage, message, subscription};
use self::recorder::Recorder;
pub use self::reply::TestReply;
use super::Expectation;
use super::expectation::Failure;
use crate::channel::{Handling, MessageHandler as _};
use crate::handler::{
    AnnotatedFunction, Controller, HandlerError, Mapping, MappingKind, MappingRegistry, Registered,
};
use crate::message::{Message, MessageType};

/// How long a handler may take, by tokio's clock.
const PATIENCE: Duration = Duration::from_secs(60);

/// Calls an annotated function with one message, as an application would: the arguments are read
/// from the message, and the result becomes a reply. There is no broker and no client; what would
/// have been published is in the [`TestReply`].
///
/// ```
/// # use stompframe_core as stompframe;
/// use stompframe::test::{call, message};
/// # use stompframe::{HandlerError, Payload, message_mapping, send_to};
///
/// #[message_mapping("/rooms/{room}")]
/// #[send_to("/topic/rooms/{room}")]
/// async fn shout(room: u64, text: String) -> String {
///     text.to_uppercase()
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), HandlerError> {
/// let reply = call::<shout>(message("/rooms/7").text("hi")).await?;
/// assert_eq!(reply.destinations(), ["/topic/rooms/7"]);
/// assert_eq!(reply.text(), "HI");
///
/// let refused = call::<shout>(message("/rooms/seven").text("hi")).await;
/// assert_eq!(refused.unwrap_err().code().as_str(), "bad-destination");
/// # Ok(())
/// # }
/// ```
///
/// The destination is written as in the attribute: without the application's prefix. A panic in the
/// handler is what it is for a client, an error with the code `internal`.
///
/// # Panics
///
/// When it is awaited, if the message is none for this function.
#[track_caller]
pub fn call<F: AnnotatedFunction>(
    message: CallMessage,
) -> Expectation<Result<TestReply, HandlerError>> {
    let mapping = match F::REGISTRATION.registered {
        Registered::Function(mapping) => Ok(mapping()),
        _ => Err(Failure(format!(
            "{} handles no messages",
            F::REGISTRATION.origin
        ))),
    };
    Expectation::new(async move { run(vec![mapping?], message).await })
}

/// As [`call`], for the mapped methods of a controller: the best match is called. Its exception
/// handlers are not: what comes back is the error of the method.
#[track_caller]
pub fn call_on<C: Controller>(
    controller: &Arc<C>,
    message: CallMessage,
) -> Expectation<Result<TestReply, HandlerError>> {
    Expectation::new(run(C::mappings(controller), message))
}

async fn run(
    mut mappings: Vec<Mapping>,
    CallMessage {
        mut message,
        states,
        properties,
        sender,
        attributes,
        scope,
        converters,
    }: CallMessage,
) -> Result<Result<TestReply, HandlerError>, Failure> {
    let mut registry = MappingRegistry::new('/');
    for mapping in &mut mappings {
        let (origin, mut problems) = (mapping.origin, Vec::new());
        properties.fill(mapping.destinations_mut(), origin, &mut problems);
        if let Some(problem) = problems.pop() {
            return Err(Failure(problem));
        }
        registry
            .insert(mapping, &Arc::default())
            .map_err(|problem| Failure(format!("{origin}: {problem}")))?;
    }
    let recorder = Recorder::new(sender, attributes.copied(), scope);
    let handlers = recorder.handlers(registry, states, converters);
    message.set_principal(recorder.session().principal());
    let message = Arc::new(message);
    if let (MessageType::Subscribe, Some(id)) = (message.message_type(), message.subscription()) {
        // What answers a subscription reaches a session that has it.
        let destination = message.destination().to_owned();
        let _ = recorder
            .session()
            .reserve(id.clone(), destination.into(), usize::MAX);
    }
    let handled = match handlers.handle(&message, Some(recorder.session())) {
        Handling::Ignored => return Err(nobody(&mappings, &message)),
        Handling::Done(result) => result,
        Handling::Pending(handled) => timeout(PATIENCE, handled).await.map_err(|_| {
            Failure(format!(
                "the handler of {} was not done within {PATIENCE:?}",
                message.destination()
            ))
        })?,
    };
    match handled {
        Ok(()) => Ok(Ok(recorder.into_reply().await)),
        Err(error) => Ok(Err(error.into())),
    }
}

/// Says that no mapping is for the message, and which there are.
fn nobody(mappings: &[Mapping], message: &Message) -> Failure {
    let there_are: String = mappings
        .iter()
        .map(|mapping| {
            let verb = match mapping.kind {
                MappingKind::Message => "SEND",
                MappingKind::Subscribe => "SUBSCRIBE",
            };
            format!(
                "\n    {verb} {} ({})",
                mapping.patterns.join(" and "),
                mapping.origin.name
            )
        })
        .collect();
    let verb = match message.message_type() {
        MessageType::Subscribe => "SUBSCRIBE",
        _ => "SEND",
    };
    Failure(format!(
        "expected a handler of {verb} {}, but these are all there are:{there_are}\n\
         destinations are written without the application's prefix here",
        message.destination()
    ))
}
