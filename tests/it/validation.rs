//! Bodies that keep the rules of their types, and those that do not.

use garde::Validate;
use stompframe::prelude::*;

use crate::support::{App, Client, messaging};

#[derive(Debug, Deserialize, Validate)]
struct Purchase {
    #[garde(range(min = 1))]
    count: u32,
    #[garde(length(min = 1, max = 8))]
    item: String,
}

#[derive(Debug, Deserialize, Validate)]
struct Basket {
    #[garde(dive)]
    purchases: Vec<Purchase>,
}

#[message_mapping("/buy")]
#[send_to("/topic/bought")]
async fn buy(Payload(Valid(purchase)): Payload<Valid<Purchase>>) -> String {
    format!("{} {}", purchase.count, purchase.item)
}

#[message_mapping("/basket")]
#[send_to("/topic/bought")]
async fn basket(Payload(basket): Payload<Valid<Basket>>) -> String {
    basket.purchases.len().to_string()
}

#[message_mapping("/look")]
#[send_to("/topic/bought")]
async fn look(purchase: Result<Payload<Valid<Purchase>>, HandlerError>) -> String {
    let error = purchase.unwrap_err();
    match error.downcast_ref::<garde::Report>() {
        Some(report) => format!("{} {}", error.code(), report.iter().count()),
        None => error.code().to_string(),
    }
}

mod excepted {
    use super::*;

    #[message_exception_handler]
    async fn broken(error: &garde::Report) -> Payload<Vec<String>> {
        Payload(error.iter().map(|(path, _)| path.to_string()).collect())
    }
}

async fn app() -> (App, Client) {
    let handlers = messaging().handler::<buy>().handler::<basket>();
    let app = App::start(handlers.handler::<look>()).await;
    let mut client = app.connect().await;
    client.subscribe("bought", "/topic/bought").await;
    (app, client)
}

async fn send(client: &mut Client, destination: &str, body: &str) {
    client
        .send(format!(
            "SEND\ndestination:/app/{destination}\nreceipt:r\n\n{body}\0"
        ))
        .await;
}

#[tokio::test]
async fn what_keeps_the_rules_is_handled() {
    let (_app, mut client) = app().await;
    send(&mut client, "buy", r#"{"count":1,"item":"tea"}"#).await;
    assert_eq!(client.frame().await.text(), "1 tea");
    assert_eq!(client.frame().await.command, "RECEIPT");
}

#[tokio::test]
async fn what_breaks_them_is_told_rule_by_rule_and_the_session_goes_on() {
    let (_app, mut client) = app().await;
    client.subscribe("errors", "/user/queue/errors").await;
    send(&mut client, "buy", r#"{"count":0,"item":""}"#).await;
    let told = client.frame().await;
    assert_eq!(told.header("subscription"), Some("errors"));
    assert_eq!(told.header("error-code"), Some("invalid"));
    let told: serde_json::Value = serde_json::from_str(told.text()).unwrap();
    assert_eq!(told["code"], "invalid");
    assert_eq!(told["message"], "Body breaks the rules");
    assert_eq!(
        told["violations"],
        serde_json::json!([
            {"path": "count", "message": "lower than 1"},
            {"path": "item", "message": "length is lower than 1"},
        ])
    );
    send(&mut client, "buy", r#"{"count":1,"item":"tea"}"#).await;
    assert_eq!(client.frame().await.text(), "1 tea");
}

#[tokio::test]
async fn who_does_not_listen_is_told_in_the_error_that_ends_the_session() {
    let (_app, mut client) = app().await;
    send(&mut client, "buy", r#"{"count":0,"item":"tea"}"#).await;
    let error = client.error().await;
    assert_eq!(error.header("error-code"), Some("invalid"));
    assert_eq!(error.text(), "count: lower than 1");
}

#[tokio::test]
async fn a_body_that_breaks_very_many_rules_is_told_of_some() {
    let (_app, mut client) = app().await;
    client.subscribe("errors", "/user/queue/errors").await;
    let purchases = [r#"{"count":0,"item":"tea"}"#; 500].join(",");
    send(
        &mut client,
        "basket",
        &format!(r#"{{"purchases":[{purchases}]}}"#),
    )
    .await;
    let told: serde_json::Value = serde_json::from_str(client.frame().await.text()).unwrap();
    assert_eq!(told["violations"].as_array().unwrap().len(), 20);
    assert_eq!(told["violations"][1]["path"], "purchases[1].count");
    assert!(told["detail"].as_str().unwrap().ends_with("; and more"));
}

#[tokio::test]
async fn what_cannot_be_read_is_no_matter_of_rules() {
    let (_app, mut client) = app().await;
    send(&mut client, "look", "{").await;
    assert_eq!(client.frame().await.text(), "conversion");
}

#[tokio::test]
async fn the_report_is_there_for_handlers_and_exception_handlers() {
    let (_app, mut client) = app().await;
    send(&mut client, "look", r#"{"count":0,"item":""}"#).await;
    assert_eq!(client.frame().await.text(), "invalid 2");

    let scanned = messaging()
        .handler::<buy>()
        .scan(concat!(module_path!(), "::excepted"));
    let app = App::start(scanned).await;
    let mut client = app.connect().await;
    client.subscribe("errors", "/user/queue/errors").await;
    send(&mut client, "buy", r#"{"count":0,"item":""}"#).await;
    assert_eq!(client.frame().await.text(), r#"["count","item"]"#);
    client.nothing_before_receipt().await;
}
