//! How a session begins and ends.

use std::time::Duration;

use stompframe::{Limits, Messaging};

use crate::support::{App, messaging};

/// Waits until the server has let go of all sessions but these.
async fn sessions_left(messaging: &Messaging, count: usize) {
    while messaging.sessions().len() != count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn c_02_c_16_c_17_c_20_the_connected_frame_says_what_was_agreed() {
    let app = App::start(messaging()).await;
    for command in ["CONNECT", "STOMP"] {
        let mut client = app.open().await;
        client
            .send(format!(
                "{command}\r\naccept-version:1.1,1.2\r\nhost:x\r\nreceipt:r\r\n\r\n\0"
            ))
            .await;
        let connected = client.frame().await;
        assert_eq!(connected.command, "CONNECTED");
        assert_eq!(connected.header("version"), Some("1.2"));
        assert_eq!(connected.header("heart-beat"), Some("10000,10000"));
        assert_eq!(connected.header("server"), Some("stompframe"));
        let id = connected.header("session").unwrap();
        assert!(
            app.messaging
                .sessions()
                .all()
                .iter()
                .any(|session| session.id().as_str() == id)
        );
        client.nothing_before_receipt().await;
    }
}

#[tokio::test]
async fn dc_01_disconnect_is_confirmed_and_then_the_client_closes() {
    let app = App::start(messaging()).await;
    let mut client = app.connect().await;
    client.subscribe("0", "/topic/a").await;
    client.confirmed("DISCONNECT\n").await;
    sessions_left(&app.messaging, 0).await;
    client.close().await;
}

#[tokio::test]
async fn dc_02_nothing_behind_disconnect_is_looked_at() {
    let app = App::start(messaging()).await;
    let mut client = app.connect().await;
    client.send("DISCONNECT\nreceipt:bye\n\n\0NONSENSE\n\n\0SUBSCRIBE\nid:0\ndestination:/topic/a\n\n\0").await;
    assert_eq!(client.frame().await.header("receipt-id"), Some("bye"));
    assert_eq!(client.closed().await, (1000, String::new()));
}

/// A client that sends on and reads only after the server's side is over, 20 times.
#[tokio::test]
async fn dc_03_the_receipt_of_disconnect_waits_for_its_reader() {
    for _ in 0..20 {
        let mut limits = Limits::default();
        limits.close_timeout = Duration::from_millis(20);
        let app = App::start(messaging().limits(limits)).await;
        let mut client = app.connect().await;
        client.send("DISCONNECT\nreceipt:bye\n\n\0").await;
        client.send_anyway(&"x".repeat(64 * 1024)).await;
        sessions_left(&app.messaging, 0).await;
        assert_eq!(app.messaging.shut_down(Duration::from_secs(10)).await, 0);
        assert_eq!(client.frame().await.header("receipt-id"), Some("bye"));
        assert_eq!(client.closed().await, (1000, String::new()));
    }
}

/// webstomp-client and stompjs 2 close their socket behind DISCONNECT, and still read what comes.
#[tokio::test]
async fn ws_05_a_client_that_closes_right_behind_its_frame_is_answered_first() {
    let app = App::start(messaging()).await;
    let mut client = app.connect().await;
    client.send_and_close("DISCONNECT\nreceipt:bye\n\n\0").await;
    assert_eq!(client.frame().await.header("receipt-id"), Some("bye"));

    let mut client = app.connect().await;
    client.send_and_close("NONSENSE\n\n\0").await;
    let error = client.frame().await;
    assert_eq!(error.header("error-code"), Some("unknown-command"));
}

#[tokio::test]
async fn ws_05_a_client_that_does_not_close_after_disconnect_is_closed() {
    let app = App::start(messaging()).await;
    let mut client = app.connect().await;
    client.send("DISCONNECT\n\n\0").await;
    assert_eq!(client.closed().await, (1000, String::new()));
}

#[tokio::test]
async fn dc_04_whatever_way_a_client_goes_nothing_of_it_is_left() {
    let app = App::start(messaging()).await;
    for way in ["close", "drop", "error"] {
        let mut client = app.connect().await;
        client.subscribe("0", "/topic/a").await;
        sessions_left(&app.messaging, 1).await;
        match way {
            "close" => client.close().await,
            "drop" => drop(client),
            _ => {
                client.send("NONSENSE\n\n\0").await;
                client.error().await;
            }
        }
        sessions_left(&app.messaging, 0).await;
    }
}

#[tokio::test]
async fn l_10_g_21_frames_that_arrived_before_the_end_are_handled() {
    let app = App::start(messaging().accept_client_sends(["/topic"])).await;
    let mut listener = app.connect().await;
    listener.subscribe("0", "/topic/a").await;
    let mut client = app.connect().await;
    for number in 0..100 {
        client
            .send(format!("SEND\ndestination:/topic/a\n\n{number}\0"))
            .await;
    }
    // The last is incomplete, and is never delivered.
    client
        .send("SEND\ndestination:/topic/a\n\nincomplete")
        .await;
    client.close().await;
    for number in 0..100 {
        assert_eq!(listener.frame().await.text(), number.to_string());
    }
    listener.nothing_before_receipt().await;
}

#[tokio::test]
async fn the_application_can_close_a_session() {
    let app = App::start(messaging()).await;
    let mut client = app.connect().await;
    let session = app.messaging.sessions().all().pop().unwrap();
    session.close(stompframe::session::Close::because(
        stompframe::ErrorCode::Denied,
    ));
    assert_eq!(client.closed().await, (1008, "denied".to_owned()));
    sessions_left(&app.messaging, 0).await;
}
