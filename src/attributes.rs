//! The attributes, documented here because here their examples compile.

/// Maps a function, or a method of a [`controller`], to the destination of a SEND (Spring's
/// `@MessageMapping`).
///
/// ```
/// use stompframe::prelude::*;
///
/// /// SEND /app/rooms/7 with the application prefix `/app`
/// #[message_mapping("/rooms/{room}")]
/// #[send_to("/topic/rooms/{room}")]
/// async fn say(room: u64, Payload(text): Payload<String>) -> Payload<String> {
///     Payload(format!("in room {room}: {text}"))
/// }
/// ```
///
/// The parameter whose name is a variable of the destination *is* that variable, read with
/// [`FromStr`](std::str::FromStr); what does not parse is refused with `bad-destination`. Every
/// other parameter is anything that implements [`FromMessage`](crate::FromMessage). The result is
/// anything that implements [`IntoReply`](crate::IntoReply); it goes where [`send_to`] says, or
/// else to `/topic` followed by the destination without the application prefix, as in Spring.
///
/// There may be several destinations, all with the same variables. They are patterns as in Spring:
///
/// | in a pattern | stands for |
/// |---|---|
/// | `?` | one character |
/// | `*` | any number of characters within a segment |
/// | `**` | any number of segments |
/// | `{name}` | a variable: a segment, or part of one as in `/room.{id}` |
/// | `{name:regex}` | a variable whose value matches (a regex of the `regex-lite` crate, in ASCII) |
/// | `${name}`, `${name:default}` | what [`property`](crate::MessagingBuilder::property) gives for the name, or else the default |
///
/// Where several mappings match, the most specific one gets the message. That is one without `**`
/// before one with it; of those without, the one with fewer wildcards and variables and then the
/// longer one; of those with it, the longer one; and then the one that has text where the other one
/// has not, from left to right. Two that match the same
/// destinations are a problem that `build()` reports.
///
/// The function stays what it is, and can be called by a test. Beside it comes a type of the same
/// name, for [`handler::<say>()`](crate::MessagingBuilder::handler). The messages of one session
/// are handled one after the other, in the order in which they were sent.
///
/// `crate = path` as last argument names this crate where it has been renamed.
///
/// # Compile errors
///
/// A variable without a parameter, a `send_to` placeholder that is no variable, a function that is
/// not `async`, an argument that is no extractor, a result that cannot be sent: each is an error
/// that points at the words.
///
/// ```compile_fail
/// use stompframe::prelude::*;
///
/// #[message_mapping("/rooms/{room}")] // variable `room` has no parameter
/// async fn say(Payload(text): Payload<String>) {}
/// ```
pub use stompframe_macros::message_mapping;

/// Maps a function, or a method of a [`controller`], to the destination of a SUBSCRIBE (Spring's
/// `@SubscribeMapping`).
///
/// ```
/// use stompframe::prelude::*;
///
/// /// SUBSCRIBE /app/rooms
/// #[subscribe_mapping("/rooms")]
/// async fn rooms() -> Payload<Vec<String>> {
///     Payload(vec!["lobby".to_owned()])
/// }
/// ```
///
/// The result goes once and straight to the subscription that asked; no broker takes part, and
/// nothing more will come. With [`send_to`] it goes there instead. All else is as in
/// [`message_mapping`].
pub use stompframe_macros::subscribe_mapping;

/// Says where the result of a mapped function goes (Spring's `@SendTo`): to one destination, or to
/// several.
///
/// ```
/// use stompframe::prelude::*;
///
/// #[message_mapping("/rooms/{room}")]
/// #[send_to("/topic/rooms/{room}", "/topic/all-rooms")]
/// async fn say(room: u64, Payload(text): Payload<String>) -> Payload<String> {
///     Payload(format!("in room {room}: {text}"))
/// }
/// ```
///
/// A destination may hold variables of the mapping. `build()` refuses one that no broker prefix
/// covers.
pub use stompframe_macros::send_to;

/// Says that the result of a mapped function goes to the user who sent the message (Spring's
/// `@SendToUser`): to `/queue/replies` means that it arrives where the sender is subscribed to
/// `/user/queue/replies`.
///
/// ```
/// use stompframe::prelude::*;
///
/// #[message_mapping("/sums/{left}/{right}")]
/// #[send_to_user("/queue/sums", broadcast = false)]
/// async fn sum(left: u32, right: u32) -> Payload<u32> {
///     Payload(left + right)
/// }
/// ```
///
/// Without a destination it is `/queue` and the destination without the application prefix. Together
/// with [`send_to`] both get it. `broadcast = false` means the session that sent the message and not
/// the user's others. A session that is anonymous is a user of its own.
pub use stompframe_macros::send_to_user;

/// Says who may send or subscribe to a mapped function (Spring Security's `@PreAuthorize`): a
/// [rule](crate::security), such as a role, or a predicate that may take the destination's variables.
///
/// ```
/// use stompframe::prelude::*;
/// use stompframe::security::{Access, has_role};
///
/// async fn is_owner(access: Access, room: u64) -> bool {
///     access.principal().is_some_and(|user| user.name() == "ann" && room == 7)
/// }
///
/// #[message_mapping("/rooms/{room}/close")]
/// #[authorize(is_owner)]
/// async fn close(room: u64) {}
///
/// #[message_mapping("/restart")]
/// #[authorize(has_role("ADMIN"))]
/// async fn restart() {}
/// ```
///
/// It narrows: where there are rules for the application
/// ([`authorize`](crate::MessagingBuilder::authorize)), both have to allow it. Where there are none, it is
/// about this mapping alone, and the others stay open. What it does not allow is answered with
/// `denied`, before any argument is read. A frame of a transaction is judged when it arrives, and again
/// at COMMIT.
///
/// On the `impl` block of a [`controller`] it holds for all mapped methods that have none of their own. A
/// function that is called by a test or by another function is called without it.
///
/// A predicate that asks for other variables than the destination has is a problem that `build()`
/// reports.
pub use stompframe_macros::authorize;

