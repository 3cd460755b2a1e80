//! Which headers go to the broker, and which come back.

use super::dialect::Dialect;
use super::translation::{Kind, Translation};
use crate::client::{StompClient, SubscribeRequest};
use crate::error::MessagingError;
use crate::message::{Audience, Message, MessageType};
use crate::stomp::{Command, Frame, Headers};

/// What a message says to the relays of all processes, its own included: the session that is not to get
/// it.
const NOT_FOR: &str = "stompframe-not-for";

/// What brokers take for orders, not for content: who could write them could choose how long a message
/// is kept, in whose name it is sent, or end the connection that all share (an `expiration` that is no
/// number does that).
const ORDERS: [&str; 30] = [
    "activemq",
    "ack",
    "amqp-message-id",
    "app-id",
    "auto-delete",
    "browser",
    "cluster-id",
    "content-encoding",
    "delivery-mode",
    "destination-type",
    "durable",
    "exclusive",
    "expiration",
    "expires",
    "id",
    "login",
    "passcode",
    "persistent",
    "prefetch-count",
    "priority",
    "receipt",
    "reply-to",
    "requeue",
    "selector",
    "subscription-type",
    "timestamp",
    "transaction",
    "transformation",
    "type",
    "user-id",
];

/// What such headers begin with.
const FAMILIES: [&str; 7] = [
    "activemq.",
    "amq-",
    "amq_",
    "jms",
    "_amq",
    "x-",
    "stompframe-",
];

/// The name of a header is a short string in AMQP.
const MAX_NAME: usize = 255;

fn is_order(name: &str) -> bool {
    let is_family = |family: &&str| {
        let start = name.get(..family.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(family))
    };
    name.len() > MAX_NAME
        || ORDERS.iter().any(|order| order.eq_ignore_ascii_case(name))
        || FAMILIES.iter().any(is_family)
}

/// The SEND of a message to its destination. Of what a client wrote, orders to the broker are left out.
pub(super) fn to_broker(
    message: &Message,
    kind: Kind,
    translation: Translation,
    is_from_client: bool,
) -> Result<Frame, MessagingError> {
    let destination = translation.to_broker(message.destination(), kind)?;
    let dialect = translation.dialect;
    Ok(send(message, destination, kind, dialect, is_from_client))
}

/// The SEND of a message to what the broker calls by this name.
pub(super) fn send(
    message: &Message,
    destination: String,
    kind: Kind,
    dialect: Dialect,
    is_from_client: bool,
) -> Frame {
    let mut frame = Frame::new(Command::Send).with_header("destination", destination);
    let mut known: Vec<&str> = Vec::new();
    for (name, value) in message.headers() {
        // The first of several is the one that counts (STOMP 1.2, Repeated Header Entries).
        let is_refused = name.len() > MAX_NAME || (is_from_client && is_order(name));
        if !known.contains(&name) && !is_refused {
            known.push(name);
            frame.headers.push(name, value);
        }
    }
    if kind == Kind::Queue && !frame.headers.contains("persistent") {
        // What a queue has taken outlives the broker's restart.
        frame.headers.push("persistent", "true");
    }
    if let Some(routing) = dialect.routing(kind) {
        frame.headers.set("destination-type", routing);
    }
    if let Audience::EverybodyBut(session) = message.audience() {
        frame.headers.push(NOT_FOR, session.clone());
    }
    frame.body = message.payload().clone();
    frame
}

/// The SUBSCRIBE to what the broker calls by this name, with these headers as far as it leaves them to us.
pub(super) fn subscribe<'a>(
    client: &StompClient,
    destination: String,
    kind: Kind,
    dialect: Dialect,
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> SubscribeRequest {
    let mut subscribing = client.subscribe(destination);
    for (name, value) in headers {
        subscribing = subscribing.header(name.to_owned(), value.to_owned());
    }
    match dialect.routing(kind) {
        Some(routing) => subscribing.header("subscription-type", routing),
        None => subscribing,
    }
}

/// What a broker adds to a MESSAGE, which is between the two of us.
const ADDED: [&str; 11] = [
    "ack",
    "content-length",
    "destination",
    // Of what the SEND said, brokers give back even what was for them.
    "destination-type",
    "message-id",
    "persistent",
    "receipt",
    "redelivered",
    "subscription",
    "timestamp",
    "transaction",
];

/// The message that came as this frame, for this destination of ours.
pub(super) fn from_broker(
    frame: &Frame,
    destination: impl Into<bytestring::ByteString>,
) -> Message {
    let mut message = Message::new(MessageType::Message, destination);
    let mut headers = Headers::new();
    for (name, value) in &frame.headers {
        if name == NOT_FOR {
            message.set_audience(Audience::EverybodyBut(value.to_owned().into()));
        } else if !ADDED.contains(&name) && !headers.contains(name) {
            headers.push(name.to_owned(), value.to_owned());
        }
    }
    *message.headers_mut() = headers;
    message.set_payload(frame.body.clone());
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rl_02_what_a_client_writes_gives_no_orders_to_the_broker() {
        let mut message = Message::new(MessageType::Message, "/queue/a");
        for name in [
            "selector",
            "persistent",
            "Persistent",
            "browser",
            "x-queue-name",
            "x-dead-letter-exchange",
            "reply-to",
            "user-id",
            "login",
            "passcode",
            "activemq.prefetchSize",
            "auto-delete",
            "durable",
            "x-stream-offset",
            "expiration",
            "AMQ-x",
            "JMSXGroupID",
            "stompframe-not-for",
        ] {
            message.headers_mut().push(name, "1");
        }
        message
            .headers_mut()
            .push("n".repeat(256), "too long for AMQP");
        for (name, value) in [
            ("colour", "red"),
            ("colour", "blue"),
            ("content-type", "text/plain"),
        ] {
            message.headers_mut().push(name, value);
        }
        let to_broker = |message: &Message, kind, is_from_client| {
            let dialect = Dialect::Other;
            let destination = message.destination().to_owned();
            send(message, destination, kind, dialect, is_from_client)
        };
        let frame = to_broker(&message, Kind::Queue, true);
        let headers: Vec<_> = frame.headers.iter().collect();
        assert_eq!(
            headers,
            [
                ("destination", "/queue/a"),
                ("colour", "red"),
                ("content-type", "text/plain"),
                ("persistent", "true"),
            ]
        );
        // The application may.
        let frame = to_broker(&message, Kind::Queue, false);
        assert_eq!(frame.header("x-queue-name"), Some("1"));
        assert_eq!(frame.header("persistent"), Some("1"));
    }

    #[test]
    fn who_is_not_to_get_it_is_said_to_all_processes() {
        let mut message = Message::new(MessageType::Message, "/topic/a");
        message.set_audience(Audience::EverybodyBut("s1".into()));
        let name = "/topic/a".to_owned();
        let frame = send(&message, name, Kind::Topic, Dialect::Other, true);
        let back = from_broker(&frame, "/topic/a");
        assert_eq!(back.audience(), message.audience());
        assert!(back.headers().is_empty());
    }
}
