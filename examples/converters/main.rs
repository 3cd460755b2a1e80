//! Bodies in another format than JSON: MessagePack, for devices that count their bytes, next to
//! browsers that speak JSON.
//!
//! ```text
//! cargo run --example converters       the application, at ws://127.0.0.1:8080/ws
//! cargo test --example converters      its tests
//! ```
//!
//! Boats report where they are, in either format; maps hear of it in both, each on a topic of its
//! own.

use stompframe::message::{PayloadReader, PayloadValue};
use stompframe::prelude::*;
use stompframe::{BoxError, MessageConverter, MessagingBuilder};

const MESSAGE_PACK: &str = "application/msgpack";

/// MessagePack, as the crate `rmp-serde` reads and writes it.
struct MessagePack;

impl MessageConverter for MessagePack {
    fn content_types(&self) -> &[&str] {
        &[MESSAGE_PACK]
    }

    fn read(&self, payload: &[u8], reader: PayloadReader<'_>) -> Result<(), BoxError> {
        reader.read(&mut rmp_serde::Deserializer::from_read_ref(payload))
    }

    fn write(&self, value: PayloadValue<'_>) -> Result<bytes::Bytes, BoxError> {
        // With the names of the fields, so that old clients can read what has new ones.
        Ok(rmp_serde::to_vec_named(&value)?.into())
    }
}

/// Where a boat is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Position {
    latitude: f64,
    longitude: f64,
}

/// The `content-type` of the message says how it is read, so there is nothing to say here.
#[message_mapping("/boats/{boat}")]
#[send_to("/topic/boats/{boat}")]
async fn report(
    boat: u32,
    Payload(position): Payload<Position>,
    template: MessagingTemplate,
) -> Result<PayloadAs<Position>, HandlerError> {
    let map = format!("/topic/map/{boat}");
    template.send(map, Payload(position.clone())).await?;
    Ok(Payload(position).with_content_type(MESSAGE_PACK))
}

/// Everything but the endpoint: what the tests start, too.
fn messaging() -> MessagingBuilder {
    Messaging::builder()
        .handler::<report>()
        .message_converter(MessagePack)
        .application_prefix("/app")
        .simple_broker(["/topic"])
}

#[tokio::main]
async fn main() -> Result<(), stompframe::Error> {
    tracing_subscriber::fmt::init();

    let messaging = messaging().endpoint(Endpoint::new("/ws")).build()?;
    let app = axum::Router::new().merge(messaging.router());
    stompframe::serve("127.0.0.1:8080", app, messaging).await
}

#[cfg(test)]
mod tests {
    use stompframe::stomp::{Command, Frame};
    use stompframe::test::{TestApp, call, message};

    use super::*;

    const HARBOUR: Position = Position {
        latitude: 53.5,
        longitude: 9.9,
    };

    fn report_in(content_type: &'static str, body: Vec<u8>) -> Frame {
        Frame::new(Command::Send)
            .with_header("destination", "/app/boats/7")
            .with_header("content-type", content_type)
            .with_body(body)
    }

    #[tokio::test(start_paused = true)]
    async fn a_boat_reports_in_either_format_and_is_heard_in_both() {
        let app = TestApp::start(messaging());
        let (boat, friend) = (app.connect().await, app.connect().await);
        let packed = friend.subscribe("/topic/boats/7").await;
        let map = friend.subscribe("/topic/map/7").await;

        let body = rmp_serde::to_vec_named(&HARBOUR).unwrap();
        // The case of a type, and its parameters, do not matter.
        let report = report_in("Application/MsgPack;v=1", body.clone());
        boat.send_frame(report).await;
        boat.send("/app/boats/7", &HARBOUR).await;

        for _ in 0..2 {
            let position: Position = map.expect_message().await;
            assert_eq!(position, HARBOUR);
            let heard = packed.next_message().await;
            assert_eq!(heard.header("content-type"), Some(MESSAGE_PACK));
            assert_eq!(*heard.body(), body);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_sends_something_else_is_told_why() {
        let app = TestApp::start(messaging());
        for (content_type, why) in [
            (MESSAGE_PACK, "not the application/msgpack that is expected"),
            (
                "application/cbor",
                "send application/msgpack, application/json",
            ),
        ] {
            let boat = app.connect().await;
            let refused = boat
                .try_send_frame(report_in(content_type, vec![0xc1]))
                .await;
            let refused = refused.unwrap_err();
            assert_eq!(refused.code, ErrorCode::Conversion);
            let detail = refused.detail;
            assert!(detail.contains(why), "{detail}");
        }
    }

    #[tokio::test]
    async fn a_handler_that_is_called_alone_knows_what_it_is_told() -> Result<(), HandlerError> {
        let report_of_7 = || message("/boats/7").message_converter(MessagePack);
        let body = Payload(HARBOUR).with_content_type(MESSAGE_PACK);
        let reply = call::<report>(report_of_7().body(body)).await?;
        let sent: Position = rmp_serde::from_slice(reply.message().body()).unwrap();
        assert_eq!(sent, HARBOUR);

        let unknown = call::<report>(message("/boats/7").json(&HARBOUR)).await;
        assert_eq!(unknown.unwrap_err().code(), ErrorCode::Internal);
        Ok(())
    }

    #[test]
    fn two_converters_for_a_type_are_a_problem() {
        let error = messaging().message_converter(MessagePack).build();
        let problems = error.unwrap_err().problems().join("\n");
        assert!(
            problems.contains("two message converters are for"),
            "{problems}"
        );
    }
}
