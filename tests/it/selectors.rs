//! Subscriptions that choose messages by their headers, where the application allows it.

use stompframe::broker::SimpleBroker;
use stompframe::channel::Verdict;
use stompframe::prelude::*;

use crate::support::{App, Client, broker};

async fn app() -> App {
    App::start(
        Messaging::builder()
            .simple_broker(
                SimpleBroker::new(["/topic", "/queue"])
                    .wildcard_subscriptions()
                    .selectors(),
            )
            .accept_client_sends(["/topic", "/queue"]),
    )
    .await
}

impl Client {
    async fn paint(&mut self, destination: &str, colour: &str) {
        self.confirmed_with_body(
            &format!("SEND\ndestination:{destination}\ncolour:{colour}\n"),
            colour,
        )
        .await;
    }
}

#[tokio::test]
async fn u_09_a_topic_gives_what_is_wanted_to_those_who_want_it() {
    let app = app().await;
    let mut client = app.connect().await;
    client
        .consume("red", "/topic/paint", "selector:colour = 'red'\n")
        .await;
    client
        .consume("other", "/topic/paint", "selector:colour <> 'red'\n")
        .await;
    client
        .consume(
            "acked",
            "/topic/paint",
            "ack:client\nselector:colour IN ('blue')\n",
        )
        .await;
    client
        .consume("deep", "/topic/**", "selector:destination LIKE '%paint'\n")
        .await;
    let mut sender = app.connect().await;
    for (colour, wanted) in [
        ("red", vec!["deep", "red"]),
        ("blue", vec!["acked", "deep", "other"]),
    ] {
        sender.paint("/topic/paint", colour).await;
        sender.paint("/topic/elsewhere", colour).await;
        let mut heard = Vec::new();
        for _ in &wanted {
            let message = client.frame().await;
            assert_eq!(message.text(), colour);
            heard.push(message.header("subscription").unwrap().to_owned());
        }
        heard.sort_unstable();
        assert_eq!(heard, wanted);
        client.nothing_before_receipt().await;
    }
}

#[tokio::test]
async fn what_no_consumer_of_a_queue_wants_waits_for_one_who_does() {
    for interceptor in [false, true] {
        let mut builder = Messaging::builder()
            .simple_broker(SimpleBroker::new(["/queue"]).selectors())
            .accept_client_sends(["/queue"]);
        if interceptor {
            builder =
                builder.client_outbound(|channel| channel.intercept(|_, _| Verdict::Continue));
        }
        let app = App::start(builder).await;
        let mut red = app.connect().await;
        red.consume("0", "/queue/paint", "selector:colour = 'red'\n")
            .await;
        let mut sender = app.connect().await;
        for colour in ["blue", "red", "green", "red", "blue"] {
            sender.paint("/queue/paint", colour).await;
        }
        assert_eq!(red.body().await, "red");
        assert_eq!(red.body().await, "red");
        red.nothing_before_receipt().await;
        let mut blue = app.connect().await;
        blue.send("SUBSCRIBE\nid:0\ndestination:/queue/paint\nselector:colour = 'blue'\n\n\0")
            .await;
        assert_eq!(blue.body().await, "blue");
        assert_eq!(blue.body().await, "blue");
        blue.nothing_before_receipt().await;
        let mut rest = app.connect().await;
        rest.send("SUBSCRIBE\nid:0\ndestination:/queue/paint\n\n\0")
            .await;
        assert_eq!(rest.body().await, "green");
        rest.nothing_before_receipt().await;
    }
}

#[tokio::test]
async fn u_07_u_09_a_selector_that_cannot_be_is_an_error_and_never_everything() {
    let app = app().await;
    for (selector, words) in [
        ("colour = ", "end"),
        ("", "empty"),
        ("colour == 'red'", "write ="),
        ("colour = 'red", "quote"),
    ] {
        let mut client = app.connect().await;
        client
            .send(format!(
                "SUBSCRIBE\nid:0\ndestination:/topic/paint\nselector:{selector}\n\n\0"
            ))
            .await;
        let error = client.error().await;
        assert_eq!(
            error.header("error-code"),
            Some("bad-selector"),
            "{selector}"
        );
        assert!(error.text().contains(words), "{error:?}");
    }
    // Who listens for errors hears of it there, and goes on.
    let mut client = app.connect().await;
    client.subscribe("errors", "/user/queue/errors").await;
    client
        .send("SUBSCRIBE\nid:0\ndestination:/topic/paint\nselector:(\n\n\0")
        .await;
    let problem = client.frame().await;
    assert_eq!(problem.header("error-code"), Some("bad-selector"));
    client.subscribe("0", "/topic/paint").await;
}

#[tokio::test]
async fn u_09_selectors_are_refused_where_there_are_none() {
    let app = App::start(broker()).await;
    for destination in ["/topic/paint", "/queue/paint", "/user/queue/paint"] {
        let mut client = app.connect().await;
        client
            .send(format!(
                "SUBSCRIBE\nid:0\ndestination:{destination}\nselector:colour = 'red'\n\n\0"
            ))
            .await;
        let error = client.error().await;
        assert_eq!(
            error.header("error-code"),
            Some("unsupported"),
            "{destination}"
        );
    }
}
