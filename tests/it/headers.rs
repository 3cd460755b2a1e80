//! Single headers as arguments, seen by a client.

use std::num::ParseIntError;
use std::str::FromStr;

use stompframe::prelude::*;

use crate::support::{App, messaging};

struct Priority;

impl HeaderName for Priority {
    const NAME: &'static str = "priority";
    type Value = u8;
}

/// A value that is its own name.
struct Colour(u32);

impl FromStr for Colour {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        u32::from_str_radix(text.trim_start_matches('#'), 16).map(Self)
    }
}

impl HeaderName for Colour {
    const NAME: &'static str = "colour";
    type Value = Self;
}

#[message_mapping("/paint")]
#[send_to("/topic/painted")]
async fn paint(Header(priority): Header<Priority>, colour: Option<Header<Colour>>) -> String {
    let colour = colour.map(|Header(colour)| colour.0);
    format!("{priority} {colour:?}")
}

#[message_mapping("/receipts")]
#[send_to("/topic/painted")]
async fn receipts(receipt: Option<ReceiptId>) -> String {
    format!("{:?}", receipt.map(|ReceiptId(id)| id))
}

#[message_mapping("/accountable")]
async fn accountable(_: ReceiptId) {}

#[subscribe_mapping("/receipts")]
async fn receipt_of_subscription(ReceiptId(id): ReceiptId) -> String {
    id
}

async fn app() -> App {
    let messaging = messaging()
        .handler::<paint>()
        .handler::<receipts>()
        .handler::<accountable>()
        .handler::<receipt_of_subscription>();
    App::start(messaging).await
}

#[tokio::test]
async fn a_header_is_read_as_the_type_that_belongs_to_it() {
    let app = app().await;
    let mut client = app.connect().await;
    client.subscribe("0", "/topic/painted").await;
    for (headers, answer) in [
        ("priority:7\ncolour:#ff\n", "7 Some(255)"),
        ("priority:7\n", "7 None"),
        ("priority:7\ncolour:loud\n", "7 None"),
    ] {
        client
            .send(format!("SEND\ndestination:/app/paint\n{headers}\n\0"))
            .await;
        assert_eq!(client.frame().await.text(), answer);
    }
}

#[tokio::test]
async fn a_header_that_is_missing_or_wrong_is_named() {
    let app = app().await;
    for (header, code, detail) in [
        ("", "missing-header", "this needs the header `priority`"),
        (
            "priority:high\n",
            "conversion",
            "header `priority`: invalid digit found in string",
        ),
    ] {
        let mut client = app.connect().await;
        client
            .send(format!(
                "SEND\ndestination:/app/paint\nreceipt:r\n{header}\n\0"
            ))
            .await;
        let error = client.error().await;
        assert_eq!(error.header("error-code"), Some(code));
        assert!(error.text().contains(detail), "{error:?}");
    }
}

#[tokio::test]
async fn a_handler_sees_the_receipt_that_its_own_frame_asks_for() {
    let app = app().await;
    let mut client = app.connect().await;
    client.subscribe("0", "/topic/painted").await;
    for (header, seen) in [
        ("", "None"),
        ("receipt:7\n", "Some(\"7\")"),
        // Not that of the frame before.
        ("", "None"),
        ("receipt:a\\cb\nreceipt:c\n", "Some(\"a:b\")"),
    ] {
        client
            .send(format!("SEND\ndestination:/app/receipts\n{header}\n\0"))
            .await;
        let message = client.frame().await;
        assert_eq!(message.text(), seen);
        assert_eq!(message.header("receipt"), None, "{message:?}");
        if !header.is_empty() {
            assert_eq!(client.frame().await.command, "RECEIPT");
        }
    }
    client
        .send("SUBSCRIBE\nid:1\ndestination:/app/receipts\nreceipt:r\n\n\0")
        .await;
    assert_eq!(client.frame().await.text(), "r");
    assert_eq!(client.frame().await.header("receipt-id"), Some("r"));
}

#[tokio::test]
async fn a_handler_that_needs_a_receipt_is_not_called_without_one() {
    let app = app().await;
    let mut client = app.connect().await;
    client
        .confirmed("SEND\ndestination:/app/accountable\n")
        .await;
    client.subscribe("e", "/user/queue/errors").await;
    client
        .send("SEND\ndestination:/app/accountable\n\n\0")
        .await;
    let told = client.frame().await;
    assert_eq!(told.header("error-code"), Some("missing-header"));
    assert_eq!(
        told.json()["detail"],
        "this needs the header `receipt`",
        "{told:?}"
    );
}
