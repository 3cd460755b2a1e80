//! What an endpoint's interceptors find out before the handshake is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Extension;
use axum::extract::Query;
use axum::http::StatusCode;
use stompframe::Limits;
use stompframe::prelude::*;

use crate::support::{App, Client, messaging, refused, request, request_to};

#[derive(Deserialize)]
struct Visit {
    user: Option<String>,
    colour: Option<String>,
}

#[derive(Clone)]
struct Colour(String);

#[derive(Clone)]
struct Steps(String);

#[message_mapping("/who")]
#[send_to_user("/queue/who", broadcast = false)]
async fn who(
    user: Option<Principal>,
    attributes: SessionAttributes,
    session: Arc<Session>,
) -> String {
    let user = user.as_ref().map_or("nobody", Principal::name);
    let colour = attributes
        .get()
        .map_or_else(|| "none".to_owned(), |Colour(colour)| colour);
    let steps = attributes
        .get()
        .map_or_else(String::new, |Steps(steps)| steps);
    format!("{user} {colour} {steps} {}", session.address().unwrap())
}

/// Reads the query, and knows nobody who calls himself `nobody`.
async fn by_query(mut handshake: Handshake) -> stompframe::HandshakeResult {
    let Query(Visit { user, colour }) = handshake.extract().await?;
    if user.as_deref() == Some("nobody") {
        return Err((StatusCode::UNAUTHORIZED, [("x-why", "unknown")], "who?").into());
    }
    if let Some(user) = user {
        handshake.set_principal(Principal::new(user));
    }
    if let Some(colour) = colour {
        handshake.attributes().insert(Colour(colour));
    }
    Ok(handshake)
}

async fn app(endpoint: Endpoint) -> App {
    App::start_at(messaging().scan(module_path!()), endpoint).await
}

async fn answer(client: &mut Client) -> String {
    client.send("CONNECT\naccept-version:1.2\n\n\0").await;
    assert_eq!(client.frame().await.command, "CONNECTED");
    client.subscribe("0", "/user/queue/who").await;
    client.send("SEND\ndestination:/app/who\n\n\0").await;
    client.body().await
}

#[tokio::test]
async fn they_say_who_it_is_and_what_the_session_begins_with() {
    let app = app(Endpoint::new("/ws").intercept(by_query)).await;
    let mut client = Client::open(app.address, "/ws?user=ann&colour=red").await;
    assert_eq!(answer(&mut client).await, "ann red  127.0.0.1");
    let mut other = app.open().await;
    assert_eq!(answer(&mut other).await, "nobody none  127.0.0.1");
}

#[tokio::test]
async fn they_refuse_with_any_answer_and_nobody_comes_in() {
    let app = app(Endpoint::new("/ws").intercept(by_query)).await;
    let refusal = Client::handshake(request_to(&app, "/ws?user=nobody", &[])).await;
    let Err(tokio_tungstenite::tungstenite::Error::Http(response)) = refusal else {
        panic!("it was not refused")
    };
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(response.headers()["x-why"], "unknown");
    assert_eq!(response.body().as_deref(), Some(&b"who?"[..]));
    // An extractor's own refusal.
    let twice = request_to(&app, "/ws?user=a&user=b", &[]);
    assert_eq!(refused(twice).await, StatusCode::BAD_REQUEST);
    assert!(app.messaging.sessions().is_empty());
}

#[tokio::test]
async fn they_come_one_after_the_other_and_not_for_another_origin() {
    let calls = Arc::new(AtomicUsize::new(0));
    let step = |name: &'static str| {
        let calls = calls.clone();
        move |handshake: Handshake| {
            calls.fetch_add(1, Ordering::Relaxed);
            async move {
                let steps = handshake
                    .attributes()
                    .get()
                    .map_or_else(String::new, |Steps(steps)| steps);
                handshake.attributes().insert(Steps(steps + name));
                Ok(handshake)
            }
        }
    };
    let refuse = async |_| Err(StatusCode::IM_A_TEAPOT.into());
    let endpoint = Endpoint::new("/ws")
        .intercept(step("a"))
        .intercept(step("b"));
    let evil = [("origin", "http://evil.example")];
    let two = app(endpoint.clone()).await;
    assert_eq!(refused(request(&two, &evil)).await, StatusCode::FORBIDDEN);
    assert_eq!(calls.load(Ordering::Relaxed), 0);
    assert_eq!(
        answer(&mut two.open().await).await,
        "nobody none ab 127.0.0.1"
    );

    let endpoint = endpoint.intercept(refuse).intercept(step("c"));
    let refusing = app(endpoint).await;
    assert_eq!(
        refused(request(&refusing, &[])).await,
        StatusCode::IM_A_TEAPOT
    );
    assert_eq!(calls.load(Ordering::Relaxed), 4, "the last is not asked");
}

/// A layer may give the same attributes to all; the session's are its own all the same.
#[tokio::test]
async fn what_a_middleware_gave_is_there_and_is_not_changed() {
    let shared = SessionAttributes::new();
    shared.insert(Colour("blue".to_owned()));
    let endpoint = Endpoint::new("/ws").intercept(by_query);
    let app = App::start_with(messaging().scan(module_path!()), endpoint, |router| {
        router
            .layer(Extension(shared.clone()))
            .layer(Extension(Principal::new("bob")))
    })
    .await;
    assert_eq!(answer(&mut app.open().await).await, "bob blue  127.0.0.1");
    let mut ann = Client::open(app.address, "/ws?user=ann&colour=red").await;
    assert_eq!(answer(&mut ann).await, "ann red  127.0.0.1");
    assert_eq!(
        shared.get().map(|Colour(colour)| colour).as_deref(),
        Some("blue")
    );
}

#[tokio::test]
async fn one_that_hangs_is_stopped_and_its_place_is_given_back() {
    let mut limits = Limits::default();
    limits.connect_timeout = Duration::from_millis(50);
    limits.max_sessions = 1;
    let endpoint = Endpoint::new("/ws").intercept(|handshake: Handshake| async move {
        if handshake.uri().query() == Some("hang") {
            std::future::pending::<()>().await;
        }
        Ok(handshake)
    });
    let app = App::start_at(messaging().limits(limits), endpoint).await;
    let hanging = request_to(&app, "/ws?hang", &[]);
    assert_eq!(refused(hanging).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        refused(request(&app, &[])).await,
        StatusCode::SWITCHING_PROTOCOLS
    );
}
