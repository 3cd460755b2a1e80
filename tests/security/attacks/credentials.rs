//! What a client shows, and what it may for that.

use std::collections::BTreeSet;

use stompframe::prelude::*;
use stompframe::security::{has_role, permit, rules};
use stompframe::session::SessionId;
use stompframe::test::TestApp;

use crate::kit::{messaging, session_of};

/// 128 bits each, of which none repeat and all vary.
#[tokio::test(start_paused = true)]
async fn sec_v_12_the_ids_of_sessions_cannot_be_guessed() {
    let app = TestApp::start(messaging());
    let mut ids = BTreeSet::new();
    let mut ones = [0_u32; 128];
    for _ in 0..500 {
        let client = app.connect().await;
        let id: SessionId = session_of(&app, &client).id().clone();
        let bits = u128::from_str_radix(id.as_str(), 16).unwrap();
        assert_eq!(id.as_str().len(), 32);
        for (place, count) in ones.iter_mut().enumerate() {
            *count += u32::from(bits >> place & 1 == 1);
        }
        assert!(ids.insert(bits), "twice: {id}");
        client.lose().await;
    }
    // Half of 500; a fair bit strays further than 7.5 deviations once in 10^13.
    for (place, count) in ones.iter().enumerate() {
        assert!(count.abs_diff(250) < 84, "bit {place} is set {count} times");
    }
}

/// A store of users that takes an empty password for none must not be asked.
#[tokio::test(start_paused = true)]
async fn sec_v_18_an_empty_passcode_is_none() {
    let builder = messaging().authenticate(|connect: Connect| async move {
        let (login, passcode) = connect
            .login_passcode()
            .ok_or_else(|| Denied::new("none"))?;
        assert!(!passcode.is_empty(), "a directory would say yes");
        Ok(Principal::new(login.to_owned()))
    });
    let app = TestApp::start(builder);
    for headers in [
        [("login", "admin"), ("passcode", "")],
        [("login", "admin"), ("password", "x")],
        [("login", ""), ("passcode", "x")],
        [("passcode", "x"), ("passcode", "y")],
    ] {
        let error = app.try_connect_with(headers).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::AuthFailed, "{headers:?}");
    }
}

/// Rights belong to the session that has shown its credentials, and not to the name.
#[tokio::test(start_paused = true)]
async fn sec_c_02_two_sessions_of_one_user_have_each_their_own_rights() {
    let rules = rules()
        .subscribe("/user/queue/errors", permit())
        .subscribe("/topic/admin", has_role("ADMIN"));
    let builder = messaging()
        .authorize(rules)
        .authenticate(|connect: Connect| async move {
            let roles = connect.header("role").map(str::to_owned);
            Ok(Principal::new("ann").with_roles(roles))
        });
    let app = TestApp::start(builder);
    let strong = app.connect_with([("role", "ADMIN")]).await;
    let weak = app.connect_with([("role", "USER")]).await;
    for client in [&strong, &weak] {
        client.subscribe("/user/queue/errors").await;
    }
    strong.subscribe("/topic/admin").await;
    let error = weak.try_subscribe("/topic/admin").await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Denied);
}
