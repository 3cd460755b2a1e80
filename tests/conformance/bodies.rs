//! Bodies, their length and their type, on a whole connection.

use bytes::Bytes;
use stompframe::stomp::{Command, Frame};
use stompframe::test::TestApp;
use stompframe::{
    BoxError, ErrorCode, HandlerError, MessageConverter, Messaging, Payload, message,
    message::PayloadReader, message::PayloadValue,
};

use crate::kit::{Notes, app, builder, end, next};

/// Has what every body that the server makes has to have: its length, and a media type.
fn check(frame: &Frame, content_type: &str) {
    let length = frame.body.len().to_string();
    assert_eq!(frame.header("content-length"), Some(&*length), "{frame:?}");
    assert_eq!(
        frame.header("content-type"),
        Some(content_type),
        "{frame:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn b_11_b_12_m_04_n_06_every_body_of_the_server_has_its_length_and_type() {
    let failing = async || Err::<(), _>(HandlerError::new(ErrorCode::Denied, "not today"));
    let app = TestApp::start(
        builder(&Notes::default())
            .route(message("/text").send_to("/topic/a"), async || "ü")
            .route(message("/json").send_to("/topic/a"), async || Payload(7))
            .route(message("/bytes").send_to("/topic/a"), async || vec![0xff])
            .route(message("/failing"), failing),
    );
    let client = app.connect().await;
    client.send_bytes("SUBSCRIBE\nid:0\ndestination:/topic/a\n\n\0");
    for (handler, content_type) in [
        ("text", "text/plain;charset=UTF-8"),
        ("json", "application/json"),
        ("bytes", "application/octet-stream"),
    ] {
        client.send_bytes(format!("SEND\ndestination:/app/{handler}\n\n\0"));
        check(&next(&client).await, content_type);
    }
    app.messaging()
        .template()
        .send("/topic/a", "x")
        .await
        .unwrap();
    check(&next(&client).await, "text/plain;charset=UTF-8");
    client.send_bytes("SUBSCRIBE\nid:1\ndestination:/user/queue/errors\n\n\0");
    client.send_bytes("SEND\ndestination:/app/failing\n\n\0");
    check(&next(&client).await, "application/json");
    client.send_bytes("UNSUBSCRIBE\nid:1\n\n\0SEND\ndestination:/app/failing\n\n\0");
    check(
        &end(&client, ErrorCode::Denied).await,
        "text/plain;charset=UTF-8",
    );
}

struct Nonsense;

impl MessageConverter for Nonsense {
    fn content_types(&self) -> &[&str] {
        &["nonsense"]
    }

    fn read(&self, _: &[u8], _: PayloadReader<'_>) -> Result<(), BoxError> {
        Ok(())
    }

    fn write(&self, _: PayloadValue<'_>) -> Result<Bytes, BoxError> {
        Ok(Bytes::new())
    }
}

#[tokio::test(start_paused = true)]
async fn b_12_a_type_that_is_none_is_not_written() {
    let refused = Messaging::builder().message_converter(Nonsense).build();
    assert!(refused.unwrap_err().to_string().contains("\"nonsense\""));
    let nonsense = async || Payload(7).with_content_type("nonsense");
    let app = TestApp::start(
        builder(&Notes::default()).route(message("/a").send_to("/topic/a"), nonsense),
    );
    let client = app.connect().await;
    client.send_bytes("SEND\ndestination:/app/a\nreceipt:r\n\n\0");
    end(&client, ErrorCode::Internal).await;
}

/// What each handler makes of a body without and with a type.
#[tokio::test(start_paused = true)]
async fn b_13_b_14_a_body_is_read_as_it_is_or_refused() {
    let app = TestApp::start(
        builder(&Notes::default())
            .route(
                message("/octets").send_to("/topic/a"),
                async |body: Bytes| body,
            )
            .route(
                message("/text").send_to("/topic/a"),
                async |body: String| body,
            )
            .route(
                message("/value").send_to("/topic/a"),
                async |body: Payload<String>| body,
            ),
    );
    let text = Some("text/plain");
    let utf_8 = Some("text/plain;charset=utf-8");
    let latin = Some("text/plain;charset=ISO-8859-1");
    for (handler, content_type, body, made) in [
        ("octets", None, &b"\xff\0\xfe"[..], Some(&b"\xff\0\xfe"[..])),
        ("octets", text, b"\xff", Some(b"\xff")),
        ("text", None, "ü".as_bytes(), Some("ü".as_bytes())),
        ("text", None, b"\xff", None),
        ("text", text, b"a\xffb", None),
        ("value", None, b"\"7\"", Some(b"\"7\"")),
        ("value", None, b"seven", None),
        ("value", text, b"seven", Some(b"\"seven\"")),
        ("value", utf_8, "ü".as_bytes(), Some("\"ü\"".as_bytes())),
        ("value", text, b"a\xffb", None),
        ("value", latin, b"\xfc", None),
        ("text", latin, b"\xfc", None),
    ] {
        let client = app.connect().await;
        let topic = client.subscribe("/topic/a").await;
        let mut send = Frame::new(Command::Send)
            .with_header("destination", format!("/app/{handler}"))
            .with_body(body.to_vec());
        if let Some(content_type) = content_type {
            send = send.with_header("content-type", content_type);
        }
        let answer = client.try_send_frame(send).await;
        let case = format!("{handler} {content_type:?} {body:?}");
        match made {
            Some(made) => assert_eq!(topic.next_message().await.body(), made, "{case}"),
            None => assert_eq!(answer.unwrap_err().code, ErrorCode::Conversion, "{case}"),
        }
    }
}

/// Octets and types of all kinds pass the broker as they are. 200 bodies.
#[tokio::test(start_paused = true)]
async fn b_16_the_broker_passes_on_what_it_was_sent() {
    let app = app();
    let client = app.connect().await;
    let topic = client.subscribe("/topic/a").await;
    for round in 1..=200_usize {
        let octet = |place: usize| u8::try_from(place * place * round % 256).unwrap();
        let body: Vec<u8> = (0..round).map(octet).collect();
        let content_type = ["text/plain", "application/json", "image/png", "nonsense"][round % 4];
        let send = Frame::new(Command::Send)
            .with_header("destination", "/topic/a")
            .with_header("content-type", content_type);
        client.send_frame(send.with_body(body.clone())).await;
        let message = topic.next_message().await;
        assert_eq!(message.header("content-type"), Some(content_type));
        assert_eq!(*message.body(), body);
    }
}

#[tokio::test(start_paused = true)]
async fn b_08_a_length_beyond_the_limit_ends_the_session_at_once() {
    let client = app().connect().await;
    client.send_bytes("SEND\ndestination:/topic/a\ncontent-length:9999999999\n\n");
    end(&client, ErrorCode::FrameTooLarge).await;
}
