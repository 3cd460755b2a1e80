//! A node that is killed, and those who notice.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use stompframe::broker::BrokerRelay;
use stompframe::client::{Backoff, Incoming, StompClient, Subscription, Tcp};
use stompframe::prelude::*;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::{Instant, interval, sleep, timeout};

use super::process::Broker;

/// Says to this program that it is to be a node, and where the broker is.
const BROKER: &str = "STOMPFRAME_NODE_ON";

const TOPIC: &str = "/topic/said";

/// How many clients there are on each node, and how often each of them sends.
const CLIENTS: u32 = 8;
const EVERY: Duration = Duration::from_millis(50);

/// Clients may lose a node, and nothing else.
pub(super) async fn is_killed(broker: Broker) {
    let survivor = node(BrokerRelay::new(broker.address()));
    let tcp = survivor.bind_tcp().await.unwrap();
    let alive = tcp.addresses()[0].to_string();
    tokio::spawn(tcp.serve());
    survivor.broker_status().unwrap().available().await;
    let (mut victim, doomed) = start(&broker).await;
    let stop = Arc::new(AtomicBool::new(false));
    let (mut stay, mut move_on) = (Vec::new(), Vec::new());
    for number in 0..u64::from(2 * CLIENTS) {
        let (to, clients) = match number < u64::from(CLIENTS) {
            true => (Tcp::new(&alive), &mut stay),
            false => (Tcp::any_of([&doomed, &alive]), &mut move_on),
        };
        clients.push(Client::start(number, to).await);
    }
    let begin = |one: Client| one.begin(Arc::clone(&stop));
    let stay: Vec<_> = stay.into_iter().map(begin).collect();
    let move_on: Vec<_> = move_on.into_iter().map(begin).collect();
    // Nobody sees this user again.
    let gone = client("gone", Tcp::new(&doomed)).no_reconnect();
    let gone = gone.connect().await.unwrap();
    let nodes = survivor.nodes().unwrap();
    let known = async {
        while nodes.remote_users().len() < move_on.len() + 1 {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_secs(10), known).await.unwrap();
    sleep(Duration::from_secs(2)).await;

    victim.kill().await.unwrap();
    let since = Instant::now();
    drop(gone);
    while nodes.is_online("gone") {
        sleep(Duration::from_millis(50)).await;
    }
    let forgotten = since.elapsed();
    assert!(forgotten <= Duration::from_millis(20_500), "{forgotten:?}");
    assert!(nodes.remote_users().is_empty());
    for one in &move_on {
        assert!(
            nodes.is_online(&name(one.number)),
            "{} came here",
            one.number
        );
    }
    stop.store(true, Ordering::Relaxed);

    let (mut confirmed, mut survivors) = (BTreeSet::new(), Vec::new());
    let mut longest = Duration::ZERO;
    for client in stay {
        let (sent, subscription) = client.end().await;
        assert!(sent.refused.is_empty(), "{:?}", sent.refused);
        longest = longest.max(sent.longest);
        confirmed.extend(sent.confirmed);
        survivors.push(subscription);
    }
    let (mut in_doubt, mut moved) = (0, Vec::new());
    for client in move_on {
        let (sent, subscription) = client.end().await;
        in_doubt += sent.refused.len();
        // Who had nothing on its way at that moment has come here all the same, as the gap below shows.
        if let Some(lost) = sent.refused.first() {
            let later = sent.confirmed.iter().filter(|number| *number > lost);
            assert!(later.count() > 50, "who comes here goes on");
        }
        confirmed.extend(sent.confirmed);
        moved.push(subscription);
    }
    let moved = moved.into_iter().map(|one| all_of(one, &confirmed));
    for heard in join_all(moved).await {
        assert_eq!(heard.gaps, 1);
    }
    for subscription in survivors {
        let heard = all_of(subscription, &confirmed).await;
        assert_eq!(heard.gaps, 0);
        let missing: Vec<_> = confirmed.difference(&heard.numbers).collect();
        assert!(missing.is_empty(), "confirmed, and not heard: {missing:?}");
    }
    assert!(longest < Duration::from_secs(3), "{longest:?}");
    println!(
        "{} confirmed, and heard; {in_doubt} in doubt; {longest:?} at most on the other node; the dead \
         one's sessions were forgotten after {forgotten:?}",
        confirmed.len()
    );
}

/// The same node in both processes.
fn node(relay: BrokerRelay) -> Messaging {
    Messaging::builder()
        .broker(relay.share_users("killed"))
        .accept_client_sends(["/topic"])
        .authenticate(|connect: Connect| async move {
            let name = connect.header("login").unwrap_or_default().to_owned();
            Ok::<_, Denied>(Principal::new(name))
        })
        .endpoint(Endpoint::tcp("127.0.0.1:0"))
        .build()
        .unwrap()
}

/// The node that is to be killed, and where it is: this program once more, at the test below.
async fn start(broker: &Broker) -> (Child, String) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture"])
        .arg("faults::node::in_a_process_of_its_own")
        .env(BROKER, broker.address())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some((_, address)) = line.split_once("listens on ") {
            return (child, address.to_owned());
        }
    }
    panic!("it has ended");
}

