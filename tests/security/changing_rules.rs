//! Rules that change while the application runs, and what becomes of subscriptions that they do not
//! allow any more.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use stompframe::broker::SimpleBroker;
use stompframe::extract::State;
use stompframe::message;
use stompframe::prelude::*;
use stompframe::security::{Access, RulesHandle, deny, has_role, permit, rules};
use stompframe::stomp::{Command, Frame};
use stompframe::test::{TestApp, TestClient, TestSubscription};
use tokio::sync::Notify;

use crate::kit::{ended, messaging, publish};

/// Who is in which room.
#[derive(Clone, Default)]
struct Members(Arc<Mutex<BTreeSet<(String, u64)>>>);

impl Members {
    fn of(members: &[(&str, u64)]) -> Self {
        let own = |(user, room): &(&str, u64)| ((*user).to_owned(), *room);
        Self(Arc::new(Mutex::new(members.iter().map(own).collect())))
    }

    fn remove(&self, user: &str, room: u64) {
        self.0.lock().unwrap().remove(&(user.to_owned(), room));
    }
}

async fn is_member(access: Access, room: u64) -> bool {
    let members = access.state::<Members>().unwrap();
    let members = members.0.lock().unwrap();
    let is_in = |user: &Principal| members.contains(&(user.name().to_owned(), room));
    access.principal().is_some_and(is_in)
}

fn app(members: &Members) -> TestApp {
    let builder = messaging()
        .state(members.clone())
        .route(message("/leave/{room}"), leave)
        .authorize(
            rules()
                .subscribe("/user/queue/errors", permit())
                .subscribe("/topic/rooms/{room}", is_member)
                .subscribe("/topic/**", permit())
                .send("/app/**", permit()),
        );
    TestApp::start(builder)
}

async fn leave(
    Variables(room): Variables<u64>,
    user: Principal,
    State(members): State<Members>,
    rules: RulesHandle,
) {
    members.remove(user.name(), room);
    rules.recheck_user(user.name()).await;
}

/// What a client was told about a subscription that was taken from it.
async fn revoked(errors: &TestSubscription) -> (String, String) {
    let problem: serde_json::Value = errors.next_message().await.json();
    assert_eq!(problem["code"], "subscription-revoked");
    let text = |name: &str| problem[name].as_str().unwrap().to_owned();
    (text("destination"), text("detail"))
}

async fn listening(app: &TestApp, user: &str) -> (TestClient, TestSubscription) {
    let client = app.connect_as(user).await;
    let errors = client.subscribe("/user/queue/errors").await;
    (client, errors)
}

#[tokio::test(start_paused = true)]
async fn sec_c_03_what_new_rules_do_not_allow_is_revoked_and_the_rest_stays() {
    let app = app(&Members::of(&[("ann", 1)]));
    let (ann, errors) = listening(&app, "ann").await;
    let (news, room) = (
        ann.subscribe("/topic/news").await,
        ann.subscribe("/topic/rooms/1").await,
    );
    let night = rules()
        .subscribe("/user/queue/errors", permit())
        .subscribe("/topic/news", permit())
        .subscribe("/topic/rooms/{room}", has_role("GUARD"));
    assert_eq!(app.messaging().rules().replace(night).await.unwrap(), 1);
    let (destination, detail) = revoked(&errors).await;
    assert_eq!(destination, "/topic/rooms/1");
    assert_eq!(detail, "the rules do not allow it any more");
    publish(&app, "/topic/rooms/1", "missed").await;
    publish(&app, "/topic/news", "heard").await;
    assert_eq!(news.expect_text().await, "heard");
    room.expect_nothing().await;
    // They hold for what arrives from now on, too.
    for destination in ["/topic/rooms/1", "/topic/other"] {
        let error = ann.try_subscribe(destination).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Denied, "{destination}");
    }
    let error = ann.try_send("/app/leave/1", &()).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Denied);
}

#[tokio::test(start_paused = true)]
async fn sec_c_03_predicates_are_asked_again_when_the_application_says_so() {
    let members = Members::of(&[("ann", 1), ("ann", 2), ("bob", 1)]);
    let app = app(&members);
    let (ann, errors) = listening(&app, "ann").await;
    let (bob, _) = listening(&app, "bob").await;
    let (one, two) = (
        ann.subscribe("/topic/rooms/1").await,
        ann.subscribe("/topic/rooms/2").await,
    );
    let bobs = bob.subscribe("/topic/rooms/1").await;
    // A handler can do it about its own session.
    ann.send("/app/leave/1", &()).await;
    assert_eq!(revoked(&errors).await.0, "/topic/rooms/1");
    for room in ["/topic/rooms/1", "/topic/rooms/2"] {
        publish(&app, room, "who hears it").await;
    }
    assert_eq!(bobs.expect_text().await, "who hears it");
    assert_eq!(two.expect_text().await, "who hears it");
    one.expect_nothing().await;
    members.remove("ann", 2);
    members.remove("bob", 1);
    assert_eq!(app.messaging().rules().recheck().await, 2);
}

/// Without a place to hear of it, the session ends.
#[tokio::test(start_paused = true)]
async fn who_loses_the_place_for_errors_loses_the_session() {
    let app = app(&Members::default());
    let (ann, errors) = listening(&app, "ann").await;
    let none = rules().anything_else(deny());
    assert_eq!(app.messaging().rules().replace(none).await.unwrap(), 1);
    let detail = ended(&ann, ErrorCode::SubscriptionRevoked).await;
    assert_eq!(detail, "the rules do not allow it any more");
    drop(errors);
}

