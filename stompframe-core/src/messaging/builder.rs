use std::any::TypeId;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::routing::{Handlers, Source};
use super::{BuildError, Messaging};
use crate::broker::{ClientSends, Prefixes, SimpleBroker};
use crate::channel::{
    BrokerChannel, ClientInboundChannel, ClientOutboundChannel, Interceptors, MessageHandler,
};
use crate::connection::{Connections, EndpointConfig, Limits, Shared};
use crate::handler::{AnnotatedFunction, AnnotatedHandlers, Controller, Mapping, Services, States};
use crate::message::{Converters, MessageConverter};
use crate::session::SessionRegistry;
use crate::stomp::HeartBeat;
use crate::template::MessagingTemplate;
use crate::user::UserDestinations;

/// Says what an application consists of. Made by [`Messaging::builder`].
///
/// ```
/// use stompframe_core::Messaging;
///
/// let messaging = Messaging::builder()
///     .application_prefix("/app")
///     .simple_broker(["/topic", "/queue"])
///     .build()?;
/// # Ok::<(), stompframe_core::BuildError>(())
/// ```
#[must_use = "nothing happens until `build()`"]
pub struct MessagingBuilder {
    handlers: Handlers,
    states: States,
    converters: Vec<Box<dyn MessageConverter>>,
    application_prefixes: Vec<String>,
    broker_prefixes: Option<Prefixes>,
    separator: char,
    accepted_sends: Prefixes,
    client_inbound: Interceptors,
    broker_channel: Interceptors,
    client_outbound: Interceptors,
    heart_beat: HeartBeat,
    limits: Limits,
    endpoints: Vec<Box<dyn EndpointConfig>>,
    problems: Vec<String>,
}

