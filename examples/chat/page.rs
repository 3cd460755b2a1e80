//! Serves a page, and the STOMP client that pages use.

use std::path::Path;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use tokio::process::Command;
use tower_http::services::{ServeDir, ServeFile};

/// Where `package.json` names the client.
const PACKAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/chat/web");

/// Where npm puts it, below [`PACKAGE`].
const STOMPJS: &str = "node_modules/@stomp/stompjs/esm6";

/// The same version as in `package.json`, for machines without npm.
const PUBLIC_COPY: &str = "https://cdn.jsdelivr.net/npm/@stomp/stompjs@7.5.0/esm6/index.js";

/// A page at `/`, in which `__STOMPJS__` becomes the address of the client, and files of this folder
/// beside it.
pub(crate) async fn router(index: &'static str, folder: &str, files: &[&str]) -> Router {
    let package = Path::new(PACKAGE);
    let client = match install(package).await {
        true => "/stompjs/index.js",
        false => PUBLIC_COPY,
    };
    let index = index.replace("__STOMPJS__", client);
    let page = Router::new()
        .nest_service("/stompjs", ServeDir::new(package.join(STOMPJS)))
        .route("/", get(|| async { Html(index) }));
    files.iter().fold(page, |router, file| {
        let served = ServeFile::new(Path::new(folder).join(file));
        router.route_service(&format!("/{file}"), served)
    })
}

/// Lets npm fetch the client, unless it is there. Says whether it is.
async fn install(package: &Path) -> bool {
    let client = package.join(STOMPJS).join("index.js");
    if client.exists() {
        return true;
    }
    println!(
        "fetching @stomp/stompjs with `npm ci` in {}",
        package.display()
    );
    let result = Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund"])
        .current_dir(package)
        .status()
        .await;
    if matches!(&result, Ok(status) if status.success()) && client.exists() {
        return true;
    }
    let reason = result.map_or_else(|error| error.to_string(), |status| status.to_string());
    println!("npm did not do it ({reason}); the page will fetch a public copy: {PUBLIC_COPY}");
    false
}
