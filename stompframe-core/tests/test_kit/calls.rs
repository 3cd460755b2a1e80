//! Handlers that are called alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use stompframe_core::handler::extract::{ReceiptId, State};
use stompframe_core::test::{call, call_on, message, subscription};
use stompframe_core::{
    ErrorCode, HandlerError, MessagingError, MessagingTemplate, Payload, Session,
    SessionAttributes, controller, message_mapping, send_to, subscribe_mapping,
};

use crate::{Say, hi, say, text_of};

#[message_mapping("/several/{word}")]
#[send_to("/topic/one", "/topic/two/{word}")]
async fn several(word: String, session: Arc<Session>) -> Option<String> {
    assert!(session.is_connected());
    (word != "nothing").then_some(word)
}

#[message_mapping("/default/{word}")]
async fn default(word: String) -> String {
    word
}

#[message_mapping("/publish")]
async fn publish(template: MessagingTemplate, text: String) -> Result<(), MessagingError> {
    template.send("/topic/a", text).await?;
    template.send("/topic/b", Payload(7)).await
}

#[message_mapping("/count")]
async fn count(State(counter): State<AtomicU32>) -> Payload<u32> {
    Payload(counter.fetch_add(1, Ordering::Relaxed))
}

#[message_mapping("/broken")]
async fn broken() -> Result<(), std::num::ParseIntError> {
    assert!("x".parse::<u8>().is_err(), "a panic");
    "x".parse::<u8>().map(|_| ())
}

#[message_mapping("/never")]
pub(crate) async fn never() {
    std::future::pending::<()>().await;
}

#[subscribe_mapping("/rooms")]
async fn rooms() -> Payload<Vec<String>> {
    Payload(vec!["lobby".to_owned()])
}

struct Greeter {
    greeted: AtomicU32,
}

#[controller("/greet")]
impl Greeter {
    #[message_mapping("/{name}")]
    async fn greet(&self, name: String) -> String {
        self.greeted.fetch_add(1, Ordering::Relaxed);
        format!("Hello {name}")
    }

    #[message_mapping("/nobody")]
    async fn nobody(&self) {}
}

#[tokio::test]
async fn the_arguments_are_read_and_the_result_is_a_reply() -> Result<(), HandlerError> {
    let reply = call::<say>(message("/rooms/7").json(&hi())).await?;
    assert_eq!(reply.destinations(), ["/topic/rooms/7"]);
    assert_eq!(reply.json::<Say>(), hi());
    let content_type = reply.message().header("content-type");
    assert_eq!(content_type, Some("application/json"));
    Ok(())
}

#[tokio::test]
async fn the_reply_goes_where_the_attribute_says() -> Result<(), HandlerError> {
    let reply = call::<several>(message("/several/x")).await?;
    assert_eq!(reply.destinations(), ["/topic/one", "/topic/two/x"]);
    assert_eq!(reply.text(), "x");
    assert!(
        call::<several>(message("/several/nothing"))
            .await?
            .is_empty()
    );
    let reply = call::<default>(message("/default/x")).await?;
    assert_eq!(reply.destinations(), ["/topic/default/x"]);
    Ok(())
}

#[tokio::test]
async fn what_is_published_is_not_the_reply() -> Result<(), HandlerError> {
    let reply = call::<publish>(message("/publish").text("hi")).await?;
    assert!(reply.is_empty());
    let [a, b] = reply.published() else {
        panic!("{reply:?}")
    };
    assert_eq!((a.destination(), a.text()), ("/topic/a", "hi".to_owned()));
    assert_eq!((b.destination(), b.json()), ("/topic/b", 7));
    Ok(())
}

#[tokio::test]
async fn a_subscriber_is_answered() -> Result<(), HandlerError> {
    let reply = call::<rooms>(subscription("/rooms")).await?;
    assert_eq!(reply.destinations(), ["/rooms"]);
    assert_eq!(reply.json::<Vec<String>>(), ["lobby"]);
    Ok(())
}

#[tokio::test]
async fn state_comes_with_the_message() -> Result<(), HandlerError> {
    let reply = call::<count>(message("/count").state(AtomicU32::new(7))).await?;
    assert_eq!(reply.json::<u32>(), 7);
    let error = call::<count>(message("/count")).await.unwrap_err();
    assert!(
        format!("{error:?}").contains("no `.state(..)` was given"),
        "{error:?}"
    );
    Ok(())
}

#[tokio::test]
async fn errors_are_those_of_the_handler() {
    let denied = call::<say>(message("/rooms/0").json(&hi()))
        .await
        .unwrap_err();
    assert_eq!(denied.code(), ErrorCode::Denied);
    let refused = call::<say>(message("/rooms/7").text("hi"))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Conversion);
    let failed = call::<broken>(message("/broken")).await.unwrap_err();
    assert!(failed.downcast_ref::<std::num::ParseIntError>().is_some());
}

#[tokio::test]
async fn the_best_method_of_a_controller_is_called() -> Result<(), HandlerError> {
    let greeter = Arc::new(Greeter {
        greeted: AtomicU32::new(0),
    });
    let reply = call_on(&greeter, message("/greet/ann").header("x", "y")).await?;
    assert_eq!(reply.text(), "Hello ann");
    assert!(
        call_on(&greeter, message("/greet/nobody"))
            .await?
            .is_empty()
    );
    assert_eq!(greeter.greeted.load(Ordering::Relaxed), 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn what_is_not_for_the_handler_fails_in_words() {
    assert_eq!(
        text_of(call::<say>(subscription("/app/rooms/7")))
            .await
            .lines()
            .collect::<Vec<_>>(),
        [
            "expected a handler of SUBSCRIBE /app/rooms/7, but these are all there are:",
            "    SEND /rooms/{room} (say)",
            "destinations are written without the application's prefix here",
        ]
    );
    let before = tokio::time::Instant::now();
    let text = text_of(call::<never>(message("/never"))).await;
    assert_eq!(text, "the handler of /never was not done within 60s");
    assert_eq!(before.elapsed(), Duration::from_secs(60));
}

#[message_mapping("${rooms.path}/{room}")]
#[send_to("/topic/${rooms.topic:rooms}")]
async fn configured(room: u64, ReceiptId(receipt): ReceiptId) -> String {
    format!("{room} {receipt}")
}

#[tokio::test]
async fn a_message_brings_properties_and_a_receipt() {
    let message = message("/r/7").property("rooms.path", "/r").receipt("9");
    let reply = call::<configured>(message).await.unwrap();
    assert_eq!(reply.destinations(), ["/topic/rooms"]);
    assert_eq!(reply.text(), "7 9");
}

#[message_mapping("/language")]
async fn language(attributes: SessionAttributes) -> Option<&'static str> {
    attributes.insert("changed")
}

#[tokio::test]
async fn a_message_comes_from_a_session_with_attributes() {
    let attributes = SessionAttributes::new();
    attributes.insert("ko");
    let from = message("/language").attributes(&attributes);
    for message in [from.clone(), from] {
        assert_eq!(call::<language>(message).await.unwrap().text(), "ko");
    }
    assert_eq!(attributes.get(), Some("ko"));
}
