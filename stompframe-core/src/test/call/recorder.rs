use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::TestReply;
use crate::channel::{
    BrokerChannel, ClientOutboundChannel, Handling, Interceptors, MessageHandler,
};
use crate::handler::{AnnotatedHandlers, CallLimits, Exceptions, MappingRegistry, Services};
use crate::message::{Converters, Message};
use crate::security::RulesHandle;
use crate::session::{
    Backlog, Close, OutboxLimits, Principal, ScopeFactories, Session, SessionAttributes,
    SessionRegistry,
};
use crate::states::States;
use crate::stomp::{Decoded, Decoder, FrameLimits, HeartBeat, Version};
use crate::template::MessagingTemplate;
use crate::test::TestMessage;

/// What stands around a handler that is called alone: a session without a connection, and a broker
/// that only writes down what it is given.
pub(super) struct Recorder {
    session: Arc<Session>,
    broker: Arc<Broker>,
}

#[derive(Default)]
struct Broker(Mutex<Record>);

#[derive(Default)]
struct Record {
    replies: Vec<TestMessage>,
    published: Vec<TestMessage>,
}

impl MessageHandler for Broker {
    fn handle(&self, message: &Arc<Message>, session: Option<&Arc<Session>>) -> Handling {
        let mut record = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A reply belongs to the session that caused it, what a template publishes to none.
        let messages = match session {
            Some(_) => &mut record.replies,
            None => &mut record.published,
        };
        messages.push(TestMessage::of_message(message));
        Handling::DONE
    }
}

impl Recorder {
    pub(super) fn new(
        sender: Option<Principal>,
        attributes: SessionAttributes,
        scope: ScopeFactories,
    ) -> Self {
        let limits = OutboxLimits {
            max_bytes: usize::MAX,
            ..OutboxLimits::default()
        };
        let session = Session::new(limits, sender)
            .with_attributes(attributes)
            .with_scope(Arc::new(scope));
        let no_heart_beat = HeartBeat::negotiate(HeartBeat::NONE, HeartBeat::NONE);
        session.agree_on(Version::V1_2, no_heart_beat);
        Self {
            session: Arc::new(session),
            broker: Arc::default(),
        }
    }

    pub(super) const fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// The handlers as an application has them, with the broker's place taken.
    pub(super) fn handlers(
        &self,
        registry: MappingRegistry,
        states: States,
        converters: Converters,
    ) -> AnnotatedHandlers {
        let broker: Arc<dyn MessageHandler> = Arc::clone(&self.broker) as _;
        let channel = Arc::new(BrokerChannel::new(Interceptors::default(), vec![broker]));
        let sessions = SessionRegistry::new('/');
        sessions.insert(&self.session, usize::MAX);
        let (states, sessions) = (Arc::new(states), Arc::new(sessions));
        let services = Arc::new(Services {
            template: MessagingTemplate::new(Arc::clone(&channel), converters),
            rules: RulesHandle::without_rules(Arc::clone(&states), Arc::clone(&sessions)),
            states,
            sessions,
            propagated: Vec::new(),
        });
        // The kit has a limit of its own, and its own words for it.
        let limits = CallLimits {
            time: Duration::MAX,
            streams: usize::MAX,
        };
        let outbound = Arc::new(ClientOutboundChannel::new(
            Interceptors::default(),
            Arc::new(Backlog::new(usize::MAX)),
        ));
        AnnotatedHandlers::new(
            vec![String::new()],
            Arc::new(registry),
            Exceptions::default(),
            services,
            limits,
            channel,
            outbound,
        )
    }

    /// What the handler's result has become.
    pub(super) async fn into_reply(self) -> TestReply {
        let record =
            std::mem::take(&mut *self.broker.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut replies = record.replies;
        replies.extend(self.answers());
        TestReply::new(replies, record.published)
    }

    /// What went straight to the session: the answer of a subscribe mapping.
    fn answers(&self) -> Vec<TestMessage> {
        self.session.close(Close::NORMAL);
        let mut frames = Vec::new();
        self.session
            .outbox()
            .drain(|queued| queued.drain(|frame| frames.push(frame)));
        let mut decoder = Decoder::for_client(FrameLimits::default().with_max_frame(usize::MAX));
        decoder.set_version(Version::V1_2);
        let mut messages = Vec::new();
        for frame in frames {
            decoder.push(frame.as_bytes().clone());
            if let Ok(Some(Decoded::Frame(frame))) = decoder.next() {
                messages.push(TestMessage::new(frame));
            }
        }
        messages
    }
}
