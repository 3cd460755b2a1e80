//! Handshakes with headers of one's own, and how they are answered.

use tokio_tungstenite::tungstenite;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::StatusCode;

use super::{App, Client};

/// A handshake at `/ws` with these headers.
pub(crate) fn request(app: &App, headers: &[(&'static str, &str)]) -> Request {
    request_to(app, "/ws", headers)
}

pub(crate) fn request_to(app: &App, path: &str, headers: &[(&'static str, &str)]) -> Request {
    let mut request = format!("ws://{}{path}", app.address)
        .into_client_request()
        .unwrap();
    for (name, value) in headers {
        match *name {
            "host" => request.headers_mut().insert(*name, value.parse().unwrap()),
            name => {
                request.headers_mut().append(name, value.parse().unwrap());
                None
            }
        };
    }
    request
}

/// The status that a handshake is answered with: 101 where it is not refused.
pub(crate) async fn refused(request: Request) -> StatusCode {
    match Client::handshake(request).await {
        Err(tungstenite::Error::Http(response)) => response.status(),
        Err(other) => panic!("{other}"),
        Ok(_) => StatusCode::SWITCHING_PROTOCOLS,
    }
}