impl Default for MessagingBuilder {
    fn default() -> Self {
        let ten_seconds = Duration::from_secs(10);
        Self {
            handlers: Handlers::default(),
            states: HashMap::new(),
            converters: Vec::new(),
            application_prefixes: Vec::new(),
            broker_prefixes: None,
            separator: '/',
            accepted_sends: Prefixes::default(),
            client_inbound: Interceptors::default(),
            broker_channel: Interceptors::default(),
            client_outbound: Interceptors::default(),
            heart_beat: HeartBeat {
                send: ten_seconds,
                receive: ten_seconds,
            },
            limits: Limits::default(),
            endpoints: Vec::new(),
            problems: Vec::new(),
        }
    }
}

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

    /// Takes a mapping that was made without an attribute.
    pub fn route(mut self, mapping: Mapping) -> Self {
        self.handlers.add_mappings([mapping]);
        self
    }

    /// Takes the annotated methods of a controller.
    pub fn controller<C: Controller>(mut self, controller: C) -> Self {
        self.handlers.add_controller(TypeId::of::<C>());
        self.handlers
            .add_mappings(C::mappings(Arc::new(controller)));
        self
    }

    /// Gives handlers a value that they take as `State<T>`. There is one for each type.
    pub fn state<T: Send + Sync + 'static>(mut self, state: T) -> Self {
        if self
            .states
            .insert(TypeId::of::<T>(), Arc::new(state))
            .is_some()
        {
            let name = std::any::type_name::<T>();
            self.problems.push(format!(
                "`.state(..)` was given two values of `{name}`: remove one"
            ));
        }
        self
    }

    /// Reads and writes bodies of another format than JSON and text. Two for the same type are a
    /// problem; one for a type that is built in takes its place.
    pub fn message_converter(mut self, converter: impl MessageConverter) -> Self {
        self.converters.push(Box::new(converter));
        self
    }

    /// Destinations that begin like this go to the handlers, whose mappings do not repeat it: with
    /// `/app`, a SEND to `/app/chat` reaches the mapping `/chat`. Can be said several times.
    /// Without any, all destinations do.
    pub fn application_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.application_prefixes.push(prefix.into());
        self
    }

    /// Says what stands between the segments of a destination: `/` unless told otherwise. With `.`,
    /// the mapping `/red.{shade}` has two segments. Prefixes are written with `/` all the same.
    pub const fn destination_separator(mut self, separator: char) -> Self {
        self.separator = separator;
        self
    }

    /// Starts the broker in memory, for destinations that begin with one of these prefixes.
    pub fn simple_broker<I: IntoIterator<Item: Into<String>>>(mut self, prefixes: I) -> Self {
        if self
            .broker_prefixes
            .replace(Prefixes::new(prefixes))
            .is_some()
        {
            self.problems
                .push("`.simple_broker(..)` was said twice: give all prefixes at once".to_owned());
        }
        self
    }

    /// Lets clients SEND straight to the broker below these prefixes. Closed unless opened: whoever
    /// can publish to a topic can forge any message on it. Spring leaves all of it open.
    pub fn accept_client_sends<I: IntoIterator<Item: Into<String>>>(mut self, prefixes: I) -> Self {
        self.accepted_sends = Prefixes::new(prefixes);
        self
    }

    /// Adds interceptors to the channel from the clients: `.client_inbound(|channel|
    /// channel.intercept(..))`.
    pub fn client_inbound(mut self, configure: impl FnOnce(Interceptors) -> Interceptors) -> Self {
        self.client_inbound = configure(self.client_inbound);
        self
    }

    /// Adds interceptors to the channel from handlers and application to the broker.
    pub fn broker_channel(mut self, configure: impl FnOnce(Interceptors) -> Interceptors) -> Self {
        self.broker_channel = configure(self.broker_channel);
        self
    }

    /// Adds interceptors to the channel to the clients. They run once for each recipient; without
    /// any, a message is encoded once for all.
    pub fn client_outbound(mut self, configure: impl FnOnce(Interceptors) -> Interceptors) -> Self {
        self.client_outbound = configure(self.client_outbound);
        self
    }

    /// The heart-beats that the server offers: how often it can send one and how often it wants
    /// one; 10 seconds each unless told otherwise, zero for none. What is shorter than a second
    /// counts as a second, what is longer than an hour as an hour.
    pub fn heart_beat(mut self, send: Duration, receive: Duration) -> Self {
        self.heart_beat = HeartBeat { send, receive }.clamped();
        self
    }

    /// Bounds everything that grows with what clients do; see [`Limits`] for what holds unless told
    /// otherwise.
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Adds a place where clients connect.
    pub fn endpoint(mut self, endpoint: impl EndpointConfig) -> Self {
        self.endpoints.push(Box::new(endpoint));
        self
    }

    /// Checks all of it and puts it together.
    ///
    /// # Errors
    ///
    /// Lists everything that is wrong, not only the first: ambiguous or malformed mappings, a
    /// `State` nobody gave, a controller that was discovered but has no instance, a reply that no
    /// broker prefix covers.
    pub fn build(self) -> Result<Messaging, BuildError> {
        let mut problems = self.problems;
        let broker_prefixes = self.broker_prefixes.unwrap_or_default();
        for prefix in self
            .application_prefixes
            .iter()
            .map(String::as_str)
            .chain(broker_prefixes.iter())
        {
            if !prefix.starts_with('/') {
                problems.push(format!(
                    "the prefix \"{prefix}\" does not start with `/`: write \"/{prefix}\""
                ));
            }
        }
        for accepted in self
            .accepted_sends
            .iter()
            .filter(|accepted| !broker_prefixes.cover(accepted))
        {
            problems.push(format!(
                "`.accept_client_sends([\"{accepted}\"])`: no broker prefix covers it"
            ));
        }
        check_endpoints(&self.endpoints, &mut problems);
        let converters = Converters::new(self.converters, &mut problems);
        let (registry, exceptions) = self.handlers.resolve(
            &self.states,
            &broker_prefixes,
            self.separator,
            &mut problems,
        );
        BuildError::check(problems)?;

        let outbound = Arc::new(ClientOutboundChannel::new(self.client_outbound));
        let broker: Arc<dyn MessageHandler> = Arc::new(SimpleBroker::new(
            broker_prefixes.clone(),
            Arc::clone(&outbound),
        ));
        let sessions = Arc::new(SessionRegistry::default());
        let users = Arc::new(UserDestinations::new(
            Arc::clone(&sessions),
            Arc::clone(&outbound),
        ));
        let users_listener: Arc<dyn MessageHandler> = Arc::clone(&users) as _;
        let broker_channel = Arc::new(BrokerChannel::new(
            self.broker_channel,
            vec![Arc::clone(&users_listener), Arc::clone(&broker)],
        ));
        let template = MessagingTemplate::new(Arc::clone(&broker_channel), converters);
        let handlers = AnnotatedHandlers::new(
            self.application_prefixes,
            registry,
            exceptions,
            Services {
                template: template.clone(),
                states: self.states,
            },
            self.limits.handler_timeout,
            broker_channel,
            outbound,
        );
        let client_sends = ClientSends::new(broker, broker_prefixes, self.accepted_sends);
        let inbound = ClientInboundChannel::new(
            self.client_inbound,
            vec![Arc::new(handlers), users_listener, Arc::new(client_sends)],
        );
        let connections = Connections::new(Shared {
            inbound,
            users,
            sessions,
            limits: self.limits,
            heart_beat: self.heart_beat,
        });
        Ok(Messaging {
            connections: Arc::new(connections),
            template,
            endpoints: self.endpoints.into(),
        })
    }
}

fn check_endpoints(endpoints: &[Box<dyn EndpointConfig>], problems: &mut Vec<String>) {
    for (index, endpoint) in endpoints.iter().enumerate() {
        let path = endpoint.path();
        if endpoints[..index].iter().any(|other| other.path() == path) {
            problems.push(format!("two endpoints are at \"{path}\": move one"));
        }
        problems.extend(
            endpoint
                .problems()
                .into_iter()
                .map(|problem| format!("endpoint \"{path}\": {problem}")),
        );
    }
}

impl fmt::Debug for MessagingBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessagingBuilder").finish_non_exhaustive()
    }
}
