//! Serves the page, and the STOMP client that the page uses.

use std::path::Path;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use tokio::process::Command;
use tower_http::services::{ServeDir, ServeFile};

const WEB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/chat/web");

/// Where npm puts the client, below [`WEB`].
const STOMPJS: &str = "node_modules/@stomp/stompjs/esm6";

/// The same version as in `package.json`, for machines without npm.
const PUBLIC_COPY: &str = "https://cdn.jsdelivr.net/npm/@stomp/stompjs@7.5.0/esm6/index.js";

pub(crate) async fn router() -> Router {
    let web = Path::new(WEB);
    let (stompjs, client) = (
        web.join(STOMPJS),
        if install(web).await {
            "/stompjs/index.js"
        } else {
            PUBLIC_COPY
        },
    );
    let index = include_str!("web/index.html").replace("__STOMPJS__", client);

    let files = ["chat.css", "chat.js", "connection.js", "view.js"];
    files
        .into_iter()
        .fold(Router::new(), |router, file| {
            router.route_service(&format!("/{file}"), ServeFile::new(web.join(file)))
        })
        .nest_service("/stompjs", ServeDir::new(stompjs))
        .route("/", get(|| async { Html(index) }))
}

/// Lets npm fetch the client, unless it is there. Says whether it is.
async fn install(web: &Path) -> bool {
    let client = web.join(STOMPJS).join("index.js");
    if client.exists() {
        return true;
    }
    println!("fetching @stomp/stompjs with `npm ci` in {}", web.display());
    let result = Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund"])
        .current_dir(web)
        .status()
        .await;
    if matches!(&result, Ok(status) if status.success()) && client.exists() {
        return true;
    }
    let reason = result.map_or_else(|error| error.to_string(), |status| status.to_string());
    println!("npm did not do it ({reason}); the page will fetch a public copy: {PUBLIC_COPY}");
    false
}
