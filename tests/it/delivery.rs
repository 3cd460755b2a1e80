//! What is published arrives: complete, in order, and as it was sent.

use stompframe::prelude::*;

use crate::support::{App, Client, messaging};

/// What a handler's client sends, and everybody receives.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChatMessage {
    chat_room_id: u64,
    r#type: String,
    writer: String,
}

#[message_mapping("/chat")]
async fn chat(
    Payload(message): Payload<ChatMessage>,
    template: MessagingTemplate,
) -> Result<(), MessagingError> {
    template
        .send(
            format!("/topic/chat/room/{}", message.chat_room_id),
            Payload(message),
        )
        .await
}

/// Says again what was said.
#[message_mapping("/echo/{topic}")]
#[send_to("/topic/{topic}")]
async fn echo(topic: String, body: String) -> String {
    let _ = topic;
    body
}

async fn app() -> App {
    App::start(messaging().application_prefix("/pub").scan(module_path!())).await
}

#[tokio::test]
async fn the_frames_of_a_plain_chat_work_as_they_stand() {
    let app = app().await;
    let mut first = app.connect().await;
    first
        .send("SUBSCRIBE\ndestination:/topic/chat/room/5\nid:sub-1\n\n\0")
        .await;
    first.nothing_before_receipt().await;

    let mut second = app.connect().await;
    let body = r#"{"chatRoomId":5,"type":"MESSAGE","writer":"clientB"}"#;
    second
        .send(format!(
            "SEND\ndestination:/pub/chat\ncontent-type:application/json\n\n{body}\0"
        ))
        .await;

    let message = first.frame().await;
    assert_eq!(message.command, "MESSAGE");
    assert_eq!(message.header("subscription"), Some("sub-1"));
    assert_eq!(message.header("destination"), Some("/topic/chat/room/5"));
    assert_eq!(message.header("content-type"), Some("application/json"));
    assert_eq!(
        message.json(),
        serde_json::from_str::<serde_json::Value>(body).unwrap()
    );
}

#[tokio::test]
async fn a_thousand_messages_of_three_senders_reach_five_subscribers_complete_and_in_order() {
    const SENDERS: usize = 3;
    const EACH: usize = 1_000 / SENDERS + 1;
    let app = app().await;
    let mut subscribers = Vec::new();
    for _ in 0..5 {
        let mut subscriber = app.connect().await;
        subscriber.subscribe("0", "/topic/all").await;
        subscribers.push(tokio::spawn(async move {
            let mut next = [0; SENDERS];
            for _ in 0..SENDERS * EACH {
                let frame = subscriber.frame().await;
                let (sender, number) = frame.text().split_once(' ').unwrap();
                let sender: usize = sender.parse().unwrap();
                assert_eq!(number, next[sender].to_string(), "sender {sender}");
                next[sender] += 1;
            }
            assert_eq!(next, [EACH; SENDERS]);
        }));
    }
    let mut senders = Vec::new();
    for sender in 0..SENDERS {
        let mut client = app.connect().await;
        senders.push(tokio::spawn(async move {
            for number in 0..EACH {
                client
                    .send(format!(
                        "SEND\ndestination:/app/echo/all\n\n{sender} {number}\0"
                    ))
                    .await;
            }
            client.nothing_before_receipt().await;
        }));
    }
    for task in senders.into_iter().chain(subscribers) {
        task.await.unwrap();
    }
}

#[tokio::test]
async fn r_01_a_receipt_comes_for_every_kind_of_frame() {
    let app = app().await;
    let mut client = app.connect().await;
    client
        .confirmed("SUBSCRIBE\nid:0\ndestination:/topic/a\n")
        .await;
    client.confirmed("UNSUBSCRIBE\nid:0\n").await;
    client.confirmed("UNSUBSCRIBE\nid:0\n").await;
    client
        .confirmed("SEND\ndestination:/app/echo/nobody\n")
        .await;
    client.confirmed("DISCONNECT\n").await;
}

/// The subscribe barrier: what is published after the receipt is never missed.
#[tokio::test]
async fn u_08_nothing_published_after_the_receipt_of_subscribe_is_missed() {
    let app = app().await;
    let mut client = app.connect().await;
    for round in 0..500 {
        let topic = format!("/topic/round/{round}");
        client.subscribe(&round.to_string(), &topic).await;
        app.messaging
            .template()
            .send(topic, round.to_string())
            .await
            .unwrap();
        assert_eq!(client.frame().await.text(), round.to_string());
        client
            .confirmed(&format!("UNSUBSCRIBE\nid:{round}\n"))
            .await;
    }
}