#[tokio::test]
#[ignore = "started by the test in which it is killed"]
async fn in_a_process_of_its_own() {
    let Ok(broker) = std::env::var(BROKER) else {
        return;
    };
    let messaging = node(BrokerRelay::new(broker));
    let tcp = messaging.bind_tcp().await.unwrap();
    messaging.broker_status().unwrap().available().await;
    println!("listens on {}", tcp.addresses()[0]);
    tcp.serve().await;
}

/// Sends with receipts, and hears what all send.
struct Client<S = ()> {
    number: u64,
    client: StompClient,
    sending: S,
    subscription: Subscription,
    errors: Subscription,
}

#[derive(Default)]
struct Sent {
    confirmed: Vec<u64>,
    refused: Vec<u64>,
    longest: Duration,
}

fn name(number: u64) -> String {
    format!("user-{number}")
}

fn client(name: &str, to: Tcp) -> stompframe::client::ClientBuilder {
    let mut limits = stompframe::client::ClientLimits::default();
    // All of it is looked at in the end.
    limits.max_waiting_messages = 1_000_000;
    limits.max_waiting_bytes = 1 << 30;
    StompClient::over(to)
        .login(name, "")
        .limits(limits)
        .reconnect(Backoff::new(
            Duration::from_millis(500),
            Duration::from_secs(2),
        ))
}

impl Client {
    async fn start(number: u64, to: Tcp) -> Self {
        let client = client(&name(number), to).connect().await.unwrap();
        let errors = client.subscribe("/user/queue/errors").await.unwrap();
        let subscription = client.subscribe(TOPIC).await.unwrap();
        Self {
            number,
            client,
            sending: (),
            subscription,
            errors,
        }
    }

    fn begin(self, stop: Arc<AtomicBool>) -> Client<JoinHandle<Sent>> {
        let sending = tokio::spawn(send(self.client.clone(), self.number, stop));
        Client {
            number: self.number,
            client: self.client,
            sending,
            subscription: self.subscription,
            errors: self.errors,
        }
    }
}

impl Client<JoinHandle<Sent>> {
    /// What it has sent, and what it hears.
    async fn end(mut self) -> (Sent, Subscription) {
        let sent = self.sending.await.unwrap();
        let told = timeout(Duration::ZERO, self.errors.message()).await;
        assert!(told.is_err(), "{told:?}");
        (sent, self.subscription)
    }
}

async fn send(client: StompClient, first: u64, stop: Arc<AtomicBool>) -> Sent {
    let mut sent = Sent::default();
    let mut times = interval(EVERY);
    for number in (first..).step_by(2 * CLIENTS as usize) {
        times.tick().await;
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let since = Instant::now();
        match client.send(TOPIC, Payload(number)).confirmed().await {
            Ok(()) => sent.confirmed.push(number),
            Err(_) => sent.refused.push(number),
        }
        sent.longest = sent.longest.max(since.elapsed());
    }
    sent
}

#[derive(Default)]
struct Heard {
    numbers: BTreeSet<u64>,
    gaps: usize,
}

/// What comes until all of this has, or nothing follows. What one sends comes in order, and once.
async fn all_of(mut subscription: Subscription, wanted: &BTreeSet<u64>) -> Heard {
    let mut heard = Heard::default();
    let mut last = BTreeMap::new();
    while let Ok(Some(incoming)) = timeout(Duration::from_secs(3), subscription.next()).await {
        match incoming {
            Incoming::Message(message) => {
                let number: u64 = message.json().unwrap();
                let before = last.insert(number % u64::from(2 * CLIENTS), number);
                assert!(before.is_none_or(|before| before < number));
                heard.numbers.insert(number);
            }
            Incoming::Gap => heard.gaps += 1,
            other => panic!("{other:?}"),
        }
        if heard.numbers.len() >= wanted.len() && wanted.is_subset(&heard.numbers) {
            break;
        }
    }
    heard
}
