//! Clients that send to users, where the application lets them.

use axum::extract::{Query, Request};
use axum::middleware::{Next, from_fn};
use stompframe::MessagingBuilder;
use stompframe::prelude::*;

use crate::support::{App, Client, messaging};

#[derive(Deserialize)]
struct User {
    user: Option<String>,
    alias: Option<String>,
}

async fn start(builder: MessagingBuilder) -> App {
    let authenticate = |Query(query): Query<User>, mut request: Request, next: Next| {
        if let Some(name) = query.user {
            let user = Principal::new(name);
            request.extensions_mut().insert(match query.alias {
                Some(alias) => user.with_destination_name(alias),
                None => user,
            });
        }
        next.run(request)
    };
    App::start_with(builder, Endpoint::new("/ws"), |router| {
        router.layer(from_fn(authenticate))
    })
    .await
}

/// An application whose clients chat with each other below `/queue/chat`.
async fn app() -> App {
    start(messaging().accept_user_sends(["/queue/chat"])).await
}

/// A client that is subscribed to its own `/queue/chat`.
async fn connect(app: &App, query: &str) -> Client {
    let mut client = Client::open(app.address, &format!("/ws{query}")).await;
    client.send("CONNECT\naccept-version:1.2\n\n\0").await;
    assert_eq!(client.frame().await.command, "CONNECTED");
    client.subscribe("chat", "/user/queue/chat").await;
    client
}

#[tokio::test]
async fn all_sessions_of_the_user_receive_it_at_the_destination_of_their_own() {
    let app = app().await;
    let mut ann = connect(&app, "?user=ann").await;
    let mut ann_too = connect(&app, "?user=ann").await;
    let mut bob = connect(&app, "?user=bob").await;
    bob.confirmed_with_body(
        "SEND\ndestination:/user/ann/queue/chat\ncolour:red\nmessage-id:forged\n",
        "hello",
    )
    .await;
    for client in [&mut ann, &mut ann_too] {
        let message = client.frame().await;
        assert_eq!(message.header("destination"), Some("/user/queue/chat"));
        assert_eq!(message.header("subscription"), Some("chat"));
        assert_eq!(message.header("colour"), Some("red"));
        assert_ne!(message.header("message-id"), Some("forged"));
        assert_eq!(message.text(), "hello");
    }
    bob.nothing_before_receipt().await;
}

#[tokio::test]
async fn what_was_not_opened_is_denied() {
    let app = app().await;
    let mut ann = connect(&app, "?user=ann").await;
    ann.subscribe("errors", "/user/queue/errors").await;
    for destination in ["/queue/errors", "/queue/chatter", "/topic/x"] {
        let mut bob = connect(&app, "?user=bob").await;
        bob.send(format!("SEND\ndestination:/user/ann{destination}\n\nx\0"))
            .await;
        assert_eq!(bob.error().await.header("error-code"), Some("denied"));
    }
    // Nor by the name that Spring would give it.
    let mut bob = connect(&app, "?user=bob").await;
    let session = app.messaging.sessions().of_user("ann")[0].id().clone();
    bob.send(format!(
        "SUBSCRIBE\nid:0\ndestination:/queue/chat-user{session}\n\n\0"
    ))
    .await;
    bob.confirmed_with_body("SEND\ndestination:/user/ann/queue/chat\n", "for ann alone")
        .await;
    assert_eq!(ann.body().await, "for ann alone");
    bob.nothing_before_receipt().await;
}

#[tokio::test]
async fn any_name_can_be_written() {
    let app = app().await;
    for (query, name) in [
        ("?user=a%2Fb", "a%2Fb"),
        ("?user=a%2Fb", "a%2fb"),
        ("?user=50%25", "50%"),
        ("?user=a%252Fb", "a%252Fb"),
        ("?user=%C3%BCn%20%C3%AF", "ün ï"),
        ("?user=a:b", "a\\cb"),
        ("?user=ann&alias=zoe", "zoe"),
    ] {
        let mut user = connect(&app, query).await;
        let mut bob = connect(&app, "?user=bob").await;
        bob.confirmed_with_body(
            &format!("SEND\ndestination:/user/{name}/queue/chat\n"),
            name,
        )
        .await;
        assert_eq!(user.body().await, name);
    }
}

