use std::any::TypeId;
use std::panic::Location;
use std::sync::Arc;

use super::MessagingBuilder;
use super::routing::Source;
use crate::handler::{
    AnnotatedFunction, Controller, ExceptionFunction, ExceptionSpec, Handler, RouteSpec,
};
use crate::session::Session;

/// The handlers, and what they share.
impl MessagingBuilder {
    /// Takes every annotated handler that is linked into the program.
    ///
    /// A crate that is never named in code is not linked, and its handlers are not found: write
    /// `use chat_handlers as _;`. The start-up log says how many came from which crate.
    pub fn discover(mut self) -> Self {
        self.handlers.add(Source::Everywhere);
        self
    }

    /// Takes the annotated handlers of one module and those below it, as Spring's component scan
    /// does.
    ///
    /// Usually `.scan(module_path!())`. It is a problem if there are none.
    pub fn scan(mut self, module: &'static str) -> Self {
        self.handlers.add(Source::Module(module));
        self
    }

    /// Takes one annotated function: `.handler::<chat>()`.
    pub fn handler<F: AnnotatedFunction>(mut self) -> Self {
        self.handlers.add(Source::Function(F::REGISTRATION));
        self
    }

    /// Takes a plain asynchronous function or closure, without an attribute, for the messages that
    /// [`message`](crate::handler::message) or [`subscription`](crate::handler::subscription)
    /// describes.
    ///
    /// ```
    /// use stompframe_core::handler::extract::Variables;
    /// use stompframe_core::handler::message;
    /// use stompframe_core::{Messaging, Payload};
    ///
    /// let messaging = Messaging::builder()
    ///     .route(
    ///         message("/rooms/{room}").send_to("/topic/rooms/{room}"),
    ///         async |Variables(room): Variables<u64>, Payload(text): Payload<String>| {
    ///             Payload(format!("in room {room}: {text}"))
    ///         },
    ///     )
    ///     .simple_broker(["/topic"])
    ///     .build()?;
    /// # Ok::<(), stompframe_core::BuildError>(())
    /// ```
    #[track_caller]
    pub fn route<Args>(mut self, spec: RouteSpec, handler: impl Handler<Args>) -> Self {
        let mapping = spec.into_mapping(handler, Location::caller());
        self.handlers.add_mappings([mapping]);
        self
    }

    /// Takes a plain asynchronous function or closure, without an attribute, for the errors of all
    /// handlers that [`exception`](crate::handler::exception) describes. Those of a controller come
    /// before it, and of several the one whose error is nearer to the beginning of the chain of
    /// causes.
    ///
    /// ```
    /// use stompframe_core::handler::{Exception, exception};
    /// use stompframe_core::{Messaging, MessagingError};
    ///
    /// let messaging = Messaging::builder()
    ///     .exception_handler(
    ///         exception::<MessagingError>().send_to_session("/queue/problems"),
    ///         async |error: Exception<MessagingError>| error.code().as_str(),
    ///     )
    ///     .build()?;
    /// # Ok::<(), stompframe_core::BuildError>(())
    /// ```
    #[track_caller]
    pub fn exception_handler<E, Args>(
        mut self,
        spec: ExceptionSpec<E>,
        handler: impl ExceptionFunction<E, Args>,
    ) -> Self
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        let handler = spec.into_handler(handler, Location::caller());
        self.handlers.add_exception_handler(handler);
        self
    }

    /// Takes the annotated methods of a controller.
    pub fn controller<C: Controller>(mut self, controller: C) -> Self {
        self.handlers.add_controller(TypeId::of::<C>());
        let controller = Arc::new(controller);
        self.handlers.add_mappings(C::mappings(&controller));
        self.handlers
            .add_event_listeners(C::event_listeners(&controller));
        self
    }

    /// Gives handlers a value that they take as `State<T>`. There is one for each type.
    pub fn state<T: Send + Sync + 'static>(mut self, state: T) -> Self {
        if self.states.insert(state) {
            let name = std::any::type_name::<T>();
            self.problems.push(format!(
                "`.state(..)` was given two values of `{name}`: remove one"
            ));
        }
        self
    }

    /// Says how to make a value that each session has for itself (Spring's `@WebSocketScope`): when
    /// somebody first asks for it, by [`SessionScoped`](crate::handler::extract::SessionScoped) in a handler or listener, or
    /// by [`Session::scoped`](crate::Session::scoped) anywhere else. There is one for each type.
    ///
    /// The session lets go of it when it is over and all listeners have heard of that, so its `Drop` is
    /// the place to clean up; what has to wait for something belongs into a listener of
    /// [`DisconnectedEvent`](crate::event::DisconnectedEvent), which still finds it. Afterwards, none is
    /// made any more.
    pub fn session_scoped<T: Send + Sync + 'static>(
        mut self,
        make: impl Fn(&Session) -> T + Send + Sync + 'static,
    ) -> Self {
        if self.scope.insert(make) {
            let name = std::any::type_name::<T>();
            self.problems.push(format!(
                "`.session_scoped(..)` was said twice for `{name}`: remove one"
            ));
        }
        self
    }

    /// Gives placeholders of this name their value: with `.property("chat.path", "/chat")`, the
    /// mapping `${chat.path}/say` is `/chat/say`. What is configured where the application runs
    /// comes into mappings in this way (Spring's property placeholders).
    ///
    /// They may stand in mappings, in the prefix of a controller, and in `send_to` and
    /// `send_to_user`. `${chat.path:/chat}` has a default. A value is text of a pattern or
    /// destination, with variables and wildcards if it has any; a placeholder in it is not filled.
    ///
    /// ```
    /// use stompframe_core::handler::message;
    /// use stompframe_core::Messaging;
    ///
    /// let messaging = Messaging::builder()
    ///     .property("chat.path", "/chat")
    ///     .route(
    ///         message("${chat.path}/say").send_to("/topic/${chat.topic:said}"),
    ///         async |text: String| text,
    ///     )
    ///     .simple_broker(["/topic"])
    ///     .build()?;
    /// # Ok::<(), stompframe_core::BuildError>(())
    /// ```
    pub fn property(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let name = name.into();
        if self.properties.insert(name.clone(), value.into()) {
            self.problems.push(format!(
                "`.property(\"{name}\", ..)` was said twice: remove one"
            ));
        }
        self
    }
}
