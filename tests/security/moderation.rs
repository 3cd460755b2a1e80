//! Users are thrown out, sessions ended and subscriptions taken back, and each client knows why.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use stompframe::broker::SimpleBroker;
use stompframe::extract::State;
use stompframe::prelude::*;
use stompframe::stomp::{Command, Frame};
use stompframe::test::TestApp;
use stompframe::{DisconnectReason, message, subscription};
use tokio::sync::Notify;

use crate::kit::{ended, messaging, publish, session_of};

#[tokio::test(start_paused = true)]
async fn a_user_is_thrown_out_with_all_sessions_and_told_why() {
    let app = TestApp::start(messaging());
    let (one, two) = (app.connect_as("ann").await, app.connect_as("ann").await);
    let bob = app.connect_as("bob").await;
    let users = app.messaging().users();
    assert_eq!(users.kick("nobody", "really"), 0);
    assert_eq!(users.kick("ann", "you were rude"), 2);
    for client in [&one, &two] {
        assert_eq!(
            ended(client, ErrorCode::SessionEnded).await,
            "you were rude"
        );
    }
    one.lose().await;
    two.lose().await;
    assert!(users.user("ann").is_none());
    bob.expect_nothing().await;
}

#[tokio::test(start_paused = true)]
async fn a_session_is_ended_for_a_reason_of_the_applications_own() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let events = Arc::clone(&told);
    let builder = messaging().on_event(move |event: SessionEvent| {
        if let SessionEventKind::Disconnected(reason) = event.kind() {
            events.lock().unwrap().push(reason.clone());
        }
        async {}
    });
    let app = TestApp::start(builder);
    let client = app.connect().await;
    let session = session_of(&app, &client);
    publish(&app, "/topic/nobody", "is there").await;
    session.end(MessagingError::new(ErrorCode::Overloaded).with_detail("come back at night"));
    session.end(MessagingError::new(ErrorCode::Denied));
    let detail = ended(&client, ErrorCode::Overloaded).await;
    assert_eq!(detail, "come back at night");
    client.lose().await;
    let [DisconnectReason::Ended(close)] = &told.lock().unwrap()[..] else {
        panic!("told once how it ended")
    };
    assert_eq!((close.code(), close.reason()), (1013, "overloaded"));
}

/// Lets a test hold a handler up.
#[derive(Clone, Default)]
struct Gate {
    entered: Arc<Notify>,
    open: Arc<Notify>,
    calls: Arc<Mutex<Vec<String>>>,
}

async fn slow(State(gate): State<Gate>, text: String) {
    gate.calls.lock().unwrap().push(text);
    gate.entered.notify_one();
    gate.open.notified().await;
}

#[tokio::test(start_paused = true)]
async fn frames_behind_the_one_that_is_handled_are_not_looked_at_once_the_session_is_ended() {
    let gate = Gate::default();
    let builder = messaging()
        .route(message("/slow"), slow)
        .state(gate.clone());
    let app = TestApp::start(builder);
    let client = app.connect().await;
    client.send_bytes(
        "SEND\ndestination:/app/slow\n\nfirst\0SEND\ndestination:/app/slow\n\nsecond\0",
    );
    gate.entered.notified().await;
    session_of(&app, &client).end(ErrorCode::SessionEnded.into());
    ended(&client, ErrorCode::SessionEnded).await;
    gate.open.notify_one();
    client.lose().await;
    assert_eq!(*gate.calls.lock().unwrap(), ["first"]);
}

#[tokio::test(start_paused = true)]
async fn a_revoked_subscription_receives_nothing_more_and_the_client_learns_which_and_why() {
    let events = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&events);
    let builder = messaging().on_event(move |event: SessionEvent| {
        if let SessionEventKind::Unsubscribed { id, destination } = event.kind() {
            told.lock().unwrap().push(format!("{id} {destination}"));
        }
        async {}
    });
    let app = TestApp::start(builder);
    let client = app.connect_as("ann").await;
    let errors = client.subscribe("/user/queue/errors").await;
    let (room, hall) = (
        client.subscribe("/topic/rooms/1").await,
        client.subscribe("/topic/halls/1").await,
    );
    let users = app.messaging().users();
    let found = users.subscriptions_matching("/topic/rooms/{room}").unwrap();
    assert_eq!(found.len(), 1);
    assert!(found[0].revoke("you have left the room"));
    let problem = errors.next_message().await;
    assert_eq!(problem.header("error-code"), Some("subscription-revoked"));
    let problem: serde_json::Value = problem.json();
    assert_eq!(
        problem,
        serde_json::json!({
            "code": "subscription-revoked",
            "message": "The subscription was revoked",
            "detail": "you have left the room",
            "destination": "/topic/rooms/1",
            "subscription": room.id(),
        })
    );
    publish(&app, "/topic/rooms/1", "missed").await;
    publish(&app, "/topic/halls/1", "heard").await;
    assert_eq!(hall.expect_text().await, "heard");
    room.expect_nothing().await;
    assert_eq!(
        *events.lock().unwrap(),
        [format!("{} /topic/rooms/1", room.id())]
    );
    assert!(!found[0].revoke("again"), "there is none any more");
    // Its id is free, and the room still there.
    let again = [("id", room.id())];
    let again = client.subscribe_with("/topic/rooms/1", again).await;
    publish(&app, "/topic/rooms/1", "back").await;
    assert_eq!(again.expect_text().await, "back");
}

