//! The nodes of one application, which share their users over the broker.
//!
//! Each node tells the others who is connected to it: what changes within a second, and all of it every
//! ten seconds. What was not told again for twenty is forgotten, so that nothing stays of a node that has
//! died.

mod remote;
mod wire;

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::time::{Instant, MissedTickBehavior, interval};

use self::remote::Remote;
pub use self::remote::RemoteUser;
pub(super) use self::wire::ForUser;
use self::wire::Told::{self, Gone, Hello, Here, Kick};
use super::{UserDestinations, UserRegistry};
use crate::broker::SystemTopic;
use crate::error::{Chain, MessagingError};
use crate::message::Message;
use crate::session::{SessionId, SessionRegistry};

/// How often what has changed is told.
const CHANGES: Duration = Duration::from_secs(1);

/// How often all of it is told, as in Spring.
const EVERYTHING: Duration = Duration::from_secs(10);

/// How many messages of other nodes may wait to be delivered. None does where no interceptor takes its time; what is
/// beyond is dropped, as everything else that a user destination has no room for.
const WAITING: usize = 4096;

/// What was not told for so long is no longer true, as in Spring.
const EXPIRY: Duration = Duration::from_secs(20);

/// The other nodes of this application, and the users who are connected to them: where
/// [`BrokerRelay::share_users`](crate::broker::BrokerRelay::share_users) says so, from
/// [`Messaging::nodes`](crate::Messaging::nodes). Cloning shares it.
#[derive(Clone)]
pub struct Nodes(Arc<Shared>);

struct Shared {
    /// Which node this is.
    id: SessionId,
    topic: SystemTopic,
    sessions: Arc<SessionRegistry>,
    remote: Remote,
}

impl Nodes {
    /// Starts to talk to the others, and tells `users` what comes for users from there.
    pub(crate) fn start(
        topic: SystemTopic,
        sessions: Arc<SessionRegistry>,
        users: &Arc<UserDestinations>,
    ) -> Self {
        let nodes = Self(Arc::new(Shared {
            id: SessionId::random(),
            topic,
            sessions,
            remote: Remote::default(),
        }));
        tokio::spawn(talk(Arc::downgrade(&nodes.0), Arc::downgrade(users)));
        nodes
    }

    /// The id of this node, which it has since it was started.
    #[must_use]
    pub fn id(&self) -> &str {
        self.0.id.as_str()
    }

    /// The users who are connected to other nodes, in no order. One who is connected to several comes
    /// once for each.
    #[must_use]
    pub fn remote_users(&self) -> Vec<RemoteUser> {
        self.0.remote.users(Instant::now())
    }

    /// Whether the user is connected, to whichever node. What has changed elsewhere is known within a
    /// second or two; that a node has died, within twenty.
    #[must_use]
    pub fn is_online(&self, user: &str) -> bool {
        !self.0.sessions.of_user(user).is_empty() || self.0.remote.has(user)
    }

    /// As [`UserRegistry::kick`], on all nodes.
    ///
    /// # Errors
    ///
    /// When the other nodes could not be told. The sessions on this one have ended.
    pub async fn kick(&self, user: &str, reason: impl Into<String>) -> Result<(), MessagingError> {
        let reason = reason.into();
        self.0.kick(user, &reason);
        let told = Kick {
            user: user.to_owned(),
            reason,
        };
        self.0.tell(&told).await
    }

    /// Whether a message for this user is to go to other nodes, too.
    pub(super) fn want(&self, user: &str, is_here: bool) -> bool {
        // Who is nowhere known may have just connected elsewhere.
        !is_here || self.0.remote.has(user)
    }

    /// Hands a message for a destination of a user's own to the other nodes.
    pub(super) fn forward(
        &self,
        user: &str,
        own: &str,
        message: &Message,
    ) -> BoxFuture<'static, Result<(), MessagingError>> {
        let message = wire::for_user(&self.0.id, user, own, message);
        let topic = self.0.topic.clone();
        Box::pin(async move { topic.publish(message).await })
    }
}

impl Shared {
    async fn tell(&self, told: &Told) -> Result<(), MessagingError> {
        let message = wire::write(&self.id, told)?;
        self.topic.publish(message).await
    }

