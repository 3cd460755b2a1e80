//! A server that does what no good one does, to the octet.

use std::time::Duration;

use stompframe::client::{ClientError, ClientLimits, Incoming, StompClient};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use crate::server::next;

const CONNECTED: &str = "CONNECTED\nversion:1.2\nheart-beat:0,0\n\n\0";

pub(crate) struct Script {
    listener: TcpListener,
}

impl Script {
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { listener }
    }

    pub(crate) fn client(&self) -> stompframe::client::ClientBuilder {
        StompClient::tcp(self.listener.local_addr().unwrap().to_string()).no_reconnect()
    }

    /// The next connection, and its CONNECT, which is answered with this.
    async fn accept(&self, answer: &str) -> (Peer, String) {
        let (socket, _) = self.listener.accept().await.unwrap();
        let mut peer = Peer(socket);
        let connect = peer.read().await;
        peer.say(answer).await;
        (peer, connect)
    }
}

pub(crate) struct Peer(TcpStream);

impl Peer {
    pub(crate) async fn say(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// Up to the next NUL.
    pub(crate) async fn read(&mut self) -> String {
        self.try_read().await.unwrap()
    }

    /// Up to the next NUL, or none if the client has ended the connection before.
    pub(crate) async fn try_read(&mut self) -> Option<String> {
        let mut frame = Vec::new();
        loop {
            match self.0.read_u8().await.ok()? {
                0 => return String::from_utf8(frame).ok(),
                octet => frame.push(octet),
            }
        }
    }

    /// Reads a frame, and gives the receipt that it asks for.
    pub(crate) async fn confirm(&mut self) -> String {
        let frame = self.read().await;
        let receipt = frame
            .lines()
            .find_map(|line| line.strip_prefix("receipt:"))
            .unwrap();
        self.say(&format!("RECEIPT\nreceipt-id:{receipt}\n\n\0"))
            .await;
        frame
    }
}

pub(crate) async fn connected(
    client: stompframe::client::ClientBuilder,
    script: &Script,
) -> (StompClient, Peer) {
    let (client, (peer, _)) = tokio::join!(client.connect(), script.accept(CONNECTED));
    (client.unwrap(), peer)
}

#[tokio::test]
async fn connect_says_what_it_was_told_to() {
    let script = Script::new().await;
    let client = script
        .client()
        .login("ann", "se:cret")
        .virtual_host("/")
        .heart_beat(Duration::from_millis(1), Duration::from_secs(5))
        .header("client-id", "c");
    assert!(!format!("{client:?}").contains("se:cret"));
    let (client, (_, connect)) = tokio::join!(client.connect(), script.accept(CONNECTED));
    client.unwrap();
    let mut lines: Vec<_> = connect.trim_end().lines().collect();
    assert_eq!(lines.remove(0), "CONNECT");
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "accept-version:1.0,1.1,1.2",
            "client-id:c",
            "heart-beat:1000,5000",
            "host:/",
            "login:ann",
            "passcode:se:cret",
        ]
    );
}

