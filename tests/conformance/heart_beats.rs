//! Heart-beats as CONNECTED says them, and beside large frames; more of them in
//! `stompframe-core/tests/heart_beats.rs`.

use std::time::{Duration, SystemTime};

use stompframe::ErrorCode;
use stompframe::stomp::Command;
use stompframe::test::{Received, TestApp};
use tokio::time::{Instant, sleep};

use crate::kit::{Notes, app, builder, end, next};
use crate::slow::SlowClient;

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn app_with(send: u64, receive: u64) -> TestApp {
    let builder = builder(&Notes::default()).heart_beat(millis(send), millis(receive));
    TestApp::start(builder).patience(Duration::from_secs(24 * 3600))
}

#[tokio::test(start_paused = true)]
async fn t_02_without_the_header_there_are_none() {
    let app = app();
    let client = app.open();
    client.send_bytes("CONNECT\naccept-version:1.2\n\n\0");
    assert_eq!(next(&client).await.command, Command::Connected);
    sleep(Duration::from_secs(24 * 3600)).await;
    client.send_bytes("UNSUBSCRIBE\nid:0\nreceipt:r\n\n\0");
    assert_eq!(next(&client).await.command, Command::Receipt);
}

/// While a large message takes nine seconds to leave, nine beats would be due.
#[tokio::test(start_paused = true)]
async fn t_08_no_beat_gets_into_a_frame() {
    let app = app_with(1000, 0);
    let client = SlowClient::open(&app, 10_000, millis(9000));
    client.send("CONNECT\naccept-version:1.2\nheart-beat:0,1000\n\n\0");
    client.send("SUBSCRIBE\nid:0\ndestination:/topic/a\n\n\0");
    sleep(millis(10)).await;
    let large = "x".repeat(20_000);
    app.messaging()
        .template()
        .send("/topic/a", large)
        .await
        .unwrap();
    sleep(millis(20_000)).await;
    let pushed = client.pushed();
    let large = pushed
        .iter()
        .position(|(_, bytes)| bytes.len() > 10_000)
        .unwrap();
    let (begun, next) = (pushed[large].0, &pushed[large + 1]);
    assert_eq!(next.1, "\n");
    let pause = next.0 - begun;
    assert!(
        pause >= millis(9000) && pause <= millis(10_000),
        "{pause:?}"
    );
    assert!(pushed[large + 2..].iter().all(|(_, bytes)| bytes == "\n"));
    assert!(pushed.len() > large + 10, "then they go on");
}

/// The clock of the machine stands still, as far as this test goes; the session's own does not.
#[tokio::test(start_paused = true)]
async fn t_11_time_is_not_that_of_the_machine() {
    let app = app_with(3_600_000, 3_600_000);
    let wall = SystemTime::now();
    let client = app.connect_with([("heart-beat", "3600000,3600000")]).await;
    let connected = Instant::now();
    assert_eq!(client.receive().await, Received::HeartBeat);
    client.expect_error(ErrorCode::HeartBeatTimeout).await;
    assert_eq!(connected.elapsed().as_secs(), 2 * 3600);
    assert!(wall.elapsed().unwrap() < Duration::from_secs(1800));
}

#[tokio::test(start_paused = true)]
async fn t_12_nobody_beats_more_than_once_a_second_or_less_than_once_an_hour() {
    for (server, client, said, every) in [
        (1, "1,1", "1000,1000", 1000),
        (10_000, "1,1", "10000,10000", 10_000),
        (1, "9999999999,9999999999", "1000,1000", 3_600_000),
        (99_999_999, "1,1", "3600000,3600000", 3_600_000),
    ] {
        let app = app_with(server, server);
        let client = app.connect_with([("heart-beat", client)]).await;
        assert_eq!(client.connected().unwrap().header("heart-beat"), Some(said));
        let connected = Instant::now();
        assert_eq!(client.receive().await, Received::HeartBeat);
        let silence = connected.elapsed();
        assert!(
            silence <= millis(every) && silence >= millis(every / 2),
            "{silence:?}"
        );
    }
    let client = app().open();
    client.send_bytes("CONNECT\naccept-version:1.2\nheart-beat:99999999999,0\n\n\0");
    end(&client, ErrorCode::BadHeartBeat).await;
}

/// What CONNECTED says is all that a client has to know: beats come that often, and silence is
/// borne that long.
#[tokio::test(start_paused = true)]
async fn t_13_connected_says_what_the_server_does() {
    for every in [1000, 7000, 60_000] {
        let app = app_with(every, every);
        let client = app.connect_with([("heart-beat", "1000,1000")]).await;
        let said = client.connected().unwrap();
        assert_eq!(
            said.header("heart-beat"),
            Some(&*format!("{every},{every}"))
        );
        let connected = Instant::now();
        let dead_after = millis(every) + millis(every).max(Duration::from_secs(5));
        while connected.elapsed() + millis(every) < dead_after {
            let before = Instant::now();
            assert_eq!(client.receive().await, Received::HeartBeat);
            assert!(before.elapsed() <= millis(every));
        }
        client.expect_error(ErrorCode::HeartBeatTimeout).await;
        assert_eq!(connected.elapsed().as_secs(), dead_after.as_secs());
    }
}
