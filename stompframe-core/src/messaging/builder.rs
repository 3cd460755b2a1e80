use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::compat::open_as_spring;
use super::openness::Openness;
use super::routing::{Given, Handlers};
use super::{BuildError, Messaging};
use crate::broker::{
    BrokerRelay, ClientSends, RelayHandler, SimpleBroker, SimpleBrokerHandler, TEMPORARY_QUEUES,
    Tell,
};
use crate::channel::{
    BrokerChannel, ClientInboundChannel, ClientOutboundChannel, Interceptors, MessageHandler,
};
use crate::connection::{Authenticator, Connections, EndpointConfig, ErrorHandler, Limits, Shared};
use crate::destination::{Pattern, Prefixes};
use crate::event::{Listener, Listeners};
use crate::handler::{AnnotatedHandlers, CallLimits, MappingGuards, Properties, Services};
use crate::message::{Converters, MessageConverter};
use crate::security::{Authorization, AuthorizationInterceptor, Authorizer, Rules, RulesHandle};
use crate::session::{Backlog, Rate, ScopeFactories, SessionRegistry};
use crate::states::States;
use crate::stomp::HeartBeat;
use crate::template::MessagingTemplate;
use crate::user::{ClientSendsToUsers, Nodes, UserDestinations};

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
    pub(super) handlers: Handlers,
    pub(super) states: States,
    pub(super) properties: Properties,
    pub(super) scope: ScopeFactories,
    converters: Vec<Box<dyn MessageConverter>>,
    application_prefixes: Vec<String>,
    simple_broker: Option<SimpleBroker>,
    relay: Option<BrokerRelay>,
    separator: char,
    user_prefix: String,
    propagated: Vec<String>,
    pub(super) accepted_sends: Prefixes,
    pub(super) accepted_user_sends: Prefixes,
    pub(super) authenticator: Option<Authenticator>,
    pub(super) anonymous: bool,
    pub(super) spring_compat: bool,
    pub(super) rules: Option<Rules>,
    pub(super) error_handler: Option<ErrorHandler>,
    pub(super) listeners: Vec<Listener>,
    client_inbound: Interceptors,
    broker_channel: Interceptors,
    client_outbound: Interceptors,
    heart_beat: HeartBeat,
    limits: Limits,
    pub(super) rates: Vec<(String, Rate)>,
    endpoints: Vec<Box<dyn EndpointConfig>>,
    pub(super) problems: Vec<String>,
}

impl Default for MessagingBuilder {
    fn default() -> Self {
        let ten_seconds = Duration::from_secs(10);
        Self {
            handlers: Handlers::default(),
            states: States::default(),
            properties: Properties::default(),
            scope: ScopeFactories::default(),
            converters: Vec::new(),
            application_prefixes: Vec::new(),
            simple_broker: None,
            relay: None,
            separator: '/',
            user_prefix: "/user".to_owned(),
            propagated: Vec::new(),
            accepted_sends: Prefixes::default(),
            accepted_user_sends: Prefixes::default(),
            authenticator: None,
            anonymous: false,
            spring_compat: false,
            rules: None,
            error_handler: None,
            listeners: Vec::new(),
            client_inbound: Interceptors::default(),
            broker_channel: Interceptors::default(),
            client_outbound: Interceptors::default(),
            heart_beat: HeartBeat {
                send: ten_seconds,
                receive: ten_seconds,
            },
            limits: Limits::default(),
            rates: Vec::new(),
            endpoints: Vec::new(),
            problems: Vec::new(),
        }
    }
}

impl MessagingBuilder {
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

