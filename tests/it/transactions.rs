//! BEGIN, COMMIT and ABORT: SEND, ACK and NACK that take effect together, or not at all.

use stompframe::Limits;
use stompframe::channel::Verdict;
use stompframe::prelude::*;

use crate::support::{App, Client, broker};

#[message_mapping("/work")]
#[send_to("/topic/done")]
async fn work(body: String) -> Result<String, HandlerError> {
    if body == "bad" {
        return Err(HandlerError::new(ErrorCode::HandlerFailed, "bad work"));
    }
    Ok(body)
}

async fn app() -> App {
    App::start(
        broker()
            .application_prefix("/app")
            .scan(module_path!())
            .client_inbound(|channel| {
                channel.intercept(|message, _| {
                    if message.headers().contains("forbidden") {
                        return Verdict::Fail(ErrorCode::Denied.into());
                    }
                    Verdict::Continue
                })
            }),
    )
    .await
}

impl Client {
    async fn send_in(&mut self, transaction: &str, destination: &str, body: &str) {
        self.confirmed_with_body(
            &format!("SEND\ndestination:{destination}\ntransaction:{transaction}\n"),
            body,
        )
        .await;
    }
}

#[tokio::test]
async fn n_05_x_04_nothing_is_seen_before_the_commit_and_all_of_it_after_in_order() {
    let app = app().await;
    let mut listener = app.connect().await;
    listener.subscribe("0", "/topic/a").await;
    listener.subscribe("1", "/topic/done").await;
    let mut sender = app.connect().await;
    sender.confirmed("BEGIN\ntransaction:t\n").await;
    sender.send_in("t", "/topic/a", "1").await;
    sender.send_in("t", "/app/work", "2").await;
    sender.send_in("t", "/topic/a", "3").await;
    // What is in no transaction does not wait for one.
    sender.send_to("/topic/a", "outside").await;
    assert_eq!(listener.body().await, "outside");
    listener.nothing_before_receipt().await;
    sender.confirmed("COMMIT\ntransaction:t\n").await;
    for expected in ["1", "2", "3"] {
        assert_eq!(listener.body().await, expected);
    }
}

#[tokio::test]
async fn x_05_x_06_what_is_aborted_never_was() {
    let app = app().await;
    let mut listener = app.connect().await;
    listener.subscribe("0", "/topic/a").await;
    let mut sender = app.connect().await;
    sender.confirmed("BEGIN\ntransaction:t\n").await;
    sender.send_in("t", "/topic/a", "1").await;
    sender.confirmed("ABORT\ntransaction:t\n").await;
    // The id is free again, and so is a session that ends in the middle of one.
    sender.confirmed("BEGIN\ntransaction:t\n").await;
    sender.send_in("t", "/topic/a", "2").await;
    sender.confirmed("DISCONNECT\n").await;
    listener.nothing_before_receipt().await;
}

#[tokio::test]
async fn x_07_transactions_do_not_mix() {
    let app = app().await;
    let mut client = app.connect().await;
    client.subscribe("0", "/topic/a").await;
    client.confirmed("BEGIN\ntransaction:one\n").await;
    client.confirmed("BEGIN\ntransaction:two\n").await;
    client.send_in("one", "/topic/a", "1").await;
    client.send_in("two", "/topic/a", "2").await;
    client.confirmed("ABORT\ntransaction:one\n").await;
    client.send("COMMIT\ntransaction:two\n\n\0").await;
    assert_eq!(client.body().await, "2");
    client.nothing_before_receipt().await;
}

#[tokio::test]
async fn a_10_an_acknowledgement_counts_when_it_is_committed() {
    let app = app().await;
    let mut consumer = app.connect().await;
    consumer
        .consume("0", "/queue/work", "ack:client-individual\n")
        .await;
    let mut sender = app.connect().await;
    sender.send_to("/queue/work", "a").await;
    sender.send_to("/queue/work", "b").await;
    let (a, b) = (consumer.frame().await, consumer.frame().await);
    for (message, end) in [(&a, "ABORT"), (&b, "COMMIT")] {
        let id = message.header("ack").unwrap();
        consumer.confirmed("BEGIN\ntransaction:t\n").await;
        consumer
            .confirmed(&format!("ACK\nid:{id}\ntransaction:t\n"))
            .await;
        consumer.confirmed(&format!("{end}\ntransaction:t\n")).await;
    }
    consumer.confirmed("DISCONNECT\n").await;
    let mut next = app.connect().await;
    next.send("SUBSCRIBE\nid:0\ndestination:/queue/work\n\n\0")
        .await;
    assert_eq!(next.body().await, "a");
    next.nothing_before_receipt().await;
}

#[tokio::test]
async fn a_10_a_refusal_in_a_transaction_takes_effect_with_it() {
    let app = app().await;
    let mut consumer = app.connect().await;
    consumer
        .consume("0", "/queue/work", "ack:client-individual\n")
        .await;
    let mut sender = app.connect().await;
    sender.send_to("/queue/work", "a").await;
    let id = consumer.frame().await.header("ack").unwrap().to_owned();
    consumer.confirmed("BEGIN\ntransaction:t\n").await;
    consumer
        .confirmed(&format!("NACK\nid:{id}\ntransaction:t\n"))
        .await;
    consumer.nothing_before_receipt().await;
    consumer.send("COMMIT\ntransaction:t\n\n\0").await;
    let again = consumer.frame().await;
    assert_eq!(again.header("redelivered"), Some("true"));
}

