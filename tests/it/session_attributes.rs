//! What an application keeps for a session.

use std::sync::Arc;

use axum::Extension;
use stompframe::channel::Verdict;
use stompframe::prelude::*;

use crate::support::{App, Client, messaging};

#[derive(Clone, Default)]
struct Visits(u32);

#[derive(Clone)]
struct Language(&'static str);

#[message_mapping("/visit")]
#[send_to_user("/queue/visits", broadcast = false)]
async fn visit(attributes: SessionAttributes, session: Arc<Session>) -> String {
    attributes.update(|Visits(visits)| *visits += 1);
    let Visits(visits) = session.attributes().get().unwrap_or_default();
    let language = attributes
        .get()
        .map_or("none", |Language(language)| language);
    format!("{visits} {language}")
}

#[message_mapping("/forget")]
async fn forget(attributes: SessionAttributes) {
    attributes.remove::<Visits>();
    attributes.insert(Language("fr"));
}

async fn visits(client: &mut Client) -> String {
    client.send("SEND\ndestination:/app/visit\n\n\0").await;
    client.frame().await.text().to_owned()
}

/// The same handle goes to every session, as a layer with a plain `Extension` does it.
#[tokio::test]
async fn attributes_are_the_sessions_own_and_begin_with_those_of_the_handshake() {
    let attributes = SessionAttributes::new();
    attributes.insert(Language("ko"));
    let app = App::start_with(
        messaging().scan(module_path!()),
        Endpoint::new("/ws"),
        |router| router.layer(Extension(attributes.clone())),
    )
    .await;
    let (mut one, mut two) = (app.connect().await, app.connect().await);
    for client in [&mut one, &mut two] {
        client.subscribe("v", "/user/queue/visits").await;
    }
    assert_eq!(visits(&mut one).await, "1 ko");
    assert_eq!(visits(&mut one).await, "2 ko");
    one.confirmed("SEND\ndestination:/app/forget\n").await;
    assert_eq!(visits(&mut one).await, "1 fr");
    assert_eq!(visits(&mut two).await, "1 ko");
    assert!(attributes.get::<Visits>().is_none());
}

#[tokio::test]
async fn interceptors_see_them_too() {
    let builder = messaging().scan(module_path!()).client_inbound(|channel| {
        channel.intercept(|message, context| {
            let greeting = message.headers().get("greeting");
            if let (Some("hola"), Some(session)) = (greeting, context.session) {
                session.attributes().insert(Language("es"));
            }
            Verdict::Continue
        })
    });
    let app = App::start(builder).await;
    let mut client = app.open().await;
    client
        .send("CONNECT\naccept-version:1.2\ngreeting:hola\n\n\0")
        .await;
    assert_eq!(client.frame().await.command, "CONNECTED");
    client.subscribe("v", "/user/queue/visits").await;
    assert_eq!(visits(&mut client).await, "1 es");

    let mut other = app.connect().await;
    other.subscribe("v", "/user/queue/visits").await;
    assert_eq!(visits(&mut other).await, "1 none");
}
