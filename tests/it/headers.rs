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

async fn app() -> App {
    App::start(messaging().handler::<paint>()).await
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
