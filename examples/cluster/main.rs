//! Two nodes of one application, and the broker behind them: who is connected to one talks to who is
//! connected to the other, to everybody or to one alone.
//!
//! ```text
//! cargo run --example cluster
//! ```
//!
//! Then open <http://127.0.0.1:8081> and <http://127.0.0.1:8082>, and give two names. `BROKER`, such as
//! `BROKER=127.0.0.1:61613`, says where RabbitMQ or ActiveMQ is; without it, a third process would be
//! asked for, so the broker in memory of this framework plays that part, over TCP. `PORT` is the first
//! of the two ports; 0 is any two that are free.

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use stompframe::broker::BrokerRelay;
use stompframe::prelude::*;
use tokio::net::TcpListener;

/// What somebody says, and who that is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Said {
    from: String,
    text: String,
}

impl Said {
    fn new(user: &Principal, text: String) -> Payload<Self> {
        Payload(Self {
            from: user.name().to_owned(),
            text,
        })
    }
}

/// To everybody, on whichever node.
#[message_mapping("/say")]
#[send_to("/topic/said")]
async fn say(user: Principal, Payload(text): Payload<String>) -> Payload<Said> {
    Said::new(&user, text)
}

/// To one, on whichever node.
#[message_mapping("/tell/{whom}")]
async fn tell(
    whom: String,
    user: Principal,
    Payload(text): Payload<String>,
    template: MessagingTemplate,
) -> Result<(), MessagingError> {
    template
        .send_to_user(whom, "/queue/told", Said::new(&user, text))
        .await
}

/// One node: the same application each time, on the same broker.
fn node(broker: &str) -> Result<Messaging, stompframe::BuildError> {
    Messaging::builder()
        .handler::<say>()
        .handler::<tell>()
        .application_prefix("/app")
        .broker(BrokerRelay::new(broker).share_users("cluster-example"))
        // Whoever gives a name has it: this is no example of how to know people.
        .authenticate(|connect: Connect| async move {
            let name = connect.header("login").unwrap_or_default().to_owned();
            match name.is_empty() {
                true => Err(Denied::new("no name")),
                false => Ok(Principal::new(name)),
            }
        })
        .endpoint(Endpoint::new("/ws"))
        .build()
}

/// A broker over TCP for those who have none: gives its address.
async fn broker_of_our_own() -> Result<String, stompframe::Error> {
    let destinations = ["/topic", "/queue"];
    let messaging = Messaging::builder()
        .simple_broker(destinations)
        .accept_client_sends(destinations)
        .anonymous()
        .endpoint(Endpoint::tcp("127.0.0.1:0"))
        .build()?;
    let tcp = messaging.bind_tcp().await?;
    let address = tcp.addresses()[0].to_string();
    tokio::spawn(tcp.serve());
    Ok(address)
}

#[tokio::main]
async fn main() -> Result<(), stompframe::Error> {
    tracing_subscriber::fmt::init();
    let broker = match std::env::var("BROKER") {
        Ok(address) => address,
        Err(_) => broker_of_our_own().await?,
    };
    let port = std::env::var("PORT").ok();
    let port: u16 = port.and_then(|port| port.parse().ok()).unwrap_or(8081);
    let next = if port == 0 { 0 } else { port.saturating_add(1) };
    let listen = |port: u16| TcpListener::bind(("127.0.0.1", port));
    let listeners = (listen(port).await?, listen(next).await?);
    println!(
        "open http://{} and http://{}",
        listeners.0.local_addr()?,
        listeners.1.local_addr()?
    );
    let (one, other) = (node(&broker)?, node(&broker)?);
    let page = || Router::new().route("/", get(|| async { Html(include_str!("page.html")) }));
    let serve = async |messaging: Messaging, listener: TcpListener| {
        let app = page().merge(messaging.router());
        stompframe::serve_on(listener, app, messaging).await
    };
    tokio::try_join!(serve(one, listeners.0), serve(other, listeners.1))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use stompframe::test::TestApp;

    use super::*;

    #[tokio::test]
    async fn people_on_two_nodes_talk_to_all_and_to_one() {
        let broker = match std::env::var("BROKER") {
            Ok(address) => address,
            Err(_) => broker_of_our_own().await.expect("a broker"),
        };
        let nodes = [node(&broker), node(&broker)].map(|node| node.expect("it can be built"));
        for node in &nodes {
            node.broker_status()
                .expect("there is one")
                .available()
                .await;
        }
        let [one, other] = nodes.map(TestApp::new);
        let ann = one.connect_with([("login", "ann")]).await;
        let bob = other.connect_with([("login", "bob")]).await;
        let (all, told) = (
            bob.subscribe("/topic/said").await,
            bob.subscribe("/user/queue/told").await,
        );
        ann.send("/app/say", "hello").await;
        let said = |text: &str| Said {
            from: "ann".to_owned(),
            text: text.to_owned(),
        };
        assert_eq!(all.expect_message::<Said>().await, said("hello"));
        ann.send("/app/tell/bob", "psst").await;
        assert_eq!(told.expect_message::<Said>().await, said("psst"));
    }
}
