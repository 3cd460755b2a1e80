//! Brokers, a proxy in front of each that can lose a connection, and applications on them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use stompframe::broker::{BrokerRelay, SimpleBroker};
use stompframe::client::Backoff;
use stompframe::prelude::*;
use stompframe::security::{deny, permit, rules};
use stompframe::test::TestApp;
use stompframe::{Limits, MessagingBuilder};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A broker behind a proxy.
pub(crate) struct Upstream {
    address: SocketAddr,
    /// How often connections were cut; none passes while it is odd.
    cuts: watch::Sender<u32>,
    /// How many connections are open.
    open: Arc<AtomicUsize>,
    /// What a destination of a test begins with, so that tests do not meet.
    name: String,
    /// Whether the broker has wildcards.
    pub(crate) has_wildcards: bool,
    /// Whether the broker looks at all of a transaction before it does any of it.
    pub(crate) is_atomic: bool,
    /// Whether it has NACK, and takes acknowledgements into transactions.
    pub(crate) has_all_acknowledgements: bool,
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

    async fn behind_proxy(to: SocketAddr, kind: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (cuts, cut) = watch::channel(0);
        let open = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&open);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, to, cut.clone(), Arc::clone(&counted)));
            }
        });
        let now = std::time::SystemTime::now();
        let now = now.duration_since(std::time::UNIX_EPOCH).unwrap();
        Self {
            address,
            cuts,
            open,
            name: format!("r{}", now.as_nanos()),
            has_wildcards: kind != "OWN",
            is_atomic: kind != "RABBITMQ",
            has_all_acknowledgements: kind != "ARTEMIS",
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
        self.open.load(Ordering::Relaxed)
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
    open: Arc<AtomicUsize>,
) {
    if *cut.borrow_and_update() % 2 == 1 {
        return;
    }
    let Ok(mut server) = TcpStream::connect(to).await else {
        return;
    };
    open.fetch_add(1, Ordering::Relaxed);
    tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => {}
        _ = cut.changed() => {}
    }
    open.fetch_sub(1, Ordering::Relaxed);
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
