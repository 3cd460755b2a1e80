//! Credentials that expire while a session lasts.

use std::time::{Duration, SystemTime};

use stompframe::prelude::*;
use stompframe::security::{has_role, permit, rules};
use stompframe::stomp::{Command, Frame};
use stompframe::test::{TestApp, TestClient, TestError};
use stompframe::{Limits, MessagingBuilder};
use tokio::time::{Instant, sleep};

use crate::kit::{ended, messaging, publish, session_of};

/// Tokens as `ann 60 ADMIN`: who it is, for how many seconds, with which role.
async fn verify(connect: Connect) -> Result<Principal, Denied> {
    let token = connect
        .bearer_token()
        .ok_or_else(|| Denied::new("no token"))?;
    let parts: Vec<_> = token.split(' ').collect();
    let [name, seconds, role] = parts[..] else {
        return Err(Denied::new("no such token"));
    };
    if connect.is_renewal() {
        assert!(connect.principal().is_some(), "who the client is");
    }
    let user = Principal::new(name.to_owned()).with_role(role.to_owned());
    match seconds.parse() {
        Ok(seconds) => Ok(user.with_lifetime(Duration::from_secs(seconds))),
        Err(_) if seconds == "ever" => Ok(user),
        Err(_) => Ok(user.with_expiry(SystemTime::UNIX_EPOCH)),
    }
}

#[message_mapping("/role")]
#[send_to_user("/queue/role")]
async fn role(user: Principal) -> String {
    user.roles().collect()
}

fn builder() -> MessagingBuilder {
    messaging().authenticate(verify).handler::<role>()
}

fn bearer(token: &str) -> [(&'static str, String); 1] {
    [("Authorization", format!("Bearer {token}"))]
}

async fn connect(app: &TestApp, token: &str) -> TestClient {
    let [(name, value)] = bearer(token);
    app.connect_with([(name, value.as_str())]).await
}

async fn renew(client: &TestClient, token: &str) -> Result<(), TestError> {
    let [(name, value)] = bearer(token);
    let frame = Frame::new(Command::Send)
        .with_header("destination", "/user/credentials")
        .with_header(name, value);
    client.try_send_frame(frame).await
}

/// How long after `since` the session ended with `session-expired`.
async fn expired(client: &TestClient, since: Instant) -> Duration {
    ended(client, ErrorCode::SessionExpired).await;
    since.elapsed()
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn sec_v_14_a_session_ends_when_its_credentials_expire_and_the_client_is_warned_before() {
    let app = TestApp::start(builder()).patience(seconds(1_000));
    let start = Instant::now();
    let ann = connect(&app, "ann 300 USER").await;
    let connected = ann.connected().unwrap();
    assert_eq!(connected.header("credentials-expire-in"), Some("300000"));
    let credentials = ann.subscribe("/user/queue/credentials").await;
    let warning: serde_json::Value = credentials.expect_message().await;
    assert_eq!(
        warning,
        serde_json::json!({ "event": "expiring", "expiresIn": 60_000 })
    );
    assert_eq!(start.elapsed().as_secs(), 240);
    assert_eq!(expired(&ann, start).await.as_secs(), 300);
    let close = ann.expect_closed().await;
    assert_eq!((close.code(), close.reason()), (4403, "session-expired"));
    ann.lose().await;
    assert!(app.messaging().sessions().is_empty());
}

/// Without a subscription there is no warning, and the end is the same; with less than twice the time
/// of the warning, it comes when half of it has passed.
#[tokio::test(start_paused = true)]
async fn sec_v_14_the_end_comes_for_everybody() {
    let mut limits = Limits::default();
    limits.expiry_warning = seconds(10);
    let app = TestApp::start(builder().limits(limits)).patience(seconds(1_000));
    let start = Instant::now();
    let (ann, ever) = (
        connect(&app, "ann 12 USER").await,
        connect(&app, "eve ever USER").await,
    );
    let none = ever.connected().unwrap();
    assert_eq!(none.header("credentials-expire-in"), None);
    let credentials = ann.subscribe("/user/queue/credentials").await;
    credentials.next_message().await;
    assert_eq!(start.elapsed().as_secs(), 6);
    assert_eq!(expired(&ann, start).await.as_secs(), 12);
    sleep(seconds(100_000)).await;
    ever.round_trip().await;
}

#[tokio::test(start_paused = true)]
async fn new_credentials_prolong_the_session_without_a_new_connection() {
    let app = TestApp::start(builder()).patience(seconds(10_000));
    let start = Instant::now();
    let ann = connect(&app, "ann 100 USER").await;
    let credentials = ann.subscribe("/user/queue/credentials").await;
    let topic = ann.subscribe("/topic/a").await;
    let roles = ann.subscribe("/user/queue/role").await;
    credentials.next_message().await;
    renew(&ann, "ann 1000 ADMIN").await.unwrap();
    let renewed: serde_json::Value = credentials.expect_message().await;
    assert_eq!(
        renewed,
        serde_json::json!({ "event": "renewed", "expiresIn": 1_000_000 })
    );
    sleep(seconds(500)).await;
    publish(&app, "/topic/a", "still here").await;
    assert_eq!(topic.expect_text().await, "still here");
    ann.send("/app/role", &()).await;
    assert_eq!(roles.expect_text().await, "ADMIN");
    let user = app.messaging().users().user("ann").unwrap();
    assert!(user.principal().has_role("ADMIN"));
    let warned: serde_json::Value = credentials.expect_message().await;
    assert_eq!(warned["event"], "expiring");
    // For ever, this time.
    renew(&ann, "ann ever ADMIN").await.unwrap();
    let renewed: serde_json::Value = credentials.expect_message().await;
    assert!(renewed["expiresIn"].is_null());
    sleep(seconds(5_000)).await;
    ann.round_trip().await;
    assert!(start.elapsed() > seconds(5_000));
}

#[tokio::test(start_paused = true)]
async fn sec_v_14_credentials_that_do_not_fit_change_nothing() {
    let app = TestApp::start(builder()).patience(seconds(1_000));
    let start = Instant::now();
    let ann = connect(&app, "ann 100 USER").await;
    ann.subscribe("/user/queue/errors").await;
    for token in ["bob 1000 ADMIN", "ann past ADMIN", "nonsense", ""] {
        let error = renew(&ann, token).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::AuthFailed, "{token}");
        assert_eq!(error.detail, "", "{token}");
    }
    let user = session_of(&app, &ann).principal().unwrap();
    assert!(user.has_role("USER") && user.name() == "ann");
    ann.send_bytes("BEGIN\ntransaction:t\n\n\0");
    let held = Frame::new(Command::Send)
        .with_header("destination", "/user/credentials")
        .with_header("transaction", "t");
    let error = ann.try_send_frame(held).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Unsupported);
    assert_eq!(expired(&ann, start).await.as_secs(), 100);
}

