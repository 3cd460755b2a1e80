//! Brokers that clients may use directly, and what a client does with them.

use stompframe::MessagingBuilder;
use stompframe::channel::Verdict;
use stompframe::prelude::*;

use super::{App, Client, Frame};

/// A broker that clients send to directly.
pub(crate) fn broker() -> MessagingBuilder {
    Messaging::builder()
        .simple_broker(["/topic", "/queue"])
        .accept_client_sends(["/topic", "/queue"])
}

/// The same with an interceptor on the way out, so that deliveries may have to wait.
pub(crate) fn intercepted() -> MessagingBuilder {
    broker().client_outbound(|channel| channel.intercept(|_, _| Verdict::Continue))
}

/// Both ways of delivering have to keep the same promises.
pub(crate) async fn both() -> [App; 2] {
    [App::start(broker()).await, App::start(intercepted()).await]
}

impl Client {
    /// SEND, and waits for its receipt.
    pub(crate) async fn send_to(&mut self, destination: &str, body: &str) {
        self.confirmed_with_body(&format!("SEND\ndestination:{destination}\n"), body)
            .await;
    }

    /// SUBSCRIBE with more headers, and waits for its receipt.
    pub(crate) async fn consume(&mut self, id: &str, destination: &str, headers: &str) {
        self.confirmed(&format!(
            "SUBSCRIBE\nid:{id}\ndestination:{destination}\n{headers}"
        ))
        .await;
    }

    /// ACK or NACK of a message, and waits for its receipt.
    pub(crate) async fn answer(&mut self, command: &str, message: &Frame) {
        let id = message.header("ack").expect("it is to be acknowledged");
        self.confirmed(&format!("{command}\nid:{id}\n")).await;
    }

    /// The body of the next frame, which has to be a MESSAGE.
    pub(crate) async fn body(&mut self) -> String {
        let frame = self.frame().await;
        assert_eq!(frame.command, "MESSAGE", "{frame:?}");
        frame.text().to_owned()
    }
}