    /// Tells who is connected here: everybody, or who has come and gone since it was last told.
    async fn tell_users(&self, known: &mut remote::Known, all: bool) -> Result<(), MessagingError> {
        let (here, gone) = known.update(&self.sessions, all);
        for sessions in here.chunks(wire::SESSIONS_AT_ONCE) {
            self.tell(&Here {
                sessions: sessions.to_vec(),
            })
            .await?;
        }
        for sessions in gone.chunks(wire::SESSIONS_AT_ONCE) {
            self.tell(&Gone {
                sessions: sessions.to_vec(),
            })
            .await?;
        }
        Ok(())
    }

    fn kick(&self, user: &str, reason: &str) {
        UserRegistry::new(Arc::clone(&self.sessions)).kick(user, reason.to_owned());
    }
}

/// The life of a node among others; ends with the application.
async fn talk(shared: Weak<Shared>, users: Weak<UserDestinations>) {
    let (ask, mut asked) = mpsc::channel(1);
    let (waiting, for_users) = mpsc::channel(WAITING);
    tokio::spawn(deliver(users, for_users));
    let Some(topic) = shared.upgrade().map(|shared| shared.topic.clone()) else {
        return;
    };
    let ear = Weak::clone(&shared);
    let hear = move |message: Message| {
        if let Some(shared) = ear.upgrade() {
            hear(&shared, message, &ask, &waiting);
        }
    };
    let _subscribed = topic.subscribe(hear).await;
    drop(topic);
    let mut known = remote::Known::default();
    let mut every = interval(CHANGES);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told_all = None::<Instant>;
    let mut is_new = true;
    loop {
        tokio::select! {
            _ = every.tick() => {}
            // Somebody new wants to know everything.
            _ = asked.recv() => told_all = None,
        }
        let Some(shared) = shared.upgrade() else {
            return;
        };
        let all = told_all.is_none_or(|told| told.elapsed() >= EVERYTHING);
        let mut told = shared.tell_users(&mut known, all).await;
        if is_new && told.is_ok() {
            told = shared.tell(&Hello {}).await;
        }
        match told {
            Ok(()) => {
                is_new = false;
                if all {
                    told_all = Some(Instant::now());
                }
            }
            // What they have heard by then they forget, unless they hear it again.
            Err(error) => {
                tracing::debug!(error = %Chain(&error), "the other nodes could not be told");
                told_all = None;
            }
        }
        // Until the next time, too.
        shared.remote.forget(Instant::now() + CHANGES);
    }
}

/// Delivers what other nodes have for users, one after the other, so that it comes in the order in which it was sent.
/// Ends with the node's life.
async fn deliver(users: Weak<UserDestinations>, mut for_users: mpsc::Receiver<ForUser>) {
    while let Some(for_user) = for_users.recv().await {
        let Some(users) = users.upgrade() else {
            return;
        };
        // An interceptor that panics must not keep from everybody what comes after.
        let delivering = AssertUnwindSafe(users.deliver_here(&for_user));
        if delivering.catch_unwind().await.is_err() {
            tracing::error!("an interceptor panicked at a message from another node");
        }
    }
}

/// Something was told by a node, this one or another.
fn hear(
    shared: &Arc<Shared>,
    message: Message,
    ask: &mpsc::Sender<()>,
    waiting: &mpsc::Sender<ForUser>,
) {
    let Some((node, told)) = wire::read(message) else {
        tracing::debug!("what came from another node cannot be read");
        return;
    };
    if node == shared.id.as_str() {
        return;
    }
    match told {
        Ok(Hello {}) => {
            let _ = ask.try_send(());
        }
        Ok(Here { sessions }) => shared.remote.heard(&node, sessions, Instant::now()),
        Ok(Gone { sessions }) => shared.remote.gone(&sessions),
        Ok(Kick { user, reason }) => shared.kick(&user, &reason),
        Err(for_user) => {
            // Closed, the node has ended.
            if let Err(TrySendError::Full(_)) = waiting.try_send(for_user) {
                tracing::warn!(
                    "a message from another node is dropped: {WAITING} wait to be delivered"
                );
            }
        }
    }
}

impl fmt::Debug for Nodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nodes")
            .field("id", &self.0.id)
            .finish_non_exhaustive()
    }
}