    /// What a client writes in front of a destination of its own; `/user` unless told otherwise:
    /// what is sent to its `/queue/replies` arrives where it is subscribed to
    /// `/user/queue/replies`.
    pub fn user_destination_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.user_prefix = prefix.into();
        self
    }

    /// Copies this header of a message to the replies that its handler gives, such as a correlation
    /// id or `traceparent`. None is copied unless it is named.
    pub fn propagate_header(mut self, name: impl Into<String>) -> Self {
        self.propagated.push(name.into());
        self
    }

    /// Starts the broker in memory, for destinations that begin with one of these prefixes:
    /// `.simple_broker(["/topic", "/queue"])`, or a [`SimpleBroker`] where there is more to say.
    pub fn simple_broker(mut self, broker: impl Into<SimpleBroker>) -> Self {
        if self.simple_broker.replace(broker.into()).is_some() {
            self.problems
                .push("`.simple_broker(..)` was said twice: give all prefixes at once".to_owned());
        }
        self
    }

    /// Hands what begins with the prefixes of this relay to a broker of its own, such as `RabbitMQ`, in
    /// place of the broker in memory or beside it, for other destinations.
    pub fn broker(mut self, relay: BrokerRelay) -> Self {
        if self.relay.replace(relay).is_some() {
            self.problems
                .push("`.broker(..)` was said twice: there can be one".to_owned());
        }
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
    /// placeholder or a `State` nobody gave a value for, a controller that was discovered but has no instance, a reply that no
    /// broker prefix covers.
    pub fn build(mut self) -> Result<Messaging, BuildError> {
        let mut problems = self.problems;
        let mut simple_broker = self
            .simple_broker
            .unwrap_or_else(|| SimpleBroker::new([""; 0]));
        let mut broker_prefixes = simple_broker.prefixes.clone();
        if let Some(relay) = &self.relay {
            problems.extend(relay.problems());
            for (prefix, other) in relay.prefixes.shared_with(&simple_broker.prefixes) {
                problems.push(format!(
                    "both `.broker(..)` with \"{prefix}\" and `.simple_broker([\"{other}\"])` are responsible: \
                     give each destination to one, with `BrokerRelay::prefixes([..])`"
                ));
            }
            for prefix in relay.prefixes.iter() {
                broker_prefixes.add(prefix);
            }
        }
        for prefix in self
            .application_prefixes
            .iter()
            .map(String::as_str)
            .chain([self.user_prefix.as_str()])
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
        for accepted in self
            .accepted_user_sends
            .iter()
            .filter(|to| !to.starts_with('/'))
        {
            problems.push(format!(
                "`.accept_user_sends([\"{accepted}\"])`: a user destination starts with `/`, without prefix and name: \
                 write \"/{accepted}\""
            ));
        }
        problems.extend(simple_broker.problems());
        let opened = match self.spring_compat {
            true => open_as_spring(
                &mut simple_broker,
                self.relay.as_mut(),
                &mut self.accepted_sends,
                &mut self.accepted_user_sends,
            ),
            false => Vec::new(),
        };
        if self.anonymous && self.authenticator.is_some() {
            problems.push(
                "`.anonymous()` and `.authenticate(..)` contradict each other: remove one, or let \
                 `.authenticate(..)` give `Ok(None)` to whom it does not know"
                    .to_owned(),
            );
        }
        check_endpoints(&self.endpoints, &mut problems);
        let converters = Converters::new(self.converters, &mut problems);
        let given = Given {
            states: &self.states,
            scope: &self.scope,
            properties: &self.properties,
        };
        let handlers =
            self.handlers
                .resolve(given, &broker_prefixes, self.separator, &mut problems);
        let authorization = self
            .rules
            .and_then(|rules| Authorization::new(rules, self.separator, &mut problems));
        let rates = self.rates.iter().filter_map(|(pattern, rate)| {
            match Pattern::parse(pattern, self.separator) {
                Ok(pattern) => Some((pattern, *rate)),
                Err(error) => {
                    problems.push(format!("`.rate_limit(\"{pattern}\", ..)`: {error}"));
                    None
                }
            }
        });
        let rates = rates.collect();
        BuildError::check(problems)?;
        for limit in self.limits.to_string().lines() {
            tracing::info!("limit: {limit}");
        }

        for opened in opened {
            tracing::warn!("`.spring_compat()`: {opened}");
        }
        if authorization.is_none() {
            if self.authenticator.is_none() && !self.anonymous {
                tracing::warn!(
                    "nobody is asked who it is, beyond what the handshake says: `.authenticate(..)` \
                     asks, `.anonymous()` says that it is meant so"
                );
            }
            let open = Openness {
                application_prefixes: &self.application_prefixes,
                mappings: &handlers.mappings,
                brokers: &broker_prefixes,
                wildcards: simple_broker.wildcards
                    || self.relay.as_ref().is_some_and(|relay| relay.wildcards),
                sends: &self.accepted_sends,
                sends_to_users: &self.accepted_user_sends,
            };
            for open in open.lines() {
                tracing::warn!(
                    "there are no rules (`.authorize(..)`): whoever connects may {open}"
                );
            }
        }

        let states = Arc::new(self.states);
        let registry = Arc::new(handlers.mappings);
        let guards = MappingGuards::new(self.application_prefixes.clone(), Arc::clone(&registry));
        let authorizer = Arc::new(Authorizer::new(
            authorization,
            Arc::new(guards),
            self.separator,
            Arc::clone(&states),
            self.limits.handler_timeout,
        ));
        let mut client_inbound = self.client_inbound;
        if authorizer.has_rules() {
            let rules = AuthorizationInterceptor(Arc::clone(&authorizer));
            client_inbound = client_inbound.interceptor(rules);
        }
        let backlog = Arc::new(Backlog::new(self.limits.max_backlog));
        let outbound = ClientOutboundChannel::new(self.client_outbound, Arc::clone(&backlog));
        let outbound = Arc::new(outbound);
        let mut accepted_sends = self.accepted_sends;
        if simple_broker.temporary_queues {
            // To know the name of one is to be allowed to send there.
            accepted_sends.add(TEMPORARY_QUEUES);
        }
        let simple_prefixes = simple_broker.prefixes.clone();
        let broker: Arc<dyn MessageHandler> = Arc::new(SimpleBrokerHandler::new(
            simple_broker,
            self.separator,
            self.limits.broker,
            self.limits.outbox,
            self.limits.max_subscriptions,
            Arc::clone(&outbound),
        ));
        let sessions = Arc::new(SessionRegistry::new(self.separator));
        backlog.of(&sessions);
        let rules = RulesHandle::new(Arc::clone(&authorizer), Arc::clone(&sessions));
        let users = Arc::new(UserDestinations::new(
            &self.user_prefix,
            Arc::clone(&sessions),
            Arc::clone(&outbound),
        ));
        let users_listener: Arc<dyn MessageHandler> = Arc::clone(&users) as _;
        let mut publish_to = vec![users_listener, Arc::clone(&broker)];
        let mut clients_reach: Vec<Arc<dyn MessageHandler>> = vec![Arc::new(ClientSends::new(
            broker,
            simple_prefixes,
            accepted_sends.clone(),
        ))];
        let mut nodes = None;
        let broker_status = self.relay.map(|relay| {
            let shared_as = relay.nodes.clone();
            let prefixes = relay.prefixes.clone();
            let users_of_nodes = Arc::clone(&users);
            let users = Arc::clone(&users);
            let tell: Tell = Arc::new(move |session, message| {
                let users = Arc::clone(&users);
                Box::pin(async move {
                    users.send_to_session(&session, &message).await;
                })
            });
            let wildcards = self.limits.broker.max_wildcard_subscriptions;
            let outbound = Arc::clone(&outbound);
            let (relay, status) =
                RelayHandler::start(relay, self.separator, wildcards, outbound, tell);
            clients_reach.push(Arc::new(ClientSends::new(
                Arc::new(relay.for_clients()),
                prefixes,
                accepted_sends,
            )));
            if let Some(name) = shared_as {
                let topic = relay.system_topic(&name);
                let shared = Nodes::start(topic, Arc::clone(&sessions), &users_of_nodes);
                users_of_nodes.share(shared.clone());
                nodes = Some(shared);
            }
            publish_to.push(Arc::new(relay));
            status
        });
        let broker_channel = Arc::new(BrokerChannel::new(self.broker_channel, publish_to));
        let template = MessagingTemplate::new(Arc::clone(&broker_channel), converters);
        let services = Arc::new(Services {
            template: template.clone(),
            states,
            sessions: Arc::clone(&sessions),
            rules: rules.clone(),
            propagated: self.propagated,
        });
        let mut listeners = self.listeners;
        let annotated = handlers.event_listeners.into_iter();
        listeners.extend(annotated.map(|it| it.into_listener(Arc::clone(&services))));
        let handlers = AnnotatedHandlers::new(
            self.application_prefixes,
            registry,
            handlers.exceptions,
            services,
            CallLimits {
                time: self.limits.handler_timeout,
                streams: self.limits.max_streams,
            },
            broker_channel,
            outbound,
        );
        let sends_to_users = ClientSendsToUsers::new(Arc::clone(&users), self.accepted_user_sends);
        let mut inbound: Vec<Arc<dyn MessageHandler>> =
            vec![Arc::new(handlers), Arc::new(sends_to_users)];
        inbound.extend(clients_reach);
        let inbound = ClientInboundChannel::new(client_inbound, inbound);
        let events = Listeners::new(listeners, template.clone(), self.limits.handler_timeout);
        if let Some(authenticator) = &self.authenticator {
            authenticator.allow(self.limits.max_authenticating);
        }
        let connections = Connections::new(Shared {
            authenticator: self.authenticator,
            error_handler: self.error_handler,
            events,
            inbound,
            users,
            sessions,
            authorizer,
            rates,
            backlog,
            limits: self.limits,
            scope: Arc::new(self.scope),
            heart_beat: self.heart_beat,
        });
        Ok(Messaging {
            connections: Arc::new(connections),
            template,
            broker_status,
            nodes,
            rules,
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
