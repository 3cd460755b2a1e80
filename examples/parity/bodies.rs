//! Bodies as arguments: every result goes to `/topic/out`.

use std::collections::BTreeMap;

use stompframe::prelude::*;

use crate::application::{Json, Note, Person, Point, Purchase, StrictPurchase, Text};

#[message_mapping("/body/text")]
#[send_to("/topic/out")]
async fn text(Text(body): Text) -> String {
    format!("text {body}")
}

#[message_mapping("/body/note")]
#[send_to("/topic/out")]
async fn note(Json(note): Json<Note>) -> Payload<Note> {
    Payload(Note {
        number: note.number + 1,
        ..note
    })
}

#[message_mapping("/body/bytes")]
#[send_to("/topic/out")]
async fn bytes(body: ::bytes::Bytes) -> String {
    format!("bytes {}", body.len())
}

#[message_mapping("/body/echo-bytes")]
#[send_to("/topic/out")]
async fn echo_bytes(body: ::bytes::Bytes) -> ::bytes::Bytes {
    body
}

#[message_mapping("/body/maybe")]
#[send_to("/topic/out")]
async fn maybe(body: Option<Text>) -> String {
    body.map_or_else(
        || "absent".to_owned(),
        |Text(body)| format!("present {body}"),
    )
}

#[message_mapping("/body/optional")]
#[send_to("/topic/out")]
async fn optional(
    body: ::bytes::Bytes,
    note: Result<Json<Note>, HandlerError>,
) -> Result<String, HandlerError> {
    if body.is_empty() {
        return Ok("absent".to_owned());
    }
    let Json(note) = note?;
    Ok(format!("present {}", note.text.unwrap_or_default()))
}

#[message_mapping("/body/list")]
#[send_to("/topic/out")]
async fn list(Json(notes): Json<Vec<Note>>) -> Payload<i32> {
    Payload(notes.iter().map(|note| note.number).sum())
}

#[message_mapping("/body/map")]
#[send_to("/topic/out")]
async fn map(
    Json(map): Json<BTreeMap<String, serde_json::Value>>,
) -> Payload<BTreeMap<String, serde_json::Value>> {
    Payload(map)
}

#[message_mapping("/body/number")]
#[send_to("/topic/out")]
async fn number(Json(number): Json<i32>) -> Payload<i32> {
    Payload(number + 1)
}

#[message_mapping("/body/valid")]
#[send_to("/topic/out")]
async fn valid(Payload(purchase): Payload<Valid<Purchase>>) -> String {
    format!("bought {}", purchase.item)
}

#[message_mapping("/body/valid-group")]
#[send_to("/topic/out")]
async fn valid_group(Payload(purchase): Payload<Valid<StrictPurchase>>) -> String {
    format!("bought {}", purchase.item)
}

#[message_mapping("/body/point")]
#[send_to("/topic/out")]
async fn point(Json(point): Json<Point>) -> Payload<Point> {
    Payload(Point {
        x: point.y,
        y: point.x,
    })
}

/// What is left out of a body is the business of its type.
#[message_mapping("/body/view")]
#[send_to("/topic/out")]
async fn view() -> Payload<BTreeMap<&'static str, &'static str>> {
    Payload(BTreeMap::from([("name", "ann")]))
}

#[message_mapping("/body/view-in")]
#[send_to("/topic/out")]
async fn view_in(Json(person): Json<Person>) -> String {
    format!("{} null", person.name)
}

#[message_mapping("/body/message")]
#[send_to("/topic/out")]
async fn message(Json(note): Json<Note>, _: Message) -> String {
    format!("message {}", note.text.unwrap_or_default())
}

#[message_mapping("/body/message-text")]
#[send_to("/topic/out")]
async fn message_text(Text(body): Text, _: Message) -> String {
    format!("message {body}")
}
