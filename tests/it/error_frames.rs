//! The application's own hand on ERROR frames.

use stompframe::MessagingBuilder;
use stompframe::channel::Verdict;
use stompframe::prelude::*;

use crate::support::{App, messaging};

#[derive(Debug, thiserror::Error)]
#[error("{0} bottles are too many")]
struct TooMany(u32);

fn app() -> MessagingBuilder {
    messaging().client_inbound(|channel| {
        channel.intercept(|message, _| match message.headers().get("bottles") {
            Some(bottles) => {
                let why = TooMany(bottles.parse().unwrap());
                Verdict::Fail(MessagingError::new(ErrorCode::Denied).with_source(why))
            }
            None => Verdict::Continue,
        })
    })
}

#[tokio::test]
async fn it_sees_why_and_what_about_and_says_it_in_its_own_words() {
    let app = App::start(app().error_handler(|frame| {
        let source = std::error::Error::source(frame.error());
        let bottles = source
            .and_then(|why| why.downcast_ref())
            .map(|TooMany(n)| *n);
        let about = frame.failed().map(|failed| {
            let note = failed.headers().get("note").unwrap_or("nothing");
            format!("{} with {note}", failed.command())
        });
        frame.headers_mut().set("help", "read: the manual");
        frame.headers_mut().remove("message");
        frame.headers_mut().remove("receipt-id");
        frame.set_body("text/x-words", format!("{bottles:?} {about:?}"));
    }))
    .await;

    let mut client = app.connect().await;
    client
        .send("SEND\ndestination:/app/x\nbottles:99\nnote:a sigh\nreceipt:r1\n\n\0")
        .await;
    let error = client.error().await;
    assert_eq!(error.header("help"), Some("read: the manual"));
    assert_eq!(error.header("message"), None);
    assert_eq!(error.header("content-type"), Some("text/x-words"));
    assert_eq!(error.text(), "Some(99) Some(\"SEND with a sigh\")");
    // STOMP 1.2, ERROR: who asked for a receipt finds its id here, whatever the handler thinks of it.
    assert_eq!(error.header("receipt-id"), Some("r1"));

    // What is no frame, and what comes before CONNECT.
    for (sent, told) in [
        ("SHOUT\n\n\0", "None None"),
        ("SEND\n\n\0", "None Some(\"SEND with nothing\")"),
    ] {
        let mut client = app.open().await;
        client.send(sent).await;
        assert_eq!(client.error().await.text(), told);
    }

    // The frame that went well before has nothing to do with it.
    let mut client = app.connect().await;
    client.nothing_before_receipt().await;
    client.send("SHOUT\n\n\0").await;
    assert_eq!(client.error().await.text(), "None None");
}

#[tokio::test]
async fn what_it_does_not_change_stays() {
    let app = App::start(app().error_handler(|_| {})).await;
    let mut client = app.connect().await;
    client
        .send("SEND\ndestination:/app/x\nbottles:99\nreceipt:r1\n\n\0")
        .await;
    let error = client.error().await;
    assert_eq!(error.header("message"), Some("Access denied"));
    assert_eq!(error.header("receipt-id"), Some("r1"));
}

#[tokio::test]
async fn a_handler_that_fails_itself_changes_nothing() {
    let app = App::start(app().error_handler(|frame| {
        frame.set_body("text/plain", "lost");
        assert!(frame.failed().is_none(), "boom");
        // No STOMP 1.0 frame can say this, and before CONNECT there is no other.
        frame.headers_mut().set("two\nlines", "x");
    }))
    .await;
    let mut client = app.connect().await;
    client
        .send("SEND\ndestination:/app/x\nbottles:99\nreceipt:r1\n\n\0")
        .await;
    assert_eq!(client.error().await.header("receipt-id"), Some("r1"));
    let mut client = app.open().await;
    client.send("SHOUT\n\n\0").await;
    let error = client.error().await;
    assert_eq!(error.header("message"), Some("Unknown command"));
}
