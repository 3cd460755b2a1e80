//! The grammar of frames, on a whole connection.

use stompframe::ErrorCode;
use stompframe::test::TestApp;

use crate::kit::{Notes, app, builder, connect, end};

#[tokio::test(start_paused = true)]
async fn g_05_g_20_what_is_no_command_of_a_client_ends_the_session() {
    let app = app();
    for command in [
        "send",
        "Send",
        "FOO",
        "CONNECTED",
        "MESSAGE",
        "RECEIPT",
        "ERROR",
    ] {
        for version in ["1.0", "1.1", "1.2"] {
            let client = connect(&app, version).await;
            client.send_bytes(format!("{command}\ndestination:/topic/a\n\n\0"));
            end(&client, ErrorCode::UnknownCommand).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn g_06_a_header_in_another_case_is_one_of_the_client() {
    let app = app();
    let client = app.connect().await;
    let topic = client.subscribe("/topic/a").await;
    client.send_bytes("SEND\nDestination:/topic/b\ndestination:/topic/a\n\n\0");
    let message = topic.next_message().await;
    assert_eq!(message.destination(), "/topic/a");
    client.send_bytes("SEND\nDestination:/topic/a\n\n\0");
    end(&client, ErrorCode::MissingHeader).await;
}

#[tokio::test(start_paused = true)]
async fn g_14_a_thousand_line_ends_are_no_frame() {
    let app = app();
    let client = app.connect().await;
    let topic = client.subscribe("/topic/a").await;
    let idle = "\n".repeat(1000) + &"\r\n".repeat(1000);
    for word in ["one", "two"] {
        client.send_bytes(idle.clone());
        client.send_bytes(format!("SEND\ndestination:/topic/a\n\n{word}\0"));
        client.send_bytes(idle.clone());
        assert_eq!(topic.expect_text().await, word);
    }
    client.expect_nothing().await;
}

#[tokio::test(start_paused = true)]
async fn g_21_a_send_that_is_cut_anywhere_is_never_handled() {
    let notes = Notes::default();
    let app = TestApp::start(builder(&notes));
    let frame = "SEND\ndestination:/app/note\ncontent-length:2\n\nhi\0";
    for cut in 0..frame.len() {
        let client = app.connect().await;
        client.send_bytes(&frame.as_bytes()[..cut]);
        client.lose().await;
        assert!(notes.all().is_empty(), "cut at {cut}");
    }
    let client = app.connect().await;
    client.send_bytes(frame);
    client.lose().await;
    assert_eq!(notes.all(), ["hi"], "the whole frame is");
}

#[tokio::test(start_paused = true)]
async fn g_22_what_is_no_stomp_gets_no_further() {
    let app = app();
    for garbage in [
        "GET / HTTP/1.1\r\nhost: x\r\n\r\n",
        "\u{FEFF}CONNECT\naccept-version:1.2\n\n\0",
        "PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\nCONNECT\n\n\0",
    ] {
        let client = app.open();
        client.send_bytes(garbage);
        end(&client, ErrorCode::UnknownCommand).await;
        assert!(app.messaging().sessions().is_empty());
    }
}
