use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytestring::ByteString;
use futures_util::{Stream, StreamExt as _};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::builder::{ClientBuilder, Options};
use super::connector::Connector;
use super::driver::{Begun, Driver};
use super::link::Link;
use super::send::SendRequest;
use super::state::Current;
use super::subscribe::SubscribeRequest;
use super::subscriptions::Subscriptions;
use super::{ClientError, ClientLimits, ClientState, Confirmation, Tcp, Transaction};
use crate::message::IntoPayload;
use crate::stomp::{Command, Frame, Headers};

/// A client of any STOMP server (Spring's `StompSession`): see the [module](super).
///
/// Cloning shares it. When the last clone and the last of its subscriptions are gone, it says DISCONNECT
/// and closes its connection.
#[derive(Clone)]
pub struct StompClient {
    pub(super) shared: Arc<Shared>,
}

/// What the handle, its subscriptions and its transactions share.
pub(super) struct Shared {
    pub(super) limits: ClientLimits,
    pub(super) confirms_subscriptions: bool,
    pub(super) subscriptions: Arc<Subscriptions>,
    current: watch::Receiver<Current>,
    stop: CancellationToken,
    last_id: AtomicU64,
    _stops: DropGuard,
}

impl StompClient {
    /// A client over TCP: `"127.0.0.1:61613"`, or several addresses, which are tried in turn.
    pub fn tcp(addresses: impl Into<Tcp>) -> ClientBuilder {
        Self::over(addresses.into())
    }

    /// A client over anything for which there is a connector.
    pub fn over(connector: impl Connector) -> ClientBuilder {
        ClientBuilder::new(Arc::new(connector))
    }

    pub(super) async fn connect(
        connector: Arc<dyn Connector>,
        options: Options,
    ) -> Result<Self, ClientError> {
        let (client, driver) = Self::new(connector, options);
        let begun = driver.begin().await?;
        // From the first moment on it is connected.
        client.run(driver, Some(begun)).await;
        Ok(client)
    }

    pub(super) fn start(connector: Arc<dyn Connector>, options: Options) -> Self {
        let (client, driver) = Self::new(connector, options);
        tokio::spawn(driver.run(None));
        client
    }

    async fn run(&self, driver: Driver, begun: Option<Begun>) {
        tokio::spawn(driver.run(begun));
        let mut current = self.shared.current.clone();
        let _ = current
            .wait_for(|current| !matches!(current, Current::None(_)))
            .await;
    }

    fn new(connector: Arc<dyn Connector>, options: Options) -> (Self, Driver) {
        let stop = CancellationToken::new();
        let (sender, current) = watch::channel(Current::None(ClientError::NotConnected));
        let subscriptions = Arc::new(Subscriptions::new(options.limits.max_subscriptions));
        let shared = Shared {
            limits: options.limits,
            confirms_subscriptions: options.confirms_subscriptions,
            subscriptions: Arc::clone(&subscriptions),
            current,
            stop: stop.clone(),
            last_id: AtomicU64::new(0),
            _stops: stop.clone().drop_guard(),
        };
        let driver = Driver {
            connector,
            options,
            subscriptions,
            current: sender,
            stop,
        };
        let shared = Arc::new(shared);
        (Self { shared }, driver)
    }

    /// A message to be sent: say more about it, and await it.
    ///
    /// ```no_run
    /// use stompframe_core::client::StompClient;
    /// use stompframe_core::Payload;
    ///
    /// # async fn example(client: &StompClient) -> Result<(), stompframe_core::client::ClientError> {
    /// client.send("/topic/news", "hello").await?;
    /// client
    ///     .send("/queue/orders", Payload(vec![1, 2, 3]))
    ///     .header("persistent", "true")
    ///     .confirmed() // by the server's RECEIPT
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn send(
        &self,
        destination: impl Into<ByteString>,
        payload: impl IntoPayload,
    ) -> SendRequest {
        SendRequest::new(self.clone(), destination.into(), payload)
    }

    /// A subscription to be made: say more about it, and await it. It is live then: what is published
    /// afterwards is not missed.
    pub fn subscribe(&self, destination: impl Into<ByteString>) -> SubscribeRequest {
        SubscribeRequest::new(self.clone(), destination.into())
    }

    /// Begins a transaction (STOMP 1.2, BEGIN): what is sent and acknowledged in it takes effect with its
    /// COMMIT. It belongs to the connection; when that is lost, so is the transaction.
    ///
    /// # Errors
    ///
    /// When there is no connection.
    pub async fn begin(&self) -> Result<Transaction, ClientError> {
        let link = self.link()?;
        Transaction::begin(link, format!("tx-{}", self.next_id())).await
    }

