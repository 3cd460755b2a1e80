//! Brokers, a proxy in front of each that can lose a connection, and applications on them.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use stompframe::broker::{BrokerRelay, SimpleBroker};
use stompframe::client::Backoff;
use stompframe::prelude::*;
use stompframe::security::{deny, permit, rules};
use stompframe::test::TestApp;
use stompframe::{Limits, MessagingBuilder};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// A broker behind a proxy.
pub(crate) struct Upstream {
    address: SocketAddr,
    /// How often connections were cut; none passes while it is odd.
    cuts: watch::Sender<u32>,
    link: Arc<Link>,
    /// What a destination of a test begins with, so that tests do not meet.
    name: String,
    /// Whether the broker has wildcards.
    pub(crate) has_wildcards: bool,
    /// Whether the broker looks at all of a transaction before it does any of it.
    pub(crate) is_atomic: bool,
    /// Whether it has NACK, and takes acknowledgements into transactions.
    pub(crate) has_all_acknowledgements: bool,
    /// Whether a message that is on its way as its consumer's connection is lost comes only after the
    /// broker was restarted.
    pub(crate) strands: bool,
}

/// What all connections to the broker go over.
#[derive(Default)]
struct Link {
    /// How many of them are open.
    open: AtomicUsize,
    /// How many bytes pass in a second, in each direction; 0 for as many as want to.
    rate: AtomicU32,
    /// When there is room for more, there and back.
    free: [Mutex<Option<Instant>>; 2],
}

impl Upstream {
    /// This framework's broker in memory, over TCP.
    pub(crate) async fn own() -> Self {
        let mut limits = Limits::default();
        limits.broker.max_unacknowledged = 100;
        let messaging = Messaging::builder()
            .simple_broker(SimpleBroker::new(["/topic", "/queue"]))
            .accept_client_sends(["/topic", "/queue"])
            .authorize(
                rules()
                    .send("/queue/{test}/closed", deny())
                    .anything_else(permit()),
            )
            .limits(limits)
            .endpoint(Endpoint::tcp("127.0.0.1:0"))
            .build()
            .unwrap();
        let tcp = messaging.bind_tcp().await.unwrap();
        let address = tcp.addresses()[0];
        tokio::spawn(tcp.serve());
        Self::behind_proxy(address, "OWN").await
    }

    /// The broker whose address is in this variable of the environment.
    pub(crate) async fn of(variable: &str) -> Self {
        let address = std::env::var(variable)
            .unwrap_or_else(|_| panic!("tests/brokers/run says in {variable} where it is"));
        Self::behind_proxy(address.parse().unwrap(), variable).await
    }

    pub(crate) async fn behind_proxy(to: SocketAddr, kind: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (cuts, cut) = watch::channel(0);
        let link = Arc::new(Link::default());
        let shared = Arc::clone(&link);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, to, cut.clone(), Arc::clone(&shared)));
            }
        });
        let now = std::time::SystemTime::now();
        let now = now.duration_since(std::time::UNIX_EPOCH).unwrap();
        Self {
            address,
            cuts,
            link,
            name: format!("r{}", now.as_nanos()),
            has_wildcards: kind != "OWN",
            is_atomic: kind != "RABBITMQ",
            has_all_acknowledgements: kind != "ARTEMIS",
            strands: kind == "ARTEMIS",
        }
    }

    /// Loses all connections, and lets nobody through until it is mended.
    pub(crate) fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    pub(crate) fn mend(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    pub(crate) fn connections(&self) -> usize {
        self.link.open.load(Ordering::Relaxed)
    }

    /// How many bytes pass in a second from now on; 0 for as many as want to.
    pub(crate) fn limit_to(&self, rate: u32) {
        self.link.rate.store(rate, Ordering::Relaxed);
    }

    pub(crate) fn relay(&self) -> BrokerRelay {
        let quick = Backoff::new(Duration::from_millis(50), Duration::from_millis(500));
        BrokerRelay::new(self.address.to_string()).reconnect(quick)
    }

    /// As one who may publish only to what is called `open`, and whom this framework's broker does not
    /// tell from others: there it is what is called `closed` that is refused.
    pub(crate) fn limited(&self) -> BrokerRelay {
        self.relay().login("limited", "limited")
    }

    /// An application on the broker, to which clients may send.
    pub(crate) async fn app(&self) -> TestApp {
        self.app_with(Messaging::builder().broker(self.relay()))
            .await
    }

    pub(crate) async fn app_with(&self, builder: MessagingBuilder) -> TestApp {
        let app = TestApp::start(builder.accept_client_sends(["/topic", "/queue"]));
        let app = app.patience(Duration::from_secs(20));
        app.messaging().broker_status().unwrap().available().await;
        app
    }

    pub(crate) fn topic(&self, name: &str) -> String {
        format!("/topic/{}/{name}", self.name)
    }

    pub(crate) fn queue(&self, name: &str) -> String {
        format!("/queue/{}/{name}", self.name)
    }
}

async fn pass(
    mut client: TcpStream,
    to: SocketAddr,
    mut cut: watch::Receiver<u32>,
    link: Arc<Link>,
) {
    if *cut.borrow_and_update() % 2 == 1 {
        return;
    }
    let Ok(mut server) = TcpStream::connect(to).await else {
        return;
    };
    link.open.fetch_add(1, Ordering::Relaxed);
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let there = link.copy(0, from_client, to_server);
    let back = link.copy(1, from_server, to_client);
    tokio::select! {
        _ = async { tokio::join!(there, back) } => {}
        _ = cut.changed() => {}
    }
    link.open.fetch_sub(1, Ordering::Relaxed);
}

impl Link {
    async fn copy(
        &self,
        direction: usize,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
    ) {
        let mut chunk = [0; 1024];
        while let Ok(count @ 1..) = from.read(&mut chunk).await {
            if let Some(free) = self.takes(direction, count) {
                sleep_until(free).await;
            }
            if to.write_all(&chunk[..count]).await.is_err() {
                return;
            }
        }
        let _ = to.shutdown().await;
    }

    /// When so many bytes have passed, if not at once.
    fn takes(&self, direction: usize, count: usize) -> Option<Instant> {
        let rate = self.rate.load(Ordering::Relaxed);
        if rate == 0 {
            return None;
        }
        let mut free = self.free[direction].lock().unwrap();
        let since = (*free).map_or(Instant::now(), |free| free.max(Instant::now()));
        *free = Some(since + Duration::from_secs_f64(count as f64 / f64::from(rate)));
        *free
    }
}

/// Runs each of these against every broker.
macro_rules! on_every_broker {
    ($($name:ident),* $(,)?) => {
        mod own {
            $(#[tokio::test] async fn $name() { super::$name(super::Upstream::own().await).await })*
        }
        mod rabbitmq {
            $(#[tokio::test] #[ignore = "tests/brokers/run starts the broker"]
            async fn $name() { super::$name(super::Upstream::of("RABBITMQ").await).await })*
        }
        mod activemq {
            $(#[tokio::test] #[ignore = "tests/brokers/run starts the broker"]
            async fn $name() { super::$name(super::Upstream::of("ACTIVEMQ").await).await })*
        }
        mod artemis {
            $(#[tokio::test] #[ignore = "tests/brokers/run starts the broker"]
            async fn $name() { super::$name(super::Upstream::of("ARTEMIS").await).await })*
        }
    };
}
pub(crate) use on_every_broker;
