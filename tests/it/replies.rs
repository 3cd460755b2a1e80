//! Where the results of handlers go.

use stompframe::prelude::*;

use crate::support::{App, Client, messaging};

#[message_mapping("/to-me/{word}")]
#[send_to_user("/queue/{word}", broadcast = false)]
async fn to_me(word: String) -> String {
    word
}

#[message_mapping("/to-me-by-default")]
#[send_to_user]
async fn to_me_by_default() -> &'static str {
    "default"
}

#[send_to_user("/queue/both")]
#[message_mapping("/to-both")]
#[send_to("/topic/both")]
async fn to_both() -> &'static str {
    "both"
}

#[message_mapping("/elsewhere/{to}")]
#[send_to("/topic/not-here")]
async fn elsewhere(to: String) -> (SendTo<String>, [(&'static str, &'static str); 1], String) {
    (SendTo(format!("/topic/{to}")), [("colour", "blue")], to)
}

#[message_mapping("/except-me")]
#[send_to("/topic/all")]
async fn except_me() -> (ExceptSender, &'static str) {
    (ExceptSender, "to the others")
}

#[message_mapping("/several")]
#[send_to("/topic/all")]
async fn several() -> Messages<Vec<(SendToUser<String>, String)>> {
    let message = |word: &str| (SendToUser(format!("/queue/{word}")), word.to_owned());
    Messages(vec![message("one"), message("two")])
}

struct Defaults;

#[controller("/defaults")]
#[send_to("/topic/of-the-controller")]
impl Defaults {
    #[message_mapping("/a")]
    async fn a(&self) -> &'static str {
        "a"
    }

    #[message_mapping("/b")]
    #[send_to_user("/queue/b")]
    async fn b(&self) -> &'static str {
        "b"
    }

    #[message_mapping("/nothing")]
    async fn nothing(&self) {}
}

async fn app() -> (App, Client) {
    let app = App::start(messaging().scan(module_path!()).controller(Defaults)).await;
    let client = app.connect().await;
    (app, client)
}

#[tokio::test]
async fn u_14_to_the_user_means_to_the_sender_under_the_name_it_subscribed_to() {
    let (app, mut client) = app().await;
    let mut other = app.connect().await;
    for client in [&mut client, &mut other] {
        client.subscribe("0", "/user/queue/hi").await;
        client.subscribe("1", "/user/queue/to-me-by-default").await;
    }
    client.send("SEND\ndestination:/app/to-me/hi\n\n\0").await;
    let message = client.frame().await;
    assert_eq!(
        (message.text(), message.header("destination")),
        ("hi", Some("/user/queue/hi"))
    );
    client
        .send("SEND\ndestination:/app/to-me-by-default\n\n\0")
        .await;
    assert_eq!(client.frame().await.header("subscription"), Some("1"));
    other.nothing_before_receipt().await;
    // Nobody is there to take it, which is nobody's mistake.
    client
        .confirmed("SEND\ndestination:/app/to-me/unheard\n")
        .await;
}

#[tokio::test]
async fn a_user_and_everybody_can_both_have_it_and_the_user_is_first() {
    let (_app, mut client) = app().await;
    client.subscribe("all", "/topic/both").await;
    client.subscribe("me", "/user/queue/both").await;
    client.send("SEND\ndestination:/app/to-both\n\n\0").await;
    assert_eq!(client.frame().await.header("subscription"), Some("me"));
    assert_eq!(client.frame().await.header("subscription"), Some("all"));
}

#[tokio::test]
async fn a_result_can_say_itself_where_it_goes_and_with_which_headers() {
    let (_app, mut client) = app().await;
    client.subscribe("0", "/topic/there").await;
    client.subscribe("1", "/topic/not-here").await;
    client
        .send("SEND\ndestination:/app/elsewhere/there\n\n\0")
        .await;
    let message = client.frame().await;
    assert_eq!(
        (message.text(), message.header("colour")),
        ("there", Some("blue"))
    );
    client.nothing_before_receipt().await;
}

#[tokio::test]
async fn the_sender_can_be_left_out() {
    let (app, mut client) = app().await;
    let mut other = app.connect().await;
    client.subscribe("0", "/topic/all").await;
    other.subscribe("0", "/topic/all").await;
    client.confirmed("SEND\ndestination:/app/except-me\n").await;
    assert_eq!(other.frame().await.text(), "to the others");
}

#[tokio::test]
async fn a_result_can_be_several_messages() {
    let (_app, mut client) = app().await;
    client.subscribe("1", "/user/queue/one").await;
    client.subscribe("2", "/user/queue/two").await;
    client.send("SEND\ndestination:/app/several\n\n\0").await;
    assert_eq!(client.frame().await.text(), "one");
    assert_eq!(client.frame().await.text(), "two");
}

#[tokio::test]
async fn a_controller_says_for_all_what_a_method_does_not_say() {
    let (_app, mut client) = app().await;
    client.subscribe("0", "/topic/of-the-controller").await;
    client.subscribe("1", "/user/queue/b").await;
    for word in ["a", "b"] {
        client
            .send(format!("SEND\ndestination:/app/defaults/{word}\n\n\0"))
            .await;
        assert_eq!(client.frame().await.text(), word);
    }
    client
        .confirmed("SEND\ndestination:/app/defaults/nothing\n")
        .await;
}

/// What one session subscribes to below `/user` is nothing that another could name.
#[tokio::test]
async fn nobody_else_can_listen() {
    let (app, mut client) = app().await;
    let session = app.messaging.sessions().all()[0].id().to_string();
    let mut thief = app.connect().await;
    for (id, destination) in [
        format!("/user/{session}/queue/hi"),
        format!("/queue/hi-user{session}"),
        "/queue/hi".to_owned(),
        "/user/queue/**".to_owned(),
    ]
    .iter()
    .enumerate()
    {
        thief.subscribe(&id.to_string(), destination).await;
    }
    client.subscribe("0", "/user/queue/hi").await;
    client.send("SEND\ndestination:/app/to-me/hi\n\n\0").await;
    assert_eq!(client.frame().await.text(), "hi");
    thief.nothing_before_receipt().await;
}

#[tokio::test]
async fn another_prefix_can_stand_for_oneself() {
    let builder = messaging()
        .user_destination_prefix("/me")
        .handler::<to_me>();
    let app = App::start(builder).await;
    let mut client = app.connect().await;
    client.subscribe("0", "/me/queue/hi").await;
    client.subscribe("errors", "/me/queue/errors").await;
    client.send("SEND\ndestination:/app/to-me/hi\n\n\0").await;
    assert_eq!(
        client.frame().await.header("destination"),
        Some("/me/queue/hi")
    );
    client.send("SEND\ndestination:/me/queue/hi\n\n\0").await;
    assert_eq!(client.frame().await.header("error-code"), Some("denied"));
}

#[tokio::test]
async fn named_headers_of_a_message_are_those_of_its_replies() {
    let builder = messaging()
        .propagate_header("trace")
        .scan(module_path!())
        .controller(Defaults);
    let app = App::start(builder).await;
    let mut client = app.connect().await;
    client.subscribe("0", "/topic/both").await;
    client
        .send("SEND\ndestination:/app/to-both\ntrace:t1\nother:x\n\n\0")
        .await;
    let message = client.frame().await;
    assert_eq!(
        (message.header("trace"), message.header("other")),
        (Some("t1"), None)
    );
}