#[tokio::test]
async fn what_answers_connect_is_connected_or_the_reason() {
    for (answer, reason) in [
        (
            "ERROR\nmessage:Bad CONNECT\n\nAccess refused\0",
            "Bad CONNECT: Access refused",
        ),
        (
            "RECEIPT\nreceipt-id:1\n\n\0",
            "RECEIPT came before CONNECTED",
        ),
        ("HTTP/1.1 400 Bad Request\r\n\r\n", "no STOMP"),
        ("CONNECTED\nversion:7\n\n\0", "version"),
    ] {
        let script = Script::new().await;
        let (client, _) = tokio::join!(script.client().connect(), script.accept(answer));
        let error = client.unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_is_given_up() {
    let script = Script::new().await;
    let (client, _) = tokio::join!(script.client().connect(), script.accept(""));
    assert!(matches!(client.unwrap_err(), ClientError::TimedOut(_)));
}

#[tokio::test]
async fn a_refusal_that_names_its_frame_is_told_to_whoever_sent_that() {
    let script = Script::new().await;
    let (client, mut peer) = connected(script.client(), &script).await;
    let (good, bad) = tokio::join!(client.send("/a", "x").confirmed(), async {
        let bad = client.send("/b", "x").confirmed();
        let (bad, ()) = tokio::join!(bad, async {
            peer.read().await;
            peer.read().await;
            peer.say("ERROR\nmessage:no\nreceipt-id:2\n\n\0").await;
        });
        bad
    });
    assert!(matches!(bad, Err(ClientError::Refused(_))), "{bad:?}");
    let error = good.unwrap_err();
    assert!(error.is_in_doubt(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_receipt_that_does_not_come_is_an_error_of_its_own_and_the_connection_lives() {
    let script = Script::new().await;
    let (client, mut peer) = connected(script.client(), &script).await;
    let error = client.send("/a", "x").confirmed().await.unwrap_err();
    assert!(matches!(error, ClientError::TimedOut(_)), "{error}");
    peer.read().await;
    let (sent, frame) = tokio::join!(client.send("/b", "x").confirmed(), peer.confirm());
    sent.unwrap();
    assert!(frame.contains("destination:/b"));
}

#[tokio::test(start_paused = true)]
async fn both_sides_keep_their_heart_beats() {
    const BEATS: &str = "CONNECTED\nversion:1.2\nheart-beat:2000,2000\n\n\0";
    let script = Script::new().await;
    let beats = Duration::from_secs(2);
    let client = script.client().heart_beat(beats, beats);
    let (client, (mut peer, _)) = tokio::join!(client.connect(), script.accept(BEATS));
    let client = client.unwrap();
    // What the client promised, it keeps.
    for _ in 0..5 {
        let since = Instant::now();
        assert_eq!(peer.0.read_u8().await.unwrap(), b'\n');
        assert!(since.elapsed() <= beats);
        peer.say("\n").await;
    }
    assert!(client.state().is_connected());
    // And a server that falls silent is given up.
    let since = Instant::now();
    while client.state().is_connected() {
        assert!(since.elapsed() < Duration::from_secs(8));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(since.elapsed() > beats * 2);
}

#[tokio::test]
async fn what_nobody_takes_is_dropped_and_a_gap_says_so() {
    let script = Script::new().await;
    let mut limits = ClientLimits::default();
    limits.max_waiting_messages = 3;
    let (client, mut peer) = connected(script.client().limits(limits), &script).await;
    let (hears, frame) = tokio::join!(client.subscribe("/a").into_future(), peer.confirm());
    let mut hears = hears.unwrap();
    assert!(frame.contains("id:sub-0"));
    for number in 0..10 {
        peer.say(&format!(
            "MESSAGE\nsubscription:sub-0\nmessage-id:{number}\n\n\0"
        ))
        .await;
    }
    // All of them have come when this has.
    let (sent, _) = tokio::join!(client.send("/b", "x").confirmed(), peer.confirm());
    sent.unwrap();
    for number in 0..3 {
        let Incoming::Message(message) = next(&mut hears).await else {
            panic!("a message comes");
        };
        assert_eq!(message.message_id(), number.to_string());
    }
    assert!(matches!(next(&mut hears).await, Incoming::Gap));
    peer.say("MESSAGE\nsubscription:sub-0\nmessage-id:10\n\n\0")
        .await;
    let Incoming::Message(message) = next(&mut hears).await else {
        panic!("a message comes");
    };
    assert_eq!(message.message_id(), "10");
}

#[tokio::test]
async fn a_frame_that_is_too_large_ends_the_connection() {
    let script = Script::new().await;
    let mut limits = ClientLimits::default();
    limits.frame.max_frame = 1_000;
    let (client, mut peer) = connected(script.client().limits(limits), &script).await;
    peer.say(&format!("MESSAGE\nsubscription:0\n\n{}", "x".repeat(1_001)))
        .await;
    let error = client.send("/a", "x").confirmed().await.unwrap_err();
    assert!(error.to_string().contains("1000 octets"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_read_holds_up_who_sends() {
    let script = Script::new().await;
    let mut limits = ClientLimits::default();
    limits.max_unsent_bytes = 64 * 1024;
    let (client, _peer) = connected(script.client().limits(limits), &script).await;
    let mut sent = 0_u64;
    let error = loop {
        match client.send("/a", vec![0; 16 * 1024]).await {
            Ok(()) => sent += 1,
            Err(error) => break error,
        }
        assert!(sent < 10_000, "it waits at some time");
    };
    assert!(error.is_in_doubt(), "{error}");
}

#[tokio::test]
async fn a_subscription_that_is_refused_when_it_is_made_anew_ends_alone() {
    let script = Script::new().await;
    let quick =
        stompframe::client::Backoff::new(Duration::from_millis(1), Duration::from_millis(1));
    let client = script.client().reconnect(quick);
    let (client, mut peer) = connected(client, &script).await;
    let (good, _) = tokio::join!(client.subscribe("/good").into_future(), peer.confirm());
    let (bad, _) = tokio::join!(client.subscribe("/bad").into_future(), peer.confirm());
    let (mut good, mut bad) = (good.unwrap(), bad.unwrap());
    drop(peer);
    // It does not say which of the frames it refuses, and is asked until that is clear.
    let server = async {
        loop {
            let (mut peer, _) = script.accept(CONNECTED).await;
            let mut made = 0;
            let refused = loop {
                let frame = peer.confirm_unless(|frame| frame.contains("/bad")).await;
                match frame {
                    Some(_) => made += 1,
                    None => break true,
                }
                if made == 1 && bad_is_gone(&mut peer).await {
                    break false;
                }
            };
            if !refused {
                return peer;
            }
        }
    };
    let (_peer, ended) = tokio::join!(server, next(&mut bad));
    assert!(
        matches!(ended, Incoming::Ended(ClientError::Refused(_))),
        "{ended:?}"
    );
    assert!(matches!(next(&mut good).await, Incoming::Gap));
}

/// Whether no other subscription follows.
async fn bad_is_gone(peer: &mut Peer) -> bool {
    let mut next = [0];
    let waiting = peer.0.peek(&mut next);
    tokio::time::timeout(Duration::from_millis(300), waiting)
        .await
        .is_err()
}

impl Peer {
    /// Confirms a frame, or ends the connection with an ERROR that does not name it.
    async fn confirm_unless(&mut self, is_bad: impl Fn(&str) -> bool) -> Option<String> {
        let frame = self.read().await;
        if is_bad(&frame) {
            self.say("ERROR\nmessage:no\n\n\0").await;
            return None;
        }
        let receipt = frame
            .lines()
            .find_map(|line| line.strip_prefix("receipt:"))
            .unwrap();
        self.say(&format!("RECEIPT\nreceipt-id:{receipt}\n\n\0"))
            .await;
        Some(frame)
    }
}
