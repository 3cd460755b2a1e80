//! Blanks and repeated headers, on a whole connection.

use stompframe::channel::Verdict;
use stompframe::extract::{Headers, State};
use stompframe::test::TestApp;
use stompframe::{ErrorCode, message};

use crate::kit::{Notes, app, builder, connect, end, next};

#[tokio::test(start_paused = true)]
async fn h_01_h_02_a_blank_is_part_of_a_destination_but_in_1_0() {
    let app = app();
    for version in ["1.0", "1.1", "1.2"] {
        let client = connect(&app, version).await;
        let topic = client.subscribe("/topic/a").await;
        client.send_bytes("SEND\ndestination:/topic/a\nfoo: a \n\n\0");
        let foo = if version == "1.0" { "a" } else { " a " };
        assert_eq!(
            topic.next_message().await.header("foo"),
            Some(foo),
            "{version}"
        );
        client.send_bytes("SEND\ndestination: /topic/a\nreceipt:r\n\nx\0");
        if version == "1.0" {
            assert_eq!(topic.expect_text().await, "x");
        } else {
            end(&client, ErrorCode::NoRoute).await;
        }
    }
}

/// Everything on the way of a message, each writing down what it takes for the value.
#[tokio::test(start_paused = true)]
async fn h_03_h_04_h_06_everybody_reads_the_first_of_several_headers() {
    let notes = Notes::default();
    let see = |place: &'static str, notes: &Notes| {
        let notes = notes.clone();
        move |message: &mut stompframe::Message, _: stompframe::channel::ChannelContext<'_>| {
            if let Some(mine) = message.headers().get("mine") {
                notes.add(format!("{place} {mine}"));
            }
            Verdict::Continue
        }
    };
    let handler = async |State(notes): State<Notes>, headers: Headers| {
        notes.add(format!("handler {}", headers.get("mine").unwrap()));
    };
    let app = TestApp::start(
        builder(&notes)
            .route(message("/mine"), handler)
            .client_inbound(|channel| channel.intercept(see("inbound", &notes)))
            .client_outbound(|channel| channel.intercept(see("outbound", &notes))),
    );
    let client = app.connect().await;
    client.send_bytes("SUBSCRIBE\nid:0\nid:1\ndestination:/topic/a\ndestination:/topic/b\n\n\0");
    client.send_bytes(
        "SEND\ndestination:/app/mine\ndestination:/app/note\nmine:1\nmine:2\n\
         content-length:1\ncontent-length:1\nreceipt:r1\nreceipt:r2\n\nx\0",
    );
    assert_eq!(next(&client).await.header("receipt-id"), Some("r1"));
    client.send_bytes("SEND\ndestination:/topic/a\ndestination:/topic/b\nmine:1\nmine:2\n\nx\0");
    let message = next(&client).await;
    assert_eq!(message.header("destination"), Some("/topic/a"));
    assert_eq!(message.header("subscription"), Some("0"));
    assert_eq!(
        message.headers.get_all("mine").collect::<Vec<_>>(),
        ["1", "2"]
    );
    assert_eq!(
        notes.all(),
        ["inbound 1", "handler 1", "inbound 1", "outbound 1"]
    );
    client.send_bytes("UNSUBSCRIBE\nid:0\nid:1\n\n\0");
    client.round_trip().await;
    app.messaging()
        .template()
        .send("/topic/a", "x")
        .await
        .unwrap();
    client.expect_nothing().await;
}

#[tokio::test(start_paused = true)]
async fn h_05_ten_thousand_of_one_header_are_too_many() {
    let client = app().connect().await;
    client.send_bytes(format!("SEND\n{}\n\0", "a:b\n".repeat(10_000)));
    end(&client, ErrorCode::TooManyHeaders).await;
}

#[tokio::test(start_paused = true)]
async fn h_07_nothing_that_only_the_server_says_can_be_forged() {
    let app = app();
    let client = app.connect().await;
    let topic = client.subscribe("/topic/a").await;
    let reserved = [
        "ack",
        "error-code",
        "heart-beat",
        "message-id",
        "receipt-id",
        "server",
        "session",
        "subscription",
        "user-name",
        "version",
    ];
    let forged: String = reserved
        .iter()
        .map(|name| format!("{name}:forged\n{}:forged\n", name.to_uppercase()))
        .collect();
    client.send_bytes(format!("SEND\ndestination:/topic/a\n{forged}mine:1\n\nx\0"));
    let message = topic.next_message().await;
    assert_eq!(message.header("mine"), Some("1"));
    for name in reserved {
        assert_ne!(message.header(name), Some("forged"), "{name}");
        assert_eq!(message.header(&name.to_uppercase()), None, "{name}");
    }
}
