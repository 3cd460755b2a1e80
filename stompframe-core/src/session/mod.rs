//! One client's session: who it is, what it is subscribed to, and the queue of what it is to
//! receive.

mod attributes;
mod backlog;
mod close;
mod cork;
mod frames;
mod id;
mod load;
mod orders;
mod outbox;
mod outgoing;
mod patience;
mod places;
mod rates;
mod registry;
mod scope;

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use bytestring::ByteString;
use tokio_util::sync::CancellationToken;

pub use self::attributes::SessionAttributes;
pub(crate) use self::backlog::{Backlog, PLACE, STEP};
pub use self::close::Close;
pub(crate) use self::cork::{Outlet, corked};
pub use self::frames::OutgoingFrames;
pub use self::id::SessionId;
pub(crate) use self::load::Load;
pub(crate) use self::orders::Order;
use self::orders::Orders;
pub use self::outbox::OutboxLimits;
pub(crate) use self::outbox::{OnRoom, Outbox};
pub use self::outgoing::OutgoingFrame;
pub(crate) use self::places::{Place, PlaceLimits, Places};
pub(crate) use self::rates::{Bucket, Used};
pub use self::rates::{Rate, RateLimits};
pub use self::registry::SessionRegistry;
pub use self::scope::NotInScope;
use self::scope::Scope;
pub(crate) use self::scope::ScopeFactories;
use crate::error::{ErrorCode, MessagingError};
pub use crate::message::Principal;
use crate::message::SubscriptionId;
use crate::stomp::{self, Agreed, Frame, Version};

/// A client's session, from CONNECT to the end of its connection.
///
/// Everybody who wants to reach the client holds it as `Arc<Session>` and puts frames into its
/// outbound queue; only the connection takes them out. When the connection ends, what is still put
/// in is dropped.
#[derive(Debug)]
pub struct Session {
    id: SessionId,
    address: Option<IpAddr>,
    needs_csrf_token: bool,
    /// Who it belongs to: as the handshake says, until CONNECT decides.
    principal: RwLock<Option<Principal>>,
    attributes: SessionAttributes,
    scope: Scope,
    agreed: OnceLock<(Version, Agreed)>,
    subscriptions: Mutex<HashMap<SubscriptionId, ByteString>>,
    /// Held while a subscription comes or goes, so that each is done before the next begins.
    subscribing: tokio::sync::Mutex<()>,
    orders: Orders,
    outbox: Outbox,
    /// Set when the connection is over, whatever ended it.
    ended: CancellationToken,
    end_is_told: AtomicBool,
    streams: Arc<AtomicUsize>,
    /// What its user has used of the limits; by itself, if it is nobody's.
    used: OnceLock<Arc<Used>>,
}

impl Session {
    pub(crate) fn new(limits: OutboxLimits, handshake: Option<Principal>) -> Self {
        Self {
            id: SessionId::random(),
            address: None,
            needs_csrf_token: false,
            principal: RwLock::new(handshake),
            attributes: SessionAttributes::new(),
            scope: Scope::default(),
            agreed: OnceLock::new(),
            subscriptions: Mutex::default(),
            subscribing: tokio::sync::Mutex::default(),
            orders: Orders::default(),
            outbox: Outbox::new(limits),
            ended: CancellationToken::new(),
            end_is_told: AtomicBool::new(false),
            streams: Arc::default(),
            used: OnceLock::new(),
        }
    }

    /// Counts what waits for it together with what waits for others.
    pub(crate) fn with_backlog(mut self, backlog: &Arc<Backlog>) -> Self {
        self.outbox.share(Arc::clone(backlog));
        self
    }

    pub(crate) fn with_attributes(mut self, attributes: SessionAttributes) -> Self {
        self.attributes = attributes;
        self
    }

    pub(crate) fn with_scope(mut self, factories: Arc<ScopeFactories>) -> Self {
        self.scope = Scope::new(factories);
        self
    }

    pub(crate) const fn at_address(mut self, address: Option<IpAddr>) -> Self {
        self.address = address;
        self
    }

    pub(crate) const fn needing_csrf_token(mut self, needs_it: bool) -> Self {
        self.needs_csrf_token = needs_it;
        self
    }

    /// The id of the session: 128 random bits in hexadecimal. It names the session; it is no
    /// credential.
    #[must_use]
    pub const fn id(&self) -> &SessionId {
        &self.id
    }

