//! What is closed here and open in Spring, opened at once and aloud.

use stompframe::prelude::*;
use stompframe::security::{deny, permit, rules};

use crate::support::{App, messaging};

#[tokio::test]
async fn what_it_opens_is_open() {
    let who = |connect: Connect| async move {
        Ok(connect
            .header("login")
            .map(|name| Principal::new(name.to_owned())))
    };
    let app = App::start(messaging().authenticate(who).spring_compat()).await;
    let mut ann = app.connect().await;
    let mut bob = app.open().await;
    bob.send("CONNECT\naccept-version:1.2\nlogin:bob\n\n\0")
        .await;
    bob.frame().await;
    bob.subscribe("0", "/topic/**").await;
    bob.subscribe("1", "/user/queue/mine").await;
    bob.subscribe("2", "/queue/all").await;
    ann.subscribe("2", "/queue/all").await;
    ann.send_to("/topic/a/b", "to a topic").await;
    assert_eq!(bob.body().await, "to a topic");
    ann.send_to("/user/bob/queue/mine", "to a user").await;
    assert_eq!(bob.body().await, "to a user");
    let template = app.messaging.template();
    template
        .send("/queue/all", "to all of a queue")
        .await
        .unwrap();
    assert_eq!(bob.body().await, "to all of a queue");
    assert_eq!(ann.body().await, "to all of a queue");
}

#[tokio::test]
async fn rules_narrow_it_as_ever() {
    let builder = messaging().spring_compat().authorize(
        rules()
            .send("/topic/open/**", permit())
            .anything_else(deny()),
    );
    let app = App::start(builder).await;
    let mut client = app.connect().await;
    client.send_to("/topic/open/a", "").await;
    client
        .send("SEND\ndestination:/topic/a\nreceipt:r\n\n\0")
        .await;
    assert_eq!(client.error().await.header("error-code"), Some("denied"));
}
