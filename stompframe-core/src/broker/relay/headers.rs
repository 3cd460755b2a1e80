//! Which headers go to the broker, and which come back.

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

/// The SEND of a message. Of what a client wrote, orders to the broker are left out.
pub(super) fn to_broker(
    message: &Message,
    destination: String,
    is_queue: bool,
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
    if is_queue && !frame.headers.contains("persistent") {
        // What a queue has taken outlives the broker's restart.
        frame.headers.push("persistent", "true");
    }
    if let Audience::EverybodyBut(session) = message.audience() {
        frame.headers.push(NOT_FOR, session.clone());
    }
    frame.body = message.payload().clone();
    frame
}

/// What a broker adds to a MESSAGE, which is between the two of us.
const ADDED: [&str; 9] = [
    "ack",
    "content-length",
    "destination",
    "message-id",
    "persistent",
    // RabbitMQ gives back what the SEND asked for.
    "receipt",
    "redelivered",
    "subscription",
    "timestamp",
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
        let frame = to_broker(&message, "/queue/a".to_owned(), true, true);
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
        let frame = to_broker(&message, "/queue/a".to_owned(), true, false);
        assert_eq!(frame.header("x-queue-name"), Some("1"));
        assert_eq!(frame.header("persistent"), Some("1"));
    }

    #[test]
    fn who_is_not_to_get_it_is_said_to_all_processes() {
        let mut message = Message::new(MessageType::Message, "/topic/a");
        message.set_audience(Audience::EverybodyBut("s1".into()));
        let frame = to_broker(&message, "/topic/a".to_owned(), false, true);
        let back = from_broker(&frame, "/topic/a");
        assert_eq!(back.audience(), message.audience());
        assert!(back.headers().is_empty());
    }
}