#[tokio::test]
async fn u_11_nothing_comes_after_the_receipt_of_unsubscribe() {
    let app = app().await;
    let template = app.messaging.template().clone();
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let publisher = tokio::spawn({
        let stop = stop.clone();
        async move {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                template.send("/topic/busy", "x").await.unwrap();
                tokio::task::yield_now().await;
            }
        }
    });
    let mut client = app.connect().await;
    for _ in 0..50 {
        client.subscribe("0", "/topic/busy").await;
        client.frame().await;
        client.send("UNSUBSCRIBE\nid:0\nreceipt:left\n\n\0").await;
        while client.frame().await.command == "MESSAGE" {}
        client.nothing_before_receipt().await;
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    publisher.await.unwrap();
}

#[tokio::test]
async fn m_03_u_13_each_subscription_gets_its_own_copy_under_its_own_id() {
    let app = app().await;
    let mut client = app.connect().await;
    for id in ["one", "two", "with\\cdot and \\n and \\\\ and 😀"] {
        client.subscribe(id, "/topic/a").await;
    }
    app.messaging
        .template()
        .send("/topic/a", "x")
        .await
        .unwrap();
    let mut ids = Vec::new();
    for _ in 0..3 {
        let frame = client.frame().await;
        assert_eq!(frame.header("destination"), Some("/topic/a"));
        ids.push(frame.header("subscription").unwrap().to_owned());
    }
    ids.sort();
    assert_eq!(ids, ["one", "two", "with:dot and \n and \\ and 😀"]);
}

#[tokio::test]
async fn m_02_message_ids_are_unique() {
    let app = app().await;
    let mut client = app.connect().await;
    client.subscribe("0", "/topic/a").await;
    let mut ids = std::collections::HashSet::new();
    for _ in 0..100 {
        app.messaging
            .template()
            .send("/topic/a", "x")
            .await
            .unwrap();
        assert!(
            ids.insert(
                client
                    .frame()
                    .await
                    .header("message-id")
                    .unwrap()
                    .to_owned()
            )
        );
    }
}

#[tokio::test]
async fn h_07_a_client_may_publish_itself_where_the_application_opened_the_way_and_can_forge_nothing()
 {
    let app = App::start(messaging().accept_client_sends(["/queue"])).await;
    let mut client = app.connect().await;
    client.subscribe("0", "/queue/a").await;
    client
        .send(
            "SEND\ndestination:/queue/a\nsubscription:other\nmessage-id:forged\nSession:x\nreceipt-id:7\n\
             user-name:root\ncolour:blue\\cgreen\ncontent-type:text/plain\n\nbody\0",
        )
        .await;
    let frame = client.frame().await;
    assert_eq!(frame.header("subscription"), Some("0"));
    assert_ne!(frame.header("message-id"), Some("forged"));
    for forged in ["Session", "receipt-id", "user-name"] {
        assert_eq!(frame.header(forged), None, "{forged}");
    }
    assert_eq!(frame.header("colour"), Some("blue:green"));
    assert_eq!(frame.header("content-type"), Some("text/plain"));
    assert_eq!(
        frame
            .headers
            .iter()
            .filter(|(name, _)| name == "subscription")
            .count(),
        1
    );

    client
        .send("SEND\ndestination:/topic/a\nreceipt:r\n\nbody\0")
        .await;
    assert_eq!(client.error().await.header("error-code"), Some("denied"));
}

#[tokio::test]
async fn g_19_b_16_a_body_of_any_octets_arrives_as_it_was_sent() {
    let app = App::start(messaging().accept_client_sends(["/topic"])).await;
    let mut client = app.connect().await;
    client.subscribe("0", "/topic/a").await;
    let body: Vec<u8> = (0..=255).collect();
    let mut frame = format!(
        "SEND\ndestination:/topic/a\ncontent-length:{}\n\n",
        body.len()
    )
    .into_bytes();
    frame.extend_from_slice(&body);
    frame.push(0);
    // In pieces, too: the boundaries of messages mean nothing.
    for piece in frame.chunks(7) {
        client.send_binary(piece).await;
    }
    let received = client.frame().await;
    assert_eq!(received.body, body);
    assert_eq!(received.header("content-length"), Some("256"));
}

