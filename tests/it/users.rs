//! Who a session belongs to, and what that means.

use axum::extract::{Query, Request};
use axum::middleware::{Next, from_fn};
use stompframe::prelude::*;

use crate::support::{App, Client, messaging};

#[message_mapping("/who")]
#[send_to_user("/queue/who", broadcast = false)]
async fn who(user: Option<Principal>) -> String {
    user.map_or_else(|| "nobody".to_owned(), |user| user.name().to_owned())
}

#[message_mapping("/members-only")]
async fn members_only(_: Principal) {}

#[message_mapping("/all-of-me")]
#[send_to_user("/queue/all")]
async fn all_of_me() -> &'static str {
    "to all of me"
}

#[message_mapping("/tell/{name}")]
async fn tell(
    name: String,
    body: String,
    template: MessagingTemplate,
) -> Result<(), MessagingError> {
    template.send_to_user(name, "/queue/told", body).await
}

#[derive(Deserialize)]
struct User {
    user: Option<String>,
}

/// An application whose users come from the query of the handshake.
async fn app() -> App {
    let authenticate = |Query(User { user }): Query<User>, mut request: Request, next: Next| {
        if let Some(name) = user {
            request.extensions_mut().insert(Principal::new(name));
        }
        next.run(request)
    };
    App::start_with(
        messaging().scan(module_path!()),
        Endpoint::new("/ws"),
        |router| router.layer(from_fn(authenticate)),
    )
    .await
}

async fn connect(app: &App, user: &str) -> Client {
    let mut client = Client::open(app.address, &format!("/ws{user}")).await;
    client.send("CONNECT\naccept-version:1.2\n\n\0").await;
    let connected = client.frame().await;
    let name = user
        .strip_prefix("?user=")
        .map(|name| name.replace("%2F", "/"));
    assert_eq!(connected.header("user-name"), name.as_deref());
    client
}

#[tokio::test]
async fn a_session_belongs_to_whom_the_handshake_says() {
    let app = app().await;
    for (user, name) in [("?user=ann", "ann"), ("?user=a%2Fb", "a/b"), ("", "nobody")] {
        let mut client = connect(&app, user).await;
        client.subscribe("0", "/user/queue/who").await;
        client.send("SEND\ndestination:/app/who\n\n\0").await;
        assert_eq!(client.frame().await.text(), name);
    }
}

#[tokio::test]
async fn a_handler_that_needs_a_user_is_not_called_without_one() {
    let app = app().await;
    connect(&app, "?user=ann")
        .await
        .confirmed("SEND\ndestination:/app/members-only\n")
        .await;
    let mut nobody = connect(&app, "").await;
    nobody
        .send("SEND\ndestination:/app/members-only\n\n\0")
        .await;
    assert_eq!(nobody.error().await.header("error-code"), Some("denied"));
}

#[tokio::test]
async fn a_reply_reaches_one_session_of_the_user_or_all() {
    let app = app().await;
    let (mut one, mut two) = (
        connect(&app, "?user=ann").await,
        connect(&app, "?user=ann").await,
    );
    let mut bob = connect(&app, "?user=bob").await;
    for client in [&mut one, &mut two, &mut bob] {
        client.subscribe("who", "/user/queue/who").await;
        client.subscribe("all", "/user/queue/all").await;
    }
    one.send("SEND\ndestination:/app/who\n\n\0SEND\ndestination:/app/all-of-me\n\n\0")
        .await;
    assert_eq!(one.frame().await.text(), "ann");
    for client in [&mut one, &mut two] {
        assert_eq!(client.frame().await.text(), "to all of me");
    }
    bob.nothing_before_receipt().await;
}