/// Whether somebody is there is not for others to know.
#[tokio::test]
async fn a_user_who_is_not_there_is_nobodys_mistake() {
    let app = app().await;
    let _zoe = connect(&app, "?user=ann&alias=zoe").await;
    let mut bob = connect(&app, "?user=bob").await;
    let mut anonymous = connect(&app, "").await;
    let session = app.messaging.sessions().all();
    let session = session
        .iter()
        .find(|session| session.principal().is_none())
        .unwrap();
    // A name for others hides the user's own; a session's id is none.
    for name in ["nobody", "ann", session.id().as_str()] {
        bob.confirmed_with_body(&format!("SEND\ndestination:/user/{name}/queue/chat\n"), "x")
            .await;
    }
    anonymous.nothing_before_receipt().await;
}

#[tokio::test]
async fn ones_own_name_and_session_mean_this_session_alone() {
    let app = app().await;
    let mut ann = connect(&app, "?user=ann").await;
    let mut ann_too = connect(&app, "?user=ann").await;
    ann.send("SEND\ndestination:/user/ann/queue/chat\n\nnote\0")
        .await;
    assert_eq!(ann.body().await, "note");
    ann_too.nothing_before_receipt().await;

    let mut anonymous = connect(&app, "").await;
    let sessions = app.messaging.sessions().all();
    let session = sessions
        .iter()
        .find(|session| session.principal().is_none())
        .unwrap();
    anonymous
        .send(format!(
            "SEND\ndestination:/user/{}/queue/chat\n\nnote\0",
            session.id()
        ))
        .await;
    assert_eq!(anonymous.body().await, "note");
}

const ODD: [&str; 5] = [
    "/user/ann",
    "/user/",
    "/user//queue/chat",
    "/user/ann/",
    "/user//",
];

#[tokio::test]
async fn a_destination_without_a_user_or_a_destination_is_none() {
    let app = start(messaging().accept_user_sends(["/"])).await;
    let mut ann = connect(&app, "?user=ann").await;
    ann.subscribe("errors", "/user/queue/errors").await;
    for destination in ODD {
        ann.send(format!("SEND\ndestination:{destination}\n\nx\0"))
            .await;
        let told = ann.frame().await;
        assert_eq!(told.header("error-code"), Some("bad-destination"));
        assert!(told.text().contains("/user/ann/queue/x"), "{told:?}");
    }
    ann.send("SEND\ndestination:/user\n\nx\0").await;
    assert_eq!(ann.frame().await.header("error-code"), Some("no-route"));
    ann.send("SEND\ndestination:/user/ann/any/thing\nreceipt:r\n\nx\0")
        .await;
    assert_eq!(ann.frame().await.command, "RECEIPT");
}

/// What a transaction takes is what it delivers later.
#[tokio::test]
async fn a_transaction_takes_what_would_be_taken() {
    let app = app().await;
    let mut ann = connect(&app, "?user=ann").await;
    let mut bob = connect(&app, "?user=bob").await;
    bob.confirmed("BEGIN\ntransaction:t\n").await;
    bob.confirmed_with_body(
        "SEND\ndestination:/user/ann/queue/chat\ntransaction:t\n",
        "later",
    )
    .await;
    ann.nothing_before_receipt().await;
    bob.confirmed("COMMIT\ntransaction:t\n").await;
    assert_eq!(ann.body().await, "later");

    for (destination, code) in [
        ("/user/ann/queue/errors", "denied"),
        ("/user/ann", "bad-destination"),
    ] {
        let mut bob = connect(&app, "?user=bob").await;
        bob.confirmed("BEGIN\ntransaction:t\n").await;
        bob.send(format!(
            "SEND\ndestination:{destination}\ntransaction:t\nreceipt:r\n\nx\0"
        ))
        .await;
        assert_eq!(bob.error().await.header("error-code"), Some(code));
    }
}

/// As in Spring, the application can write the whole destination, too; it is closed for clients alone.
#[tokio::test]
async fn the_application_can_name_a_user_in_a_destination() {
    let app = start(messaging()).await;
    let mut ann = connect(&app, "?user=ann").await;
    let template = app.messaging.template();
    template.send("/user/ann/queue/chat", "hi").await.unwrap();
    assert_eq!(ann.body().await, "hi");
    template.send("/user/bob/queue/chat", "hi").await.unwrap();
    let error = template.send("/user/ann", "hi").await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::BadDestination);
    ann.send("SEND\ndestination:/user/ann/queue/chat\n\nx\0")
        .await;
    assert_eq!(ann.error().await.header("error-code"), Some("denied"));
}

#[test]
fn what_is_opened_is_written_without_prefix_and_name() {
    let error = messaging()
        .accept_user_sends(["queue"])
        .build()
        .unwrap_err();
    assert!(error.to_string().contains("write \"/queue\""), "{error}");
}