#[tokio::test(start_paused = true)]
async fn what_the_new_roles_do_not_allow_is_revoked() {
    let rules = rules()
        .subscribe("/user/queue/errors", permit())
        .subscribe("/topic/admin", has_role("ADMIN"));
    let app = TestApp::start(builder().authorize(rules));
    let ann = connect(&app, "ann 100 ADMIN").await;
    let errors = ann.subscribe("/user/queue/errors").await;
    ann.subscribe("/topic/admin").await;
    renew(&ann, "ann 100 USER").await.unwrap();
    let problem = errors.next_message().await;
    assert_eq!(problem.header("error-code"), Some("subscription-revoked"));
}

#[tokio::test(start_paused = true)]
async fn sec_v_14_who_comes_with_expired_credentials_does_not_get_in() {
    let app = TestApp::start(builder());
    let [(name, value)] = bearer("ann past USER");
    let refused = app.try_connect_with([(name, value.as_str())]).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::SessionExpired);
    assert!(app.messaging().sessions().is_empty());
}

/// Where nobody checks credentials, there is nothing to renew, and the destination means nothing.
#[tokio::test(start_paused = true)]
async fn without_an_authenticator_there_is_no_such_destination() {
    let app = TestApp::start(messaging());
    let ann = app.connect_as("ann").await;
    ann.subscribe("/user/queue/errors").await;
    let error = renew(&ann, "ann ever ADMIN").await.unwrap_err();
    assert_eq!(error.code, ErrorCode::BadDestination);
    // The application itself can do it.
    let session = session_of(&app, &ann);
    assert!(!session.renew(Principal::new("bob")));
    assert!(session.renew(Principal::new("ann").with_lifetime(seconds(5))));
    let start = Instant::now();
    assert_eq!(expired(&ann, start).await.as_secs(), 5);
}
