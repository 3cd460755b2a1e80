//! Tokens: who connects shows a JWT in CONNECT, and a fresh one before it expires.
//!
//! ```text
//! cargo run --example auth
//! ```
//!
//! Then open <http://127.0.0.1:8080> and sign in as `ann` or as `root`, whose passwords stand beside
//! the form. `PORT` chooses another port, `TOKEN_SECONDS` how long a token is good for (120).
//!
//! | request or frame | what it does |
//! |---|---|
//! | `POST /login` with `{"name":"ann","password":".."}` | gives an access token, and one to get the next with |
//! | `POST /refresh` with `{"refreshToken":".."}` | gives the next two; a refresh token is good once |
//! | `CONNECT` with `Authorization:Bearer ..` | connects as whom the access token names |
//! | `SUBSCRIBE /user/queue/credentials` | hears when the token is about to expire, and when it was renewed |
//! | `SEND /user/credentials` with `Authorization:Bearer ..` | goes on with a new token, on the same connection |
//! | `SEND /app/whoami` | is told on `/user/queue/me` what the server knows of one |
//! | `SUBSCRIBE /topic/admin/audit` | is for those with the role `ADMIN` |
//!
//! A session whose token expires ends with ERROR `session-expired`.

mod accounts;
#[path = "../chat/page.rs"]
mod page;
mod tokens;

use std::sync::Arc;

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use stompframe::prelude::*;
use stompframe::security::{authenticated, deny, has_role, rules};

use crate::accounts::Accounts;
use crate::tokens::{Pair, Tokens};

/// Where the page's files are.
const WEB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/auth/web");

#[derive(Deserialize)]
struct Login {
    name: String,
    password: String,
}

async fn login(
    Shared(tokens): Shared<Arc<Tokens>>,
    Json(Login { name, password }): Json<Login>,
) -> Result<Json<Pair>, StatusCode> {
    let account = Accounts::check(&name, &password).ok_or(StatusCode::UNAUTHORIZED)?;
    tokens
        .issue(account)
        .map(Json)
        .ok_or(StatusCode::SERVICE_UNAVAILABLE)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Refresh {
    refresh_token: String,
}

async fn refresh(
    Shared(tokens): Shared<Arc<Tokens>>,
    Json(Refresh { refresh_token }): Json<Refresh>,
) -> Result<Json<Pair>, StatusCode> {
    tokens
        .refresh(&refresh_token)
        .map(Json)
        .ok_or(StatusCode::UNAUTHORIZED)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Me {
    name: String,
    roles: Vec<String>,
    expires_in: Option<u64>,
}

#[message_mapping("/whoami")]
#[send_to_user("/queue/me", broadcast = false)]
async fn whoami(user: Principal) -> Payload<Me> {
    Payload(Me {
        name: user.name().to_owned(),
        roles: user.roles().map(str::to_owned).collect(),
        expires_in: user.time_left().map(|left| left.as_secs()),
    })
}

#[tokio::main]
async fn main() -> Result<(), stompframe::Error> {
    tracing_subscriber::fmt::init();
    let number = |name, default| {
        std::env::var(name)
            .ok()
            .and_then(|it| it.parse().ok())
            .unwrap_or(default)
    };
    let tokens = Arc::new(Tokens::new(u64::from(number("TOKEN_SECONDS", 120))));

    let of_connect = Arc::clone(&tokens);
    let messaging = Messaging::builder()
        .handler::<whoami>()
        .application_prefix("/app")
        .simple_broker(["/topic", "/queue"])
        // The same for CONNECT and for what comes to /user/credentials.
        .authenticate(move |connect: Connect| {
            let tokens = Arc::clone(&of_connect);
            async move {
                let token = connect
                    .bearer_token()
                    .ok_or_else(|| Denied::new("no token"))?;
                Ok(tokens.verify(token)?)
            }
        })
        .authorize(
            rules()
                .subscribe("/topic/admin/**", has_role("ADMIN"))
                .subscribe("/user/queue/**", authenticated())
                .send("/app/**", authenticated())
                .anything_else(deny()),
        )
        .endpoint(Endpoint::new("/ws"))
        .build()?;

    let page = page::router(
        include_str!("web/index.html"),
        WEB,
        &["auth.css", "auth.js"],
    )
    .await;
    let app = Router::new()
        .route("/login", post(login))
        .route("/refresh", post(refresh))
        .with_state(tokens)
        .merge(page)
        .merge(messaging.router());
    let port = number("PORT", 8080);
    println!("open http://127.0.0.1:{port}; Ctrl-C ends it");
    stompframe::serve(("127.0.0.1", port), app, messaging).await
}
