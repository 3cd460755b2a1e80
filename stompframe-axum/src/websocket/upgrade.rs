use axum::http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use hyper::upgrade::OnUpgrade;
use stompframe_core::stomp::Version;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// The sub-protocols of STOMP, the one to be preferred first.
const PROTOCOLS: [Version; 3] = [Version::V1_2, Version::V1_1, Version::V1_0];

/// A request that asks for a WebSocket, as RFC 6455, 4.2.1 wants it, or over HTTP/2 RFC 8441.
///
/// axum's extractor would hide the socket behind its own `WebSocket`, and the sink writes to the
/// socket itself.
pub(crate) struct Upgrade {
    /// What proves that the handshake was understood. HTTP/2 has no need for it.
    accept: Option<String>,
    /// Gives the connection, once the response has been written.
    pub(super) connection: OnUpgrade,
}

/// What a request misses to be a handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoHandshake {
    Method,
    Upgrade,
    Connection,
    Key,
    Version,
    /// A connection that can change what it speaks.
    Way,
}

impl Upgrade {
    /// Reads the request.
    pub(crate) fn of(request: &mut Parts) -> Result<Self, NoHandshake> {
        let accept = match is_extended_connect(request) {
            true => None,
            false => Some(accept_key(request)?),
        };
        let version = request.headers.get(SEC_WEBSOCKET_VERSION);
        if version.is_none_or(|version| version != "13") {
            return Err(NoHandshake::Version);
        }
        let connection = request.extensions.remove().ok_or(NoHandshake::Way)?;
        Ok(Self { accept, connection })
    }

    /// What the client is told (RFC 6455, 4.2.2).
    pub(super) fn response(&self) -> Response {
        let mut response = Response::default();
        let accept = self.accept.as_deref().map(HeaderValue::try_from);
        if let Some(Ok(accept)) = accept {
            *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
            let headers = response.headers_mut();
            headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
            headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
            headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
        }
        response
    }
}

impl IntoResponse for NoHandshake {
    fn into_response(self) -> Response {
        let refuse = |status, why: &'static str| (status, why).into_response();
        match self {
            Self::Method => refuse(
                StatusCode::METHOD_NOT_ALLOWED,
                "a WebSocket begins with GET",
            ),
            Self::Upgrade | Self::Connection => refuse(
                StatusCode::BAD_REQUEST,
                "this is a WebSocket: `Connection: upgrade` and `Upgrade: websocket` are missing",
            ),
            Self::Key => refuse(StatusCode::BAD_REQUEST, "`Sec-WebSocket-Key` is missing"),
            Self::Version => {
                // RFC 6455, 4.4: the answer names the version that is spoken here.
                let version = [(SEC_WEBSOCKET_VERSION, "13")];
                let why = "this version of WebSocket is not spoken here";
                (StatusCode::UPGRADE_REQUIRED, version, why).into_response()
            }
            Self::Way => refuse(
                StatusCode::UPGRADE_REQUIRED,
                "this connection cannot become a WebSocket",
            ),
        }
    }
}

/// The best sub-protocol of STOMP that a client offers.
pub(super) fn sub_protocol(headers: &HeaderMap) -> Option<&'static str> {
    PROTOCOLS
        .into_iter()
        .map(Version::sub_protocol)
        // Other than the tokens of HTTP, its case counts.
        .find(|protocol| listed(headers, &SEC_WEBSOCKET_PROTOCOL).any(|one| one == *protocol))
}

/// Whether a WebSocket begins like this over HTTP/2 (RFC 8441).
#[cfg(feature = "http2")]
fn is_extended_connect(request: &Parts) -> bool {
    let protocol = request.extensions.get::<hyper::ext::Protocol>();
    request.method == Method::CONNECT
        && protocol.is_some_and(|protocol| protocol.as_str() == "websocket")
}

/// Over HTTP/1.1, there is no such thing.
#[cfg(not(feature = "http2"))]
const fn is_extended_connect(_: &Parts) -> bool {
    false
}

/// What the key of a handshake over HTTP/1.1 is answered with.
fn accept_key(request: &Parts) -> Result<String, NoHandshake> {
    let headers = &request.headers;
    if request.method != Method::GET {
        return Err(NoHandshake::Method);
    }
    if !lists(headers, &UPGRADE, "websocket") {
        return Err(NoHandshake::Upgrade);
    }
    if !lists(headers, &CONNECTION, "upgrade") {
        return Err(NoHandshake::Connection);
    }
    let key = headers.get(SEC_WEBSOCKET_KEY).ok_or(NoHandshake::Key)?;
    Ok(derive_accept_key(key.as_bytes()))
}

/// What a header lists, which may occur several times.
fn listed<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

fn lists(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    listed(headers, name).any(|one| one.eq_ignore_ascii_case(token))
}
