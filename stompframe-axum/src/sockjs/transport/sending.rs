use std::borrow::Cow;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use futures_util::StreamExt as _;
use tokio::time::timeout;

use crate::sockjs::answer::{not_found, words};
use crate::sockjs::incoming::{self, Unreadable};
use crate::sockjs::session::Session;

/// What one request may bring, and how long it may take.
#[derive(Clone, Copy, Debug)]
pub(in crate::sockjs) struct Bounds {
    pub(in crate::sockjs) bytes: usize,
    pub(in crate::sockjs) time: Duration,
}

/// Which of the two it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sockjs) enum Sending {
    Xhr,
    /// May be a form, and is answered in words: browsers of old take 204 for no answer to one.
    JsonP,
}

/// Brings the messages of a request to the session, behind those of requests before it. Its body is
/// read only then, so a session has one at a time, however many requests there are.
pub(in crate::sockjs) async fn send(
    session: &Session,
    headers: &HeaderMap,
    body: Body,
    sending: Sending,
    bounds: Bounds,
) -> Response {
    let Some(turn) = session.turn().await else {
        return not_found();
    };
    let is_form = sending == Sending::JsonP && is_form(headers);
    let body = match timeout(bounds.time, read(headers, body, bounds.bytes)).await {
        Ok(Ok(body)) => body,
        Ok(Err(status)) => return words(status, Body::empty()),
        Err(_) => return words(StatusCode::REQUEST_TIMEOUT, Body::empty()),
    };
    let json = if is_form { data(&body) } else { body.into() };
    match incoming::array(&json) {
        Ok(messages) => {
            turn.bring(messages);
            // A client that sends faster than it is served keeps what is left.
            turn.until_handled().await;
        }
        Err(unreadable) => {
            let text = match unreadable {
                Unreadable::Empty => "Payload expected.",
                Unreadable::Broken => "Broken JSON encoding.",
            };
            return words(StatusCode::INTERNAL_SERVER_ERROR, text);
        }
    }
    match sending {
        Sending::Xhr => words(StatusCode::NO_CONTENT, Body::empty()),
        Sending::JsonP => words(StatusCode::OK, "ok"),
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE);
    content_type.is_some_and(|value| {
        value
            .as_bytes()
            .starts_with(b"application/x-www-form-urlencoded")
    })
}

/// What a form says.
fn data(form: &[u8]) -> Cow<'static, [u8]> {
    let data = form_urlencoded::parse(form).find(|(name, _)| name == "d");
    data.map_or_else(Vec::new, |(_, value)| value.into_owned().into_bytes())
        .into()
}

/// Reads a body that is no longer than it may be.
async fn read(headers: &HeaderMap, body: Body, most: usize) -> Result<Vec<u8>, StatusCode> {
    let declared = headers.get(CONTENT_LENGTH);
    let declared = declared
        .and_then(|length| length.to_str().ok())
        .and_then(|length| length.parse::<usize>().ok());
    if declared.is_some_and(|length| length > most) {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let mut pieces = body.into_data_stream();
    // It grows with what arrives, not with what was promised.
    let mut body = Vec::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| StatusCode::BAD_REQUEST)?;
        if body.len() + piece.len() > most {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}