#[tokio::test(start_paused = true)]
async fn wildcards_are_judged_by_all_that_they_hear() {
    let broker = SimpleBroker::new(["/topic"]).wildcard_subscriptions();
    let builder = Messaging::builder()
        .simple_broker(broker)
        .authorize(rules().subscribe("/**", permit()));
    let app = TestApp::start(builder);
    let (ann, errors) = listening(&app, "ann").await;
    ann.subscribe("/topic/*").await;
    ann.subscribe("/topic/a").await;
    let all_but_b = rules()
        .subscribe("/topic/b", deny())
        .subscribe("/**", permit());
    assert_eq!(app.messaging().rules().replace(all_but_b).await.unwrap(), 1);
    assert_eq!(revoked(&errors).await.0, "/topic/*");
}

#[tokio::test(start_paused = true)]
async fn rules_that_are_wrong_leave_the_old_ones_in_force() {
    let app = app(&Members::default());
    let wrong = rules()
        .send("app", permit())
        .subscribe("/a", async |_: Access, _: u8| true);
    let error = app.messaging().rules().replace(wrong).await.unwrap_err();
    assert_eq!(error.problems().len(), 2, "{error}");
    assert!(error.to_string().contains("changing_rules.rs"), "{error}");
    let (ann, _) = listening(&app, "ann").await;
    ann.subscribe("/topic/news").await;

    let without = TestApp::start(messaging());
    let error = without.messaging().rules().replace(rules()).await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("started without rules"), "{error}");
}

/// A SUBSCRIBE that the old rules have allowed, and that is not done when the new ones come.
#[tokio::test(start_paused = true)]
async fn sec_v_09_a_subscription_in_flight_does_not_slip_through() {
    let (entered, open) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (gate, key) = (Arc::clone(&entered), Arc::clone(&open));
    let slow = move |_: Access| {
        let (gate, key) = (Arc::clone(&gate), Arc::clone(&key));
        async move {
            gate.notify_one();
            key.notified().await;
            true
        }
    };
    let app = TestApp::start(
        messaging().authorize(
            rules()
                .subscribe("/user/queue/errors", permit())
                .subscribe("/topic/a", slow),
        ),
    );
    let (ann, errors) = listening(&app, "ann").await;
    let subscribing = ann.send_frame(
        Frame::new(Command::Subscribe)
            .with_header("id", "a")
            .with_header("destination", "/topic/a"),
    );
    let replacing = async {
        entered.notified().await;
        let none = rules().subscribe("/user/queue/errors", permit());
        assert_eq!(app.messaging().rules().replace(none).await.unwrap(), 1);
        open.notify_one();
    };
    tokio::join!(subscribing, replacing);
    assert_eq!(revoked(&errors).await.0, "/topic/a");
    publish(&app, "/topic/a", "missed").await;
    ann.expect_nothing().await;
}

/// What a transaction holds is judged by the rules that hold at COMMIT.
#[tokio::test(start_paused = true)]
async fn sec_v_09_a_commit_is_judged_by_the_new_rules() {
    let app = app(&Members::of(&[("ann", 1)]));
    let (ann, _) = listening(&app, "ann").await;
    ann.send_bytes("BEGIN\ntransaction:t\n\n\0SEND\ntransaction:t\ndestination:/app/leave/1\n\n\0");
    ann.round_trip().await;
    let none = rules().subscribe("/user/queue/errors", permit());
    app.messaging().rules().replace(none).await.unwrap();
    let commit = Frame::new(Command::Commit).with_header("transaction", "t");
    let error = ann.try_send_frame(commit).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Denied);
}

async fn for_admins() {}

/// A rule beside a mapping without attributes.
#[tokio::test(start_paused = true)]
async fn a_route_has_a_rule_of_its_own_that_narrows_the_others() {
    let with = |narrow| {
        let builder = messaging().route(
            message("/rooms/{room}/close").authorize(async |_: Access, room: u64| room == 1),
            async |Variables(_): Variables<u64>| (),
        );
        let builder = builder.route(message("/admin").authorize(has_role("ADMIN")), for_admins);
        let builder = builder.route(message("/open"), async || ());
        TestApp::start(match narrow {
            true => builder.authorize(
                rules()
                    .send("/app/rooms/**", deny())
                    .destination("/**", permit()),
            ),
            false => builder,
        })
    };
    for (narrow, allowed) in [(false, true), (true, false)] {
        let app = with(narrow);
        let (ann, _) = listening(&app, "ann").await;
        let answer = ann.try_send("/app/rooms/1/close", &()).await;
        assert_eq!(answer.is_ok(), allowed);
        for closed in ["/app/rooms/2/close", "/app/admin"] {
            let error = ann.try_send(closed, &()).await.unwrap_err();
            assert_eq!(error.code, ErrorCode::Denied, "{closed}");
        }
        ann.send("/app/open", &()).await;
        // It holds inside of transactions, too.
        let held = Frame::new(Command::Send)
            .with_header("destination", "/app/admin")
            .with_header("transaction", "t");
        ann.send_bytes("BEGIN\ntransaction:t\n\n\0");
        let error = ann.try_send_frame(held).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Denied);
    }
}

#[test]
fn a_predicate_that_cannot_take_the_variables_is_a_problem_at_start_up() {
    let spec = message("/rooms/{room}").authorize(async |_: Access, _: (u8, u8)| true);
    let builder = messaging().route(spec, async |Variables(_): Variables<u64>| ());
    let error = builder.build().unwrap_err().to_string();
    assert!(error.contains("asks for 2 values"), "{error}");
}
