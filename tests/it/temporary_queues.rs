//! Temporary queues: answers to a question, to whoever asked it.

use stompframe::Limits;
use stompframe::broker::SimpleBroker;
use stompframe::channel::Verdict;
use stompframe::prelude::*;

use crate::support::{App, broker};

fn messaging() -> stompframe::MessagingBuilder {
    Messaging::builder()
        .simple_broker(SimpleBroker::new(["/topic", "/queue"]).temporary_queues())
        .accept_client_sends(["/topic", "/queue"])
}

/// Both ways of delivering.
async fn both() -> [App; 2] {
    let intercepted =
        messaging().client_outbound(|channel| channel.intercept(|_, _| Verdict::Continue));
    [App::start(messaging()).await, App::start(intercepted).await]
}

#[tokio::test]
async fn an_answer_comes_to_who_asked_without_a_subscription() {
    for app in both().await {
        let (mut server, mut first, mut second) = (
            app.connect().await,
            app.connect().await,
            app.connect().await,
        );
        server.consume("0", "/queue/questions", "").await;
        for client in [&mut first, &mut second] {
            client
                .confirmed_with_body(
                    "SEND\ndestination:/queue/questions\nreply-to:/temp-queue/answers\n",
                    "how are you?",
                )
                .await;
        }
        let questions = [server.frame().await, server.frame().await];
        for (question, answer) in questions.iter().zip(["well", "so so"]) {
            let reply_to = question.header("reply-to").unwrap().to_owned();
            assert!(reply_to.starts_with("/temp-queue/") && reply_to != "/temp-queue/answers");
            server.send_to(&reply_to, answer).await;
        }
        for (client, expected) in [(&mut first, "well"), (&mut second, "so so")] {
            let answer = client.frame().await;
            assert_eq!(answer.text(), expected);
            assert_eq!(answer.header("subscription"), Some("/temp-queue/answers"));
            client.nothing_before_receipt().await;
        }
        // The same name is the same queue, and its subscription ends like any other.
        first
            .confirmed_with_body(
                "SEND\ndestination:/queue/questions\nreply-to:/temp-queue/answers\n",
                "and now?",
            )
            .await;
        let question = server.frame().await;
        let reply_to = question.header("reply-to").unwrap().to_owned();
        first
            .confirmed("UNSUBSCRIBE\nid:/temp-queue/answers\n")
            .await;
        server
            .send(format!(
                "SEND\ndestination:{reply_to}\nreceipt:r\n\ntoo late\0"
            ))
            .await;
        assert_eq!(server.error().await.header("error-code"), Some("no-route"));
    }
}

#[tokio::test]
async fn an_answer_comes_to_a_subscription_of_ones_own_making() {
    for app in both().await {
        let (mut server, mut client) = (app.connect().await, app.connect().await);
        server.consume("0", "/queue/questions", "").await;
        client
            .consume("mine", "/temp-queue/answers", "ack:client\n")
            .await;
        client
            .confirmed_with_body(
                "SEND\ndestination:/queue/questions\nreply-to:/temp-queue/answers\n",
                "?",
            )
            .await;
        let reply_to = server.frame().await.header("reply-to").unwrap().to_owned();
        server.send_to(&reply_to, "!").await;
        let answer = client.frame().await;
        assert_eq!(answer.header("subscription"), Some("mine"));
        client.answer("ACK", &answer).await;
    }
}

#[tokio::test]
async fn a_temporary_queue_ends_with_its_session_and_nobody_guesses_it() {
    for app in both().await {
        let (mut server, mut client) = (app.connect().await, app.connect().await);
        server.consume("0", "/queue/questions", "").await;
        client
            .confirmed_with_body(
                "SEND\ndestination:/queue/questions\nreply-to:/temp-queue/answers\n",
                "?",
            )
            .await;
        let reply_to = server.frame().await.header("reply-to").unwrap().to_owned();
        client.confirmed("DISCONNECT\n").await;
        client.close().await;
        for destination in [reply_to.as_str(), "/temp-queue/answers", "/temp-queue/0"] {
            let mut other = app.connect().await;
            other
                .send(format!("SEND\ndestination:{destination}\nreceipt:r\n\n!\0"))
                .await;
            let error = other.error().await;
            assert_eq!(
                error.header("error-code"),
                Some("no-route"),
                "{destination}"
            );
        }
    }
}

#[tokio::test]
async fn temporary_queues_count_as_subscriptions() {
    let mut limits = Limits::default();
    limits.max_subscriptions = 1;
    let app = App::start(messaging().limits(limits)).await;
    let mut client = app.connect().await;
    let ask = |name: &str| {
        format!("SEND\ndestination:/queue/q\nreply-to:/temp-queue/{name}\nreceipt:r\n\n?\0")
    };
    client.send(ask("a")).await;
    assert_eq!(client.frame().await.command, "RECEIPT");
    client.send(ask("b")).await;
    let error = client.error().await;
    assert_eq!(error.header("error-code"), Some("too-many-subscriptions"));
}

#[tokio::test]
async fn nothing_is_kept_of_one_that_does_not_come_about() {
    let app = App::start(messaging()).await;
    let mut client = app.connect().await;
    client.subscribe("errors", "/user/queue/errors").await;
    let long = "x".repeat(200);
    for (frame, code) in [
        (
            "SUBSCRIBE\nid:0\ndestination:/temp-queue/a\nselector:x = 1\n\n\0".to_owned(),
            "unsupported",
        ),
        (
            "SEND\ndestination:/temp-queue/a\n\n!\0".to_owned(),
            "no-route",
        ),
        (
            format!("SEND\ndestination:/queue/q\nreply-to:/temp-queue/{long}\n\n?\0"),
            "bad-destination",
        ),
    ] {
        client.send(frame).await;
        let problem = client.frame().await;
        assert_eq!(problem.header("error-code"), Some(code));
    }
}

#[tokio::test]
async fn there_are_none_unless_they_are_opened() {
    let app = App::start(broker()).await;
    let mut client = app.connect().await;
    client.consume("0", "/queue/questions", "").await;
    client
        .send("SEND\ndestination:/queue/questions\nreply-to:/temp-queue/answers\n\n?\0")
        .await;
    let question = client.frame().await;
    assert_eq!(question.header("reply-to"), Some("/temp-queue/answers"));
    client
        .send("SEND\ndestination:/temp-queue/answers\nreceipt:r\n\n!\0")
        .await;
    assert_eq!(client.error().await.header("error-code"), Some("no-route"));
}