    /// How things stand now.
    #[must_use]
    pub fn state(&self) -> ClientState {
        ClientState::from(&*self.shared.current.borrow())
    }

    /// How things stand now, and whenever that changes. Of changes that follow each other closely, the
    /// last one is seen.
    pub fn states(&self) -> impl Stream<Item = ClientState> + Send + Unpin + use<> {
        let current = self.shared.current.clone();
        let states =
            futures_util::stream::unfold((current, true), async |(mut current, is_first)| {
                if !is_first {
                    current.changed().await.ok()?;
                }
                let state = ClientState::from(&*current.borrow_and_update());
                Some((state, (current, false)))
            });
        states.boxed()
    }

    /// Waits until there is a connection.
    ///
    /// # Errors
    ///
    /// When there will be none, as the client has ended.
    pub async fn connected(&self) -> Result<(), ClientError> {
        let mut current = self.shared.current.clone();
        let settled = current.wait_for(|current| !matches!(current, Current::None(_)));
        match &*settled.await.map_err(|_| ClientError::Closed)? {
            Current::Over(because) => Err(because.clone()),
            _ => Ok(()),
        }
    }

    /// Says DISCONNECT, waits for its receipt, so that all that was sent before has arrived, and closes
    /// the connection. All subscriptions end.
    ///
    /// # Errors
    ///
    /// When the receipt does not come in [time](ClientLimits::close_timeout). The client is closed all
    /// the same.
    pub async fn close(&self) -> Result<(), ClientError> {
        let disconnected = match self.link() {
            Ok(link) => {
                let patience = self.shared.limits.close_timeout;
                let disconnected = timeout(patience, link.disconnect()).await;
                disconnected.unwrap_or(Err(ClientError::TimedOut(patience)))
            }
            // Nothing is on its way.
            Err(_) => Ok(()),
        };
        self.shared.stop.cancel();
        let mut current = self.shared.current.clone();
        let _ = current
            .wait_for(|current| matches!(current, Current::Over(_)))
            .await;
        disconnected
    }

    /// Sends a frame, and gives its receipt.
    pub(crate) async fn send_frame(&self, frame: Frame) -> Result<Confirmation, ClientError> {
        self.link()?.send_with_receipt(frame).await
    }

    /// UNSUBSCRIBE of what the server keeps under a name that these headers say.
    pub(crate) async fn forget(&self, id: &str, headers: Headers) -> Result<(), ClientError> {
        let mut frame = Frame::new(Command::Unsubscribe);
        frame.headers = headers;
        frame.headers.set("id", id.to_owned());
        self.send_frame(frame).await?.await
    }

    /// Waits until all frames that were sent so far with a receipt are answered.
    pub(crate) async fn settled(&self) -> Result<(), ClientError> {
        self.link()?.receipts.settled().await
    }

    /// As [`send_frame`](Self::send_frame), for what nobody waits for: of what is written together only
    /// the last asks for a receipt, which stands for all before it. `tell` is called once, unless this
    /// fails.
    pub(crate) async fn send_and_tell(
        &self,
        frame: Frame,
        tell: impl FnOnce(Result<(), ClientError>) + Send + Sync + 'static,
    ) -> Result<(), ClientError> {
        self.link()?.send_and_tell(&frame, tell).await
    }

    /// The connection.
    pub(super) fn link(&self) -> Result<Arc<Link>, ClientError> {
        match &*self.shared.current.borrow() {
            Current::Link(link) => Ok(Arc::clone(link)),
            Current::None(_) => Err(ClientError::NotConnected),
            Current::Over(because) => Err(because.clone()),
        }
    }

    pub(super) fn next_id(&self) -> u64 {
        self.shared.last_id.fetch_add(1, Ordering::Relaxed)
    }
}

impl Shared {
    /// Forgets a subscription, and tells the server if it may know of it.
    pub(super) fn abandon(&self, id: &ByteString, is_sent: bool) {
        let was_there = self.subscriptions.remove(id) && is_sent;
        if let (true, Current::Link(link)) = (was_there, &*self.current.borrow()) {
            let frame = Frame::new(Command::Unsubscribe).with_header("id", id.clone());
            link.send_urgently(frame);
        }
    }
}

impl fmt::Debug for StompClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StompClient")
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}