#[tokio::test]
async fn a_10_a_11_one_delivery_is_acknowledged_once() {
    let app = app().await;
    for second in ["", "transaction:t\n", "transaction:u\n"] {
        let mut consumer = app.connect().await;
        consumer
            .consume("0", "/queue/work", "ack:client-individual\n")
            .await;
        let mut sender = app.connect().await;
        sender.send_to("/queue/work", "a").await;
        let id = consumer.frame().await.header("ack").unwrap().to_owned();
        consumer.confirmed("BEGIN\ntransaction:t\n").await;
        consumer.confirmed("BEGIN\ntransaction:u\n").await;
        consumer
            .confirmed(&format!("ACK\nid:{id}\ntransaction:t\n"))
            .await;
        consumer.send(format!("ACK\nid:{id}\n{second}\n\0")).await;
        let error = consumer.error().await;
        assert_eq!(error.header("error-code"), Some("unknown-ack"));
        // What the transaction would have acknowledged is there again.
        let mut next = app.connect().await;
        next.send("SUBSCRIBE\nid:0\ndestination:/queue/work\n\n\0")
            .await;
        assert_eq!(next.body().await, "a");
        next.close().await;
    }
}

#[tokio::test]
async fn what_would_be_refused_is_refused_as_it_arrives() {
    let app = app().await;
    for (frame, code) in [
        ("destination:/nowhere\n", "no-route"),
        ("destination:/app/nothing\n", "no-route"),
        ("destination:/user/queue/a\n", "denied"),
        ("destination:/topic/a\nforbidden:yes\n", "denied"),
    ] {
        let mut client = app.connect().await;
        client.confirmed("BEGIN\ntransaction:t\n").await;
        client
            .send(format!("SEND\n{frame}transaction:t\nreceipt:r\n\nx\0"))
            .await;
        let error = client.error().await;
        assert_eq!(error.header("error-code"), Some(code), "{frame}");
        assert_eq!(error.header("receipt-id"), Some("r"));
    }
}

#[tokio::test]
async fn x_04_what_fails_at_the_commit_is_the_answer_to_it() {
    let app = app().await;
    let mut client = app.connect().await;
    client.subscribe("0", "/user/queue/errors").await;
    client.subscribe("1", "/topic/done").await;
    client.confirmed("BEGIN\ntransaction:t\n").await;
    for body in ["good", "bad", "never reached"] {
        client.send_in("t", "/app/work", body).await;
    }
    client
        .send("COMMIT\ntransaction:t\nreceipt:commit\n\n\0")
        .await;
    assert_eq!(client.body().await, "good");
    let problem = client.frame().await;
    assert_eq!(problem.header("error-code"), Some("handler-failed"));
    assert_eq!(problem.json()["receiptId"], "commit");
    assert_eq!(problem.json()["destination"], "/app/work");
    client.nothing_before_receipt().await;
}

#[tokio::test]
async fn n_05_x_01_x_02_x_03_a_transaction_has_to_be_open_and_have_a_name() {
    let app = app().await;
    for (frames, code) in [
        ("BEGIN\n\n\0", "missing-header"),
        ("BEGIN\ntransaction:\n\n\0", "missing-header"),
        ("COMMIT\n\n\0", "missing-header"),
        ("COMMIT\ntransaction:t\n\n\0", "unknown-transaction"),
        ("ABORT\ntransaction:t\n\n\0", "unknown-transaction"),
        (
            "SEND\ndestination:/topic/a\ntransaction:t\n\nx\0",
            "unknown-transaction",
        ),
        ("ACK\nid:1\ntransaction:t\n\n\0", "unknown-transaction"),
        (
            "BEGIN\ntransaction:t\n\n\0BEGIN\ntransaction:t\n\n\0",
            "duplicate-transaction",
        ),
        (
            "BEGIN\ntransaction:t\n\n\0COMMIT\ntransaction:t\n\n\0ABORT\ntransaction:t\n\n\0",
            "unknown-transaction",
        ),
    ] {
        let mut client = app.connect().await;
        client.send(frames).await;
        let error = client.error().await;
        assert_eq!(error.header("error-code"), Some(code), "{frames}");
    }
}

#[tokio::test]
async fn x_10_transactions_have_bounds() {
    let mut limits = Limits::default();
    limits.transactions.max_open = 2;
    limits.transactions.max_frames = 2;
    // A frame takes about 1 KiB besides its body.
    limits.transactions.max_bytes = 10_000;
    let app = App::start(broker().limits(limits)).await;
    let send = |transaction: &str, body: &str| {
        format!("SEND\ndestination:/topic/a\ntransaction:{transaction}\n\n{body}\0")
    };
    let begin = |transaction: &str| format!("BEGIN\ntransaction:{transaction}\n\n\0");
    let large = "x".repeat(6_000);
    for (fits, too_much) in [
        (String::new(), begin("c")),
        (
            send("a", "1") + &send("b", "1") + &send("a", "2"),
            send("a", "3"),
        ),
        (send("a", &large), send("b", &large)),
    ] {
        let mut client = app.connect().await;
        client.send(begin("a") + &begin("b") + &fits).await;
        client.nothing_before_receipt().await;
        client.send(too_much).await;
        let error = client.error().await;
        assert_eq!(error.header("error-code"), Some("transaction-limit"));
        assert!(error.text().contains("may"), "{error:?}");
    }
    // What is committed or aborted makes room.
    let mut client = app.connect().await;
    for end in ["COMMIT", "ABORT", "COMMIT"] {
        client.confirmed("BEGIN\ntransaction:t\n").await;
        client.send_in("t", "/topic/a", &large).await;
        client.confirmed(&format!("{end}\ntransaction:t\n")).await;
    }
}