#[tokio::test]
async fn g_17_many_frames_in_one_message_are_all_handled_in_order() {
    let app = app().await;
    let mut client = app.connect().await;
    let mut frames = "SUBSCRIBE\nid:0\ndestination:/topic/a\n\n\0\n\n".to_owned();
    for number in 0..100 {
        frames += &format!("SEND\ndestination:/app/echo/a\n\n{number}\0\r\n");
    }
    client.send(frames).await;
    for number in 0..100 {
        assert_eq!(client.frame().await.text(), number.to_string());
    }
}

#[tokio::test]
async fn c_13_c_14_every_version_speaks_by_its_own_rules() {
    let app = app().await;
    for (accept, version, sent, received) in [
        (None, "1.0", "x\\ny", "x\\ny"),
        (Some("1.0"), "1.0", "x\\ny", "x\\ny"),
        (Some("1.0,1.1"), "1.1", "x\\ny", "x\ny"),
        (Some("1.2,1.0,1.1"), "1.2", "x\\ny", "x\ny"),
    ] {
        let mut client = app.open().await;
        let accept = accept
            .map(|versions| format!("accept-version:{versions}\n"))
            .unwrap_or_default();
        client.send(format!("CONNECT\n{accept}\n\0")).await;
        let connected = client.frame().await;
        assert_eq!(connected.header("version"), Some(version));
        assert!(connected.header("session").is_some_and(|id| id.len() == 32));
        assert_eq!(connected.header("heart-beat").is_some(), version != "1.0");
        client.subscribe("0", "/topic/a").await;
        client
            .send("SEND\ndestination:/app/echo/a\n\nhello\0")
            .await;
        assert_eq!(client.frame().await.text(), "hello");
        // How the version reads what is escaped shows in a receipt.
        client
            .send(format!("UNSUBSCRIBE\nid:0\nreceipt:{sent}\n\n\0"))
            .await;
        let receipt = client.message().await.into_text().unwrap();
        let expected = if version == "1.0" {
            received.to_owned()
        } else {
            received.replace('\n', "\\n")
        };
        assert!(
            receipt.contains(&format!("receipt-id:{expected}\n")),
            "{version}: {receipt:?}"
        );
    }
}

#[tokio::test]
async fn u_04_u_12_stomp_1_0_knows_a_subscription_by_its_destination() {
    let app = app().await;
    let mut client: Client = app.open().await;
    client.send("CONNECT\nlogin: ann\n\n\0").await;
    client.frame().await;
    client.confirmed("SUBSCRIBE\ndestination: /topic/a\n").await;
    app.messaging
        .template()
        .send("/topic/a", "x")
        .await
        .unwrap();
    let message = client.frame().await;
    assert_eq!(
        (
            message.header("subscription"),
            message.header("destination")
        ),
        (None, Some("/topic/a"))
    );
    client
        .confirmed("UNSUBSCRIBE\ndestination:/topic/a\n")
        .await;
    app.messaging
        .template()
        .send("/topic/a", "x")
        .await
        .unwrap();
    client.nothing_before_receipt().await;
}

#[tokio::test]
async fn publishing_where_no_broker_is_responsible_is_an_error_of_the_publisher() {
    let app = app().await;
    let error = app
        .messaging
        .template()
        .send("/nowhere", "x")
        .await
        .unwrap_err();
    assert_eq!(error.code(), ErrorCode::NoRoute);
}

#[tokio::test]
async fn a_prefix_of_the_broker_may_lack_the_slash() {
    let app = App::start(
        Messaging::builder()
            .simple_broker(["jms.topic"])
            .accept_client_sends(["jms.topic"]),
    )
    .await;
    let mut client = app.connect().await;
    client.subscribe("0", "jms.topic.news").await;
    client.send("SEND\ndestination:jms.topic.news\n\nx\0").await;
    let message = client.frame().await;
    assert_eq!(message.header("destination"), Some("jms.topic.news"));
    client
        .send("SEND\ndestination:jms.topical\nreceipt:r\n\nx\0")
        .await;
    assert_eq!(client.error().await.header("error-code"), Some("no-route"));
}
