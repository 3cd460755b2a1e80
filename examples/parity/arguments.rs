//! Arguments that are no body: every result goes to `/topic/out`.

use std::collections::BTreeMap;
use std::str::FromStr;

use stompframe::prelude::*;

use crate::application::{Caller, Colour, Inconvertible, Json, Note, Unusable, user_name};

fn required<T: FromStr>(headers: &Headers, name: &str) -> Result<T, HandlerError> {
    let value = headers.get(name).ok_or(Unusable)?;
    value.parse().map_err(|_| Inconvertible.into())
}

#[message_mapping("/arg/header")]
#[send_to("/topic/out")]
async fn header(headers: Headers) -> Result<String, HandlerError> {
    Ok(format!(
        "colour {}",
        required::<String>(&headers, "colour")?
    ))
}

#[message_mapping("/arg/header-default")]
#[send_to("/topic/out")]
async fn header_default(headers: Headers) -> String {
    format!(
        "colour {}",
        headers
            .get("colour")
            .filter(|colour| !colour.is_empty())
            .unwrap_or("red")
    )
}

#[message_mapping("/arg/header-maybe", "/arg/header-optional")]
#[send_to("/topic/out")]
async fn header_maybe(headers: Headers) -> String {
    headers
        .get("colour")
        .map_or_else(|| "absent".to_owned(), |colour| format!("colour {colour}"))
}

#[message_mapping("/arg/header-number")]
#[send_to("/topic/out")]
async fn header_number(headers: Headers) -> Result<String, HandlerError> {
    Ok(format!("count {}", required::<i32>(&headers, "count")? + 1))
}

#[message_mapping("/arg/header-flag")]
#[send_to("/topic/out")]
async fn header_flag(headers: Headers) -> Result<String, HandlerError> {
    let flag = match headers.get("flag").map(str::to_ascii_lowercase).as_deref() {
        None | Some("" | "false" | "off" | "no" | "0") => false,
        Some("true" | "on" | "yes" | "1") => true,
        Some(_) => return Err(Inconvertible.into()),
    };
    Ok(format!("flag {flag}"))
}

#[message_mapping("/arg/header-level")]
#[send_to("/topic/out")]
async fn header_level(headers: Headers) -> Result<String, HandlerError> {
    match required::<String>(&headers, "level")?.as_str() {
        level @ ("LOW" | "HIGH") => Ok(format!("level {level}")),
        _ => Err(Inconvertible.into()),
    }
}

#[message_mapping("/arg/header-list")]
#[send_to("/topic/out")]
async fn header_list(headers: Headers) -> String {
    headers.get_all("colour").collect::<Vec<_>>().join("+")
}

#[message_mapping("/arg/header-native")]
#[send_to("/topic/out")]
async fn header_native(Destination(destination): Destination) -> String {
    format!("native {destination}")
}

#[message_mapping("/arg/headers")]
#[send_to("/topic/out")]
async fn headers(headers: Headers) -> Payload<BTreeMap<String, Vec<String>>> {
    let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (name, value) in headers.iter() {
        all.entry(name.to_owned())
            .or_default()
            .push(value.to_owned());
    }
    Payload(all)
}

#[message_mapping("/arg/message-headers")]
#[send_to("/topic/out")]
async fn message_headers(message: Message) -> String {
    format!("destination {}", message.destination())
}

#[message_mapping("/arg/accessor")]
#[send_to("/topic/out")]
async fn accessor(message: Message) -> String {
    format!("MESSAGE {}", message.destination())
}

#[message_mapping("/arg/stomp-accessor")]
#[send_to("/topic/out")]
async fn stomp_accessor(receipt: Option<ReceiptId>) -> String {
    let receipt = receipt.map_or_else(|| "null".to_owned(), |ReceiptId(id)| id);
    format!("SEND {receipt}")
}

#[message_mapping("/arg/var/{id}")]
#[send_to("/topic/out")]
async fn var(id: i32) -> String {
    format!("id {}", id + 1)
}

#[message_mapping("/arg/vars/{a}/{b}")]
#[send_to("/topic/out")]
async fn vars(b: String, a: String) -> String {
    format!("{a} {b}")
}

#[message_mapping("/arg/user", "/arg/user-optional")]
#[send_to("/topic/out")]
async fn user(user: Option<Principal>) -> String {
    format!("user {}", user_name(user.as_ref()))
}

#[message_mapping("/arg/caller")]
#[send_to("/topic/out")]
async fn caller(Caller(name): Caller) -> String {
    format!("called by {name}")
}

#[derive(Clone, Default)]
struct Visits(u32);

#[message_mapping("/arg/visits")]
#[send_to("/topic/out")]
async fn visits(attributes: SessionAttributes) -> String {
    let visits = attributes.update(|Visits(visits)| {
        *visits += 1;
        *visits
    });
    format!("visits {visits}")
}

#[message_mapping("/arg/attribute")]
#[send_to("/topic/out")]
async fn attribute(attributes: SessionAttributes) -> String {
    let colour = attributes.get().map(|Colour(colour)| colour);
    format!("colour {}", colour.as_deref().unwrap_or("null"))
}

#[message_mapping("/arg/everything/{id}")]
#[send_to("/topic/out")]
async fn everything(
    id: i64,
    headers: Headers,
    user: Option<Principal>,
    Json(note): Json<Note>,
) -> Result<String, HandlerError> {
    let colour: String = required(&headers, "colour")?;
    let text = note.text.unwrap_or_else(|| "null".to_owned());
    Ok(format!("{id} {colour} {} {text}", user_name(user.as_ref())))
}