/// Takes the errors of handlers (Spring's `@MessageExceptionHandler`): of all of them as a function,
/// of those of its [`controller`] as a method.
///
/// ```
/// use stompframe::prelude::*;
///
/// #[derive(Debug)]
/// struct RoomIsFull;
///
/// impl std::fmt::Display for RoomIsFull {
///     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
///         f.write_str("the room is full")
///     }
/// }
///
/// impl std::error::Error for RoomIsFull {}
///
/// struct Rooms;
///
/// #[controller("/rooms")]
/// impl Rooms {
///     #[message_mapping("/{room}/enter")]
///     async fn enter(&self, room: u64) -> Result<(), RoomIsFull> {
///         if room > 100 { Err(RoomIsFull) } else { Ok(()) }
///     }
///
///     #[message_exception_handler]
///     #[send_to_user("/queue/errors")]
///     async fn refused(&self, error: &RoomIsFull) -> String {
///         error.to_string()
///     }
/// }
/// ```
///
/// It takes what its parameter `error` says. A reference is found anywhere in the chain of causes;
/// a value only where it is what the handler returned. `&MessagingError` takes whatever nobody else
/// takes, a body that could not be read and a panic among it. The controller's own come before those
/// for all, and of several the one whose error is nearer to the beginning of the chain.
///
/// Its other parameters and its result are those of any handler; they are read from the message that
/// failed. Its result goes to the sender's `/user/queue/errors` unless an attribute says otherwise.
/// (In Spring it goes to everybody who is subscribed to `/topic` and the path.)
///
/// There is no RECEIPT for a message that failed. If the client asked for one and the result did not
/// go to it, it is told as if there were no exception handler.
pub use stompframe_macros::message_exception_handler;

/// Hears what becomes of sessions (Spring's `@EventListener` for `SessionConnectedEvent` and its like).
///
/// ```
/// use std::sync::Arc;
///
/// use stompframe::prelude::*;
///
/// /// Whoever enters a room is greeted there.
/// #[event_listener]
/// async fn greet(
///     event: SubscribedEvent,
///     user: Option<Principal>,
///     template: MessagingTemplate,
/// ) -> Result<(), MessagingError> {
///     let name = user.as_ref().map_or("somebody", Principal::name);
///     template.send(event.destination, format!("{name} is here")).await
/// }
///
/// #[event_listener]
/// async fn gone(event: DisconnectedEvent, session: Arc<Session>) {
///     println!("{} has left: {:?}", session.id(), event.reason);
/// }
///
/// let messaging = Messaging::builder()
///     .handler::<greet>()
///     .handler::<gone>()
///     .simple_broker(["/topic"])
///     .build()?;
/// # Ok::<(), stompframe::BuildError>(())
/// ```
///
/// The type of its parameter `event` says which events it hears: [`SessionEvent`](crate::SessionEvent) all of
/// them, [`ConnectEvent`](crate::event::ConnectEvent),
/// [`ConnectedEvent`](crate::event::ConnectedEvent), [`SubscribedEvent`](crate::event::SubscribedEvent),
/// [`UnsubscribedEvent`](crate::event::UnsubscribedEvent) and
/// [`DisconnectedEvent`](crate::event::DisconnectedEvent) one kind each. Its other parameters are those of any
/// handler, read from the frame that brought the event about
/// ([`SessionEvent::message`](crate::SessionEvent::message)): a SUBSCRIBE's headers, who it is, the session, states,
/// the template. It may be a method of a [`controller`].
///
/// The session's next frame waits until all listeners have heard, those of
/// [`on_event`](crate::MessagingBuilder::on_event) first, then these in the order of the source; each for
/// `handler_timeout` at most. A failure, an argument that cannot be read among them, and a panic are logged with
/// its place and hurt nobody. It has no reply.
pub use stompframe_macros::event_listener;

/// Makes the mapped methods of an `impl` block handlers (Spring's `@Controller`). Its argument, if
/// any, stands before the destinations of all of them.
///
/// ```
/// use stompframe::prelude::*;
///
/// struct Greetings {
///     word: String,
/// }
///
/// #[controller("/greetings")]
/// impl Greetings {
///     /// SEND /app/greetings/ann
///     #[message_mapping("/{name}")]
///     async fn greet(&self, name: String) -> String {
///         format!("{}, {name}!", self.word)
///     }
/// }
///
/// let messaging = Messaging::builder()
///     .controller(Greetings { word: "Hello".to_owned() })
///     .application_prefix("/app")
///     .simple_broker(["/topic"])
///     .build()?;
/// # Ok::<(), stompframe::BuildError>(())
/// ```
///
/// A mapping without a destination of its own is mapped to the controller's. [`send_to`],
/// [`send_to_user`] and [`authorize`] on the `impl` block hold for all its methods that have none of
/// their own.
///
/// Methods take `&self`, because many messages call them at the same time. A controller that
/// [`discover`](crate::MessagingBuilder::discover) or [`scan`](crate::MessagingBuilder::scan) finds
/// still needs its instance; `build()` says so when it is missing.
pub use stompframe_macros::controller;
