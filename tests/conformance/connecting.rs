//! CONNECT, on a whole connection.

use std::time::Duration;

use stompframe::channel::{ChannelContext, ChannelInterceptor, Step, Verdict};
use stompframe::stomp::Command;
use stompframe::test::{Received, TestApp};
use stompframe::{ErrorCode, Message, MessageType, MessagingError};
use tracing_subscriber::filter::LevelFilter;

use crate::kit::{Notes, app, builder, end, next};
use crate::log::Log;

/// Takes its time over each CONNECT, as a database would, and lets in who knows the passcode.
struct Doorkeeper;

impl ChannelInterceptor for Doorkeeper {
    fn pre_send<'a>(&'a self, message: &'a mut Message, _: ChannelContext<'a>) -> Step<'a> {
        if message.message_type() != MessageType::Connect {
            return Step::CONTINUE;
        }
        Step::Pending(Box::pin(async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            match message.headers().get("passcode") {
                Some("s3cret") => Verdict::Continue,
                _ => {
                    let denied = MessagingError::new(ErrorCode::Denied);
                    Verdict::Fail(denied.with_detail("wrong name or passcode"))
                }
            }
        }))
    }
}

#[tokio::test(start_paused = true)]
async fn c_04_a_second_connect_ends_the_session_and_changes_nothing() {
    let app = app();
    for command in ["CONNECT", "STOMP"] {
        let client = app.connect_as("ann").await;
        let session = app.messaging().sessions().all().remove(0);
        client.send_bytes(format!("{command}\naccept-version:1.0\nlogin:bob\n\n\0"));
        end(&client, ErrorCode::AlreadyConnected).await;
        assert_eq!(session.principal().unwrap().name(), "ann");
        assert_eq!(session.version().as_str(), "1.2");
        client.lose().await;
        assert!(app.messaging().sessions().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn c_05_what_comes_with_a_connect_waits_for_its_judgement() {
    let notes = Notes::default();
    let builder = builder(&notes).client_inbound(|channel| channel.interceptor(Doorkeeper));
    let app = TestApp::start(builder);
    for (passcode, is_let_in) in [("wrong", false), ("s3cret", true)] {
        let client = app.open();
        client.send_bytes(format!(
            "CONNECT\naccept-version:1.2\npasscode:{passcode}\n\n\0\
             SEND\ndestination:/app/note\nreceipt:r\n\n{passcode}\0"
        ));
        if is_let_in {
            assert_eq!(next(&client).await.command, Command::Connected);
            assert_eq!(next(&client).await.header("receipt-id"), Some("r"));
            assert_eq!(notes.all(), ["s3cret"]);
        } else {
            end(&client, ErrorCode::Denied).await;
            assert!(notes.all().is_empty() && app.messaging().sessions().is_empty());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn c_11_d_06_a_client_may_leave_out_the_host() {
    let app = app();
    for version in ["1.1", "1.2"] {
        let client = app.open();
        client.send_bytes(format!("CONNECT\naccept-version:{version}\n\n\0"));
        assert_eq!(next(&client).await.header("version"), Some(version));
    }
}

#[tokio::test(start_paused = true)]
async fn c_12_all_hosts_are_one_unless_the_application_refuses() {
    assert_eq!(
        app()
            .connect_with([("host", "anything")])
            .await
            .connected()
            .unwrap()
            .command,
        Command::Connected
    );
    let app = TestApp::start(builder(&Notes::default()).client_inbound(|channel| {
        channel.intercept(|message, _| match message.headers().get("host") {
            Some(host) if host != "chat.example" => {
                let denied = MessagingError::new(ErrorCode::Denied);
                Verdict::Fail(denied.with_detail("this host is not served here"))
            }
            _ => Verdict::Continue,
        })
    }));
    app.connect_with([("host", "chat.example")]).await;
    let error = app.try_connect_with([("host", "other.example")]).await;
    assert_eq!(error.unwrap_err().detail, "this host is not served here");
}

/// An unknown name and a wrong passcode sound alike, because the application says so.
#[tokio::test(start_paused = true)]
async fn c_18_c_19_who_is_refused_is_told_why() {
    let builder = builder(&Notes::default());
    let app = TestApp::start(builder.client_inbound(|channel| channel.interceptor(Doorkeeper)));
    for credentials in ["", "login:ann\npasscode:wrong\n", "login:nobody\n"] {
        for command in ["CONNECT", "STOMP"] {
            let client = app.open();
            client.send_bytes(format!("{command}\naccept-version:1.2\n{credentials}\n\0"));
            let error = end(&client, ErrorCode::Denied).await;
            assert_eq!(error.body, "wrong name or passcode");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn c_19_credentials_go_to_nobody_else_and_into_no_log() {
    let (log, _listening) = Log::listen(LevelFilter::TRACE);
    let app = app();
    let (sender, other) = (app.open(), app.connect().await);
    let topic = other.subscribe("/topic/a").await;
    sender.send_bytes("CONNECT\naccept-version:1.2\nlogin:ann\npasscode:s3cret\n\n\0");
    assert!(!format!("{:?}", next(&sender).await).contains("s3cret"));
    sender.send_bytes("SEND\ndestination:/topic/a\n\nx\0");
    let message = topic.next_message().await;
    assert_eq!(
        (message.header("login"), message.header("passcode")),
        (None, None)
    );
    sender.send_bytes("CONNECT\npasscode:s3cret\n\n\0");
    let error = end(&sender, ErrorCode::AlreadyConnected).await;
    assert!(!format!("{error:?}").contains("s3cret"));
    let log = log.text();
    assert!(log.contains("the session has connected"), "{log}");
    assert!(!log.contains("s3cret"), "{log}");
}

/// 200 clients that connect and subscribe at once, while somebody publishes all the time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c_21_connected_comes_first() {
    let app = app();
    let template = app.messaging().template().clone();
    let publisher = tokio::spawn(async move {
        loop {
            template.send("/topic/a", "x").await.unwrap();
            tokio::task::yield_now().await;
        }
    });
    let connect = "CONNECT\naccept-version:1.2\n\n\0SUBSCRIBE\nid:0\ndestination:/topic/a\n\n\0";
    for _ in 0..200 {
        let client = app.open();
        client.send_bytes(connect);
        for command in [Command::Connected, Command::Message] {
            match client.receive().await {
                Received::Frame(frame) => assert_eq!(frame.command, command),
                other => panic!("{other:?}"),
            }
        }
    }
    publisher.abort();
}

#[tokio::test(start_paused = true)]
async fn d_12_stomp_2_0_is_not_offered() {
    let app = app();
    let error = app.try_connect_with([("accept-version", "2.0")]).await;
    assert_eq!(error.unwrap_err().code, ErrorCode::Version);
    let client = app.connect_with([("accept-version", "1.2,2.0")]).await;
    assert_eq!(client.connected().unwrap().header("version"), Some("1.2"));
}