    /// Who it belongs to; none if it is anonymous. Before CONNECT was accepted, whom the handshake
    /// took the client for.
    ///
    /// The name stays as long as the session does. Roles, claims and expiry are those of the
    /// credentials that the client presented last.
    #[must_use]
    pub fn principal(&self) -> Option<Principal> {
        let principal = self.principal.read();
        principal.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where the client is: the address of the socket's peer, or what a proxy says that is trusted to.
    /// None where nobody knows, as in memory.
    #[must_use]
    pub const fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// Whether it came by a way where CONNECT has to give the token of the handshake.
    pub(crate) const fn needs_csrf_token(&self) -> bool {
        self.needs_csrf_token
    }

    /// Says who it belongs to: once as CONNECT decides, before anybody knows it, and then whenever the
    /// same user presents new credentials.
    pub(crate) fn set_principal(&self, principal: Option<Principal>) {
        *self
            .principal
            .write()
            .unwrap_or_else(PoisonError::into_inner) = principal;
        self.orders.renewed();
    }

    /// Replaces roles, claims and expiry of the session's user by those of new credentials, as when a
    /// handler has seen a new token. Says whether it did: a session stays its user's, so the names have to
    /// be the same, and one of nobody known stays that.
    ///
    /// What the session is subscribed to is not judged once more by it;
    /// [`RulesHandle::recheck_user`](crate::security::RulesHandle::recheck_user) does that.
    pub fn renew(&self, principal: Principal) -> bool {
        let names = |user: &Principal| {
            let own = user.shared_name().clone();
            (own, user.shared_destination_name().clone())
        };
        let is_same = self.principal().as_ref().map(names) == Some(names(&principal));
        if is_same {
            self.set_principal(Some(principal));
        }
        is_same
    }

    /// What the application keeps for it.
    #[must_use]
    pub const fn attributes(&self) -> &SessionAttributes {
        &self.attributes
    }

    /// The session's own value of this type, which is made if there is none yet, as
    /// [`session_scoped`](crate::MessagingBuilder::session_scoped) says. Handlers take it as
    /// [`SessionScoped`](crate::handler::extract::SessionScoped).
    ///
    /// # Errors
    ///
    /// When nobody said how to make one, or the session is over.
    pub fn scoped<T: Send + Sync + 'static>(&self) -> Result<Arc<T>, NotInScope> {
        self.scope.get(self)
    }

    /// Whether nobody has been told yet that the session is over. From now on somebody is.
    pub(crate) fn is_end_untold(&self) -> bool {
        !self.end_is_told.swap(true, Ordering::AcqRel)
    }

    /// Lets go of the session's own values: it is over, and everybody knows.
    pub(crate) fn end_scope(&self) {
        self.scope.end();
    }

    /// The version of STOMP that was agreed upon; before CONNECT, the version whose frames any
    /// client can read.
    #[must_use]
    pub fn version(&self) -> Version {
        self.agreed
            .get()
            .map_or(Version::V1_0, |(version, _)| *version)
    }