#[tokio::test(start_paused = true)]
async fn who_does_not_listen_for_errors_is_told_of_a_revocation_with_error() {
    let app = TestApp::start(messaging());
    let client = app.connect().await;
    let room = client.subscribe("/topic/rooms/1").await;
    let subscriptions = app.messaging().users().find_subscriptions(|_| true);
    assert!(subscriptions[0].user().is_none(), "nobody known");
    assert!(subscriptions[0].revoke("closed"));
    assert_eq!(
        ended(&client, ErrorCode::SubscriptionRevoked).await,
        "closed"
    );
    drop(room);
}

#[tokio::test(start_paused = true)]
async fn what_a_revoked_consumer_had_not_acknowledged_goes_to_others() {
    let app = TestApp::start(messaging());
    let (ann, bob) = (app.connect_as("ann").await, app.connect_as("bob").await);
    ann.subscribe("/user/queue/errors").await;
    let ack = [("ack", "client-individual")];
    let jobs = ann.subscribe_with("/queue/jobs", ack).await;
    publish(&app, "/queue/jobs", "dig").await;
    jobs.next_message().await;
    let others = bob.subscribe_with("/queue/jobs", ack).await;
    let ids = session_of(&app, &ann).subscriptions();
    let (id, _) = ids.iter().find(|(_, to)| *to == "/queue/jobs").unwrap();
    assert!(session_of(&app, &ann).revoke(id, "too slow"));
    assert_eq!(others.expect_text().await, "dig");
}

/// SUBSCRIBE is being handled when it is revoked: there is nothing left of it afterwards.
#[tokio::test(start_paused = true)]
async fn a_subscription_that_is_revoked_while_it_comes_about_does_not_stay() {
    let gate = Gate::default();
    let held = gate.clone();
    let builder = messaging()
        .route(subscription("/slow"), async |State(gate): State<Gate>| {
            gate.entered.notify_one();
            gate.open.notified().await;
        })
        .state(held);
    let app = TestApp::start(builder);
    let client = app.connect_as("ann").await;
    let errors = client.subscribe("/user/queue/errors").await;
    let subscribe = Frame::new(Command::Subscribe)
        .with_header("id", "slow")
        .with_header("destination", "/app/slow");
    let subscribing = client.send_frame(subscribe);
    let revoking = async {
        gate.entered.notified().await;
        let found = app.messaging().users();
        let found = found.find_subscriptions(|found| found.id().to_string() == "slow");
        assert!(found[0].revoke("no"));
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert_eq!(session_of(&app, &client).subscription_count(), 2);
        gate.open.notify_one();
    };
    tokio::join!(subscribing, revoking);
    let problem: serde_json::Value = errors.next_message().await.json();
    assert_eq!(problem["subscription"], "slow");
    client.round_trip().await;
    assert_eq!(session_of(&app, &client).subscription_count(), 1);
}

#[tokio::test(start_paused = true)]
async fn anonymous_sessions_and_their_subscriptions_are_found_too() {
    let broker = SimpleBroker::new(["/topic"]).wildcard_subscriptions();
    let app = TestApp::start(Messaging::builder().simple_broker(broker));
    let (ann, nobody) = (app.connect_as("ann").await, app.connect().await);
    ann.subscribe("/topic/a").await;
    nobody.subscribe("/topic/a").await;
    nobody.subscribe("/topic/*").await;
    let users = app.messaging().users();
    assert_eq!((users.user_count(), users.sessions().len()), (1, 2));
    let anonymous = users.anonymous_sessions();
    assert_eq!(anonymous.len(), 1);
    assert_eq!(anonymous[0].id(), session_of(&app, &nobody).id());
    assert!(users.session(anonymous[0].id()).is_some());
    let names = |pattern: &str| -> Vec<_> {
        let found = users.subscriptions_matching(pattern).unwrap();
        let name = |found: &stompframe::user::Subscription| {
            found.user().map(|user| user.name().to_owned())
        };
        let mut names: Vec<_> = found.iter().map(name).collect();
        names.sort();
        names
    };
    assert_eq!(names("/topic/a"), [None, Some("ann".to_owned())]);
    assert_eq!(names("/topic/**"), [None, None, Some("ann".to_owned())]);
    assert_eq!(names("/user/**"), []);
    let error = users.subscriptions_matching("topic").unwrap_err();
    assert_eq!(error.code(), ErrorCode::BadDestination);
}
