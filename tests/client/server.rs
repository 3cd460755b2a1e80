//! The servers, and a proxy in front of each that can lose a connection.

use std::net::SocketAddr;
use std::time::Duration;

use stompframe::broker::SimpleBroker;
use stompframe::client::{Backoff, ClientBuilder, Incoming, StompClient, Subscription};
use stompframe::prelude::*;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A server that takes STOMP over TCP, behind a proxy.
pub(crate) struct Server {
    pub(crate) proxy: Proxy,
    /// What a destination of a test begins with, so that tests do not meet.
    name: String,
}

impl Server {
    /// This framework's broker in memory, with everything opened.
    pub(crate) async fn own() -> Self {
        let broker = SimpleBroker::new(["/topic", "/queue"]).selectors();
        let messaging = Messaging::builder()
            .simple_broker(broker)
            .accept_client_sends(["/topic", "/queue"])
            .endpoint(Endpoint::tcp("127.0.0.1:0"))
            .build()
            .unwrap();
        let tcp = messaging.bind_tcp().await.unwrap();
        let address = tcp.addresses()[0];
        tokio::spawn(tcp.serve());
        Self::behind_proxy(address).await
    }

    /// The broker whose address is in this variable of the environment.
    pub(crate) async fn of(variable: &str) -> Self {
        let address = std::env::var(variable)
            .unwrap_or_else(|_| panic!("tests/brokers/run says in {variable} where it is"));
        Self::behind_proxy(address.parse().unwrap()).await
    }

    async fn behind_proxy(address: SocketAddr) -> Self {
        let now = std::time::SystemTime::now();
        let now = now.duration_since(std::time::UNIX_EPOCH).unwrap();
        Self {
            proxy: Proxy::start(address).await,
            name: format!("t{}", now.as_nanos()),
        }
    }

    pub(crate) fn client(&self) -> ClientBuilder {
        StompClient::tcp(self.proxy.address.to_string())
            .login("guest", "guest")
            .reconnect(Backoff::new(
                Duration::from_millis(50),
                Duration::from_millis(500),
            ))
    }

    pub(crate) async fn connect(&self) -> StompClient {
        self.client().connect().await.unwrap()
    }

    pub(crate) fn topic(&self) -> String {
        format!("/topic/{}", self.name)
    }

    pub(crate) fn queue(&self) -> String {
        format!("/queue/{}", self.name)
    }
}

/// Passes bytes on, until it is told to lose all connections.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    /// How often connections were cut; none passes while it is odd.
    cuts: watch::Sender<u32>,
}

impl Proxy {
    async fn start(to: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (cuts, cut) = watch::channel(0);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let mut cut = cut.clone();
                tokio::spawn(async move {
                    if *cut.borrow_and_update() % 2 == 1 {
                        return;
                    }
                    let Ok(mut server) = TcpStream::connect(to).await else {
                        return;
                    };
                    tokio::select! {
                        _ = copy_bidirectional(&mut client, &mut server) => {}
                        _ = cut.changed() => {}
                    }
                });
            }
        });
        Self { address, cuts }
    }

    /// Loses all connections, and lets nobody through until it is mended.
    pub(crate) fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    pub(crate) fn mend(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

/// What comes next.
pub(crate) async fn next(subscription: &mut Subscription) -> Incoming {
    use futures_util::StreamExt as _;
    timeout(PATIENCE, subscription.next())
        .await
        .expect("something comes in time")
        .expect("the subscription goes on")
}

/// The body of what comes next, which has to be a message.
pub(crate) async fn body(subscription: &mut Subscription) -> String {
    match next(subscription).await {
        Incoming::Message(message) => message.text().unwrap().to_owned(),
        other => panic!("a message was expected, and {other:?} came"),
    }
}
