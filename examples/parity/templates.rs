//! Handlers that send by themselves.

use ::bytes::Bytes;
use stompframe::prelude::*;

use crate::application::{Note, Text};

const TPL: &str = "/topic/tpl";

type Sent = Result<(), MessagingError>;

#[message_mapping("/tpl/send")]
async fn send(Text(body): Text, template: MessagingTemplate) -> Sent {
    template.send(TPL, body).await
}

#[message_mapping("/tpl/note")]
async fn note(template: MessagingTemplate) -> Sent {
    template
        .send(
            TPL,
            Payload(Note {
                number: 3,
                text: Some("three".to_owned()),
            }),
        )
        .await
}

#[message_mapping("/tpl/bytes")]
async fn bytes(body: Bytes, template: MessagingTemplate) -> Sent {
    template.send(TPL, body).await
}

#[message_mapping("/tpl/raw")]
async fn raw(body: Bytes, template: MessagingTemplate) -> Sent {
    let mut message = Message::new(stompframe::MessageType::Message, TPL);
    message.set_payload(body);
    template.send_message(message).await
}

#[message_mapping("/tpl/headers")]
async fn headers(template: MessagingTemplate) -> Sent {
    let mut message = Message::with_payload(TPL, "headers")?;
    message.headers_mut().set("colour", "a:b\\c\nd\re");
    template.send_message(message).await
}

#[message_mapping("/tpl/post")]
async fn post(template: MessagingTemplate) -> Sent {
    let mut message = Message::with_payload(TPL, "post")?;
    message.headers_mut().set("posted", "yes");
    template.send_message(message).await
}

#[message_mapping("/tpl/many")]
async fn many(template: MessagingTemplate) -> Sent {
    for number in 1..=20 {
        template.send(TPL, format!("number {number}")).await?;
    }
    Ok(())
}

#[message_mapping("/tpl/app")]
async fn app(template: MessagingTemplate) {
    // No broker is responsible, as the result says.
    let _ = template.send("/app/map/one", "from the application").await;
}

#[message_mapping("/tpl/nowhere")]
async fn nowhere(template: MessagingTemplate) {
    let _ = template.send("/nowhere/x", "lost").await;
}

#[message_mapping("/tpl/html")]
async fn html(template: MessagingTemplate) -> Sent {
    let mut message = Message::with_payload(TPL, "<p>")?;
    message.headers_mut().set("content-type", "text/html");
    template.send_message(message).await
}

#[message_mapping("/tpl/json-text")]
async fn json_text(template: MessagingTemplate) -> Sent {
    template.send(TPL, Payload("a \"text\"")).await
}

#[message_mapping("/tpl/user/{name}")]
async fn user(name: String, Text(body): Text, template: MessagingTemplate) -> Sent {
    template.send_to_user(name, "/queue/tpl", body).await
}

#[message_mapping("/tpl/user")]
async fn user_by_header(headers: Headers, Text(body): Text, template: MessagingTemplate) -> Sent {
    let to = headers.get("to").unwrap_or_default().to_owned();
    template.send_to_user(to, "queue/tpl", body).await
}

#[message_mapping("/tpl/user-note")]
async fn user_note(headers: Headers, template: MessagingTemplate) -> Sent {
    let to = headers.get("to").unwrap_or_default().to_owned();
    let note = Note {
        number: 4,
        text: Some("four".to_owned()),
    };
    let mut message = Message::with_payload("/queue/tpl", Payload(note))?;
    message.headers_mut().set("colour", "blue");
    message.set_audience(stompframe::message::Audience::User(to.into()));
    template.send_message(message).await
}

#[message_mapping("/tpl/one-session")]
#[send_to_user("/queue/tpl", broadcast = false)]
async fn one_session(Text(body): Text) -> String {
    body
}