    /// Whether CONNECT was accepted.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.agreed.get().is_some()
    }

    /// The heart-beats that were agreed upon; none before CONNECT.
    #[must_use]
    pub fn heart_beat(&self) -> Option<Agreed> {
        self.agreed.get().map(|(_, heart_beat)| *heart_beat)
    }

    pub(crate) fn agree_on(&self, version: Version, heart_beat: Agreed) {
        let first = self.agreed.set((version, heart_beat)).is_ok();
        debug_assert!(first, "a session connects once");
        // Who writes has promised heart-beats now.
        self.outbox.wake();
    }

    /// How many subscriptions the session holds.
    #[must_use]
    pub fn subscription_count(&self) -> usize {
        self.table().len()
    }

    /// The destination of one of the session's subscriptions.
    #[must_use]
    pub fn subscription(&self, id: &SubscriptionId) -> Option<ByteString> {
        self.table().get(id).cloned()
    }

    /// Takes the id for a subscription, before anybody acts on it.
    pub(crate) fn reserve(
        &self,
        id: SubscriptionId,
        destination: ByteString,
        limit: usize,
    ) -> Result<(), ErrorCode> {
        let mut subscriptions = self.table();
        if subscriptions.contains_key(&id) {
            return Err(ErrorCode::DuplicateSubscription);
        }
        if subscriptions.len() >= limit {
            return Err(ErrorCode::TooManySubscriptions);
        }
        subscriptions.insert(id, destination);
        Ok(())
    }

    pub(crate) fn release(&self, id: &SubscriptionId) -> Option<ByteString> {
        self.table().remove(id)
    }

    /// Every subscription of the session with its destination, as the client named it, in no order.
    /// Those that it has as it ends stay.
    #[must_use]
    pub fn subscriptions(&self) -> Vec<(SubscriptionId, ByteString)> {
        self.table()
            .iter()
            .map(|(id, destination)| (id.clone(), destination.clone()))
            .collect()
    }

    /// The session's subscriptions to exactly this destination.
    pub(crate) fn subscriptions_to(&self, destination: &str) -> Vec<SubscriptionId> {
        let to_it =
            |(id, to): (&SubscriptionId, &ByteString)| (to == destination).then(|| id.clone());
        self.table().iter().filter_map(to_it).collect()
    }

    /// Calls this for each subscription whose destination is one of these; says whether there was any. It holds on to the
    /// subscriptions meanwhile, so that nothing which is queued then follows the receipt of an UNSUBSCRIBE.
    pub(crate) fn each_subscription_where(
        &self,
        is_wanted: impl Fn(&str) -> bool,
        mut then: impl FnMut(&SubscriptionId, &str),
    ) -> bool {
        let subscriptions = self.table();
        let wanted = subscriptions.iter().filter(|(_, to)| is_wanted(to));
        wanted.map(|(id, to)| then(id, to)).count() > 0
    }

    /// Puts a frame into the queue unless the subscription has ended. It holds on to the
    /// subscriptions meanwhile, so that nothing follows the receipt of an UNSUBSCRIBE.
    pub(crate) fn push_if_subscribed(&self, id: &SubscriptionId, frame: OutgoingFrame) {
        let subscriptions = self.table();
        if subscriptions.contains_key(id) {
            self.outbox.push(frame);
        }
    }

    fn table(&self) -> std::sync::MutexGuard<'_, HashMap<SubscriptionId, ByteString>> {
        self.subscriptions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Comes when the session is over.
    pub(crate) const fn ended(&self) -> &CancellationToken {
        &self.ended
    }

    /// Counts one more reply that goes on, unless there are as many as there may be. It counts until
    /// it is dropped.
    pub(crate) fn begin_stream(&self, limit: usize) -> Option<impl Send + 'static + use<>> {
        struct Running(Arc<AtomicUsize>);
        impl Drop for Running {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::AcqRel);
            }
        }
        let more = |running| (running < limit).then_some(running + 1);
        self.streams
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, more)
            .ok()?;
        Some(Running(Arc::clone(&self.streams)))
    }

    /// Shares what is used with the user's other sessions, before anything is.
    fn share_used(&self, used: &Arc<Used>) {
        let _ = self.used.set(Arc::clone(used));
    }

    pub(crate) fn used(&self) -> &Used {
        self.used.get_or_init(Arc::default)
    }

    pub(crate) const fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Puts an encoded frame into the outbound queue; never waits.
    ///
    /// A queue that would grow beyond its limits ends the session instead (`slow-consumer`).
    pub(crate) fn push(&self, frame: OutgoingFrame) {
        self.outbox.push(frame);
    }

    /// Encodes a frame by the rules of the session's version and puts it into the queue.
    pub(crate) fn send(&self, frame: &Frame) -> Result<(), stomp::EncodeError> {
        self.push(OutgoingFrame::encode(frame, self.version())?);
        Ok(())
    }

    /// Ends the session without a word: what is queued is still written, nothing can be added, then
    /// the connection closes. [`end`](Self::end) tells the client why.
    pub fn close(&self, close: Close) {
        self.outbox.seal(None, close);
    }

    /// Ends the session, and tells the client why: by ERROR with this code and detail, and by the close
    /// code that the catalogue gives it. The source of the error is for the log alone.
    ///
    /// What is queued is still written before. A handler that runs for the session runs to its end;
    /// none of the client's frames behind it is looked at. Only the first call counts; it never waits.
    ///
    /// ```
    /// use stompframe_core::{ErrorCode, MessagingError, Session};
    ///
    /// fn throw_out(session: &Session) {
    ///     let why = MessagingError::new(ErrorCode::SessionEnded).with_detail("you are banned");
    ///     session.end(why);
    /// }
    /// ```
    pub fn end(&self, error: MessagingError) {
        self.orders.end(error);
    }

    /// Takes a subscription from the session, and tells the client why: on `/user/queue/errors` with
    /// `subscription-revoked`, the subscription's id and this reason, if it listens there. Otherwise
    /// the session ends with that as ERROR, or the client would wait for what never comes.
    ///
    /// It never waits. The session's connection carries it out, at once or behind the SUBSCRIBE or
    /// UNSUBSCRIBE that it is busy with; from then on nothing is delivered any more. Whatever the
    /// subscription has not acknowledged goes to others. Says whether there is such a subscription.
    pub fn revoke(&self, id: &SubscriptionId, reason: impl Into<Cow<'static, str>>) -> bool {
        let error = MessagingError::new(ErrorCode::SubscriptionRevoked).with_detail(reason);
        self.revoke_because(id, error)
    }

    pub(crate) fn revoke_because(&self, id: &SubscriptionId, error: MessagingError) -> bool {
        let is_there = self.subscription(id).is_some();
        if is_there {
            self.orders.revoke(id.clone(), error);
        }
        is_there
    }

    pub(crate) const fn orders(&self) -> &Orders {
        &self.orders
    }

    /// Waits until no subscription of the session comes or goes, and keeps it so.
    pub(crate) async fn subscribing(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.subscribing.lock().await
    }
}