#[tokio::test]
async fn users_can_be_sent_to_by_name_whatever_the_name() {
    let app = app().await;
    let mut ann = connect(&app, "?user=ann").await;
    let mut odd = connect(&app, "?user=a%2Fb").await;
    for client in [&mut ann, &mut odd] {
        client.subscribe("0", "/user/queue/told").await;
    }
    app.messaging
        .template()
        .send_to_user("a/b", "queue/told", "hi")
        .await
        .unwrap();
    assert_eq!(odd.frame().await.text(), "hi");
    // Nobody of that name is nobody's mistake.
    odd.confirmed("SEND\ndestination:/app/tell/nobody\n").await;
    odd.send("SEND\ndestination:/app/tell/ann\n\nhello\0").await;
    let told = ann.frame().await;
    assert_eq!(
        (told.text(), told.header("destination")),
        ("hello", Some("/user/queue/told"))
    );
    odd.nothing_before_receipt().await;
}

#[tokio::test]
async fn the_registry_knows_the_sessions_of_a_user_while_they_last() {
    let app = app().await;
    let sessions = app.messaging.sessions();
    let one = connect(&app, "?user=ann").await;
    let two = connect(&app, "?user=ann").await;
    assert_eq!(sessions.of_user("ann").len(), 2);
    one.close().await;
    two.close().await;
    while !sessions.is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(sessions.of_user("ann").is_empty());
}

/// CONNECTED cannot escape; what it cannot say must not become a header of somebody's choice.
#[tokio::test]
async fn a_name_that_connected_cannot_carry_is_refused() {
    let app = app().await;
    let mut client = Client::open(app.address, "/ws?user=ann%0Arole:admin").await;
    client.send("CONNECT\naccept-version:1.2\n\n\0").await;
    assert_eq!(client.error().await.header("error-code"), Some("internal"));
    assert!(app.messaging.sessions().is_empty());
}

#[subscribe_mapping("/listeners/{topic}")]
async fn listeners(topic: String, users: UserRegistry) -> Payload<Vec<String>> {
    let topic = format!("/topic/{topic}");
    let found = users.find_subscriptions(|subscription| subscription.destination() == topic);
    let mut names: Vec<_> = found
        .iter()
        .map(|found| {
            let name = found.user().map_or("nobody", Principal::name);
            format!("{name} {}", found.id())
        })
        .collect();
    names.sort();
    Payload(names)
}

/// Users are counted once, somebody anonymous not at all but among the subscriptions, and nobody once the last session ended.
#[tokio::test]
async fn the_registry_knows_who_is_connected_and_subscribed() {
    let app = app().await;
    let mut ann = connect(&app, "?user=ann").await;
    let mut ann_too = connect(&app, "?user=ann").await;
    let mut bob = connect(&app, "?user=bob").await;
    let mut nobody = connect(&app, "").await;
    for client in [&mut ann, &mut ann_too, &mut bob, &mut nobody] {
        client.subscribe("x", "/topic/x").await;
    }
    bob.subscribe("y", "/topic/y").await;
    bob.confirmed("UNSUBSCRIBE\nid:x\n").await;

    nobody
        .send("SUBSCRIBE\nid:l\ndestination:/app/listeners/x\n\n\0")
        .await;
    assert_eq!(
        nobody.frame().await.text(),
        "[\"ann x\",\"ann x\",\"nobody x\"]"
    );

    let users = app.messaging.users();
    assert_eq!((users.user_count(), users.users().len()), (2, 2));
    let user = users.user("ann").unwrap();
    let [one, two] = user.sessions() else {
        panic!("{user:?}")
    };
    assert_eq!(user.session(one.id()).map(|s| s.id()), Some(one.id()));
    assert!(users.user("bob").unwrap().session(two.id()).is_none());
    assert!(users.user("eve").is_none());

    ann.close().await;
    ended(&app, one).await;
    assert_eq!(users.user("ann").unwrap().sessions().len(), 1);
    ann_too.close().await;
    ended(&app, two).await;
    assert!(users.user("ann").is_none());
    assert_eq!(users.user_count(), 1);
}

/// Waits until the application has let go of a session.
async fn ended(app: &App, session: &Session) {
    while app.messaging.sessions().get(session.id()).is_some() {
        tokio::task::yield_now().await;
    }
}
