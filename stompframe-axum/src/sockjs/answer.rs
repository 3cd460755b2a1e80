//! Answers that have no session behind them.

use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, COOKIE, EXPIRES, SET_COOKIE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use stompframe_core::ErrorCode;

pub(super) const YEAR: &str = "31536000";
pub(super) const CACHEABLE: &str = "public, max-age=31536000";
const NOT_CACHED: &str = "no-store, no-cache, no-transform, must-revalidate, max-age=0";

pub(super) const PLAIN: &str = "text/plain; charset=UTF-8";
pub(super) const HTML: &str = "text/html; charset=UTF-8";
pub(super) const JAVASCRIPT: &str = "application/javascript; charset=UTF-8";
/// Its encoding is UTF-8 by definition.
pub(super) const EVENTS: &str = "text/event-stream";

/// An answer that no cache may keep, nor compress, which would hold it back.
pub(super) fn dynamic(status: StatusCode, content_type: &'static str, body: Body) -> Response {
    let mut answer = (status, body).into_response();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(NOT_CACHED));
    answer
}

/// An answer in words.
pub(super) fn words(status: StatusCode, words: impl Into<Body>) -> Response {
    dynamic(status, PLAIN, words.into())
}

pub(super) fn not_found() -> Response {
    words(StatusCode::NOT_FOUND, Body::empty())
}

/// Says that no more sessions are taken.
pub(super) fn no_place() -> Response {
    let code = ErrorCode::Overloaded;
    tracing::warn!(%code, "a session was refused");
    words(
        StatusCode::SERVICE_UNAVAILABLE,
        format!("{code}: {}", code.message()),
    )
}

pub(super) fn not_allowed(allowed: &'static str) -> Response {
    let mut answer = StatusCode::METHOD_NOT_ALLOWED.into_response();
    answer
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(allowed));
    answer
}

pub(super) fn greeting() -> Response {
    ([(CONTENT_TYPE, PLAIN)], "Welcome to SockJS!\n").into_response()
}

/// What a client has to know before it begins.
pub(super) fn info(web_socket: bool, cookie_needed: bool) -> Response {
    let mut entropy = [0; 4];
    if let Err(error) = getrandom::fill(&mut entropy) {
        tracing::error!(%error, "the system has no random numbers");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let entropy = u32::from_ne_bytes(entropy);
    let info = format!(
        r#"{{"entropy":{entropy},"origins":["*:*"],"cookie_needed":{cookie_needed},"websocket":{web_socket}}}"#
    );
    dynamic(
        StatusCode::OK,
        "application/json; charset=UTF-8",
        info.into(),
    )
}

/// The header that names a date a year from now.
pub(super) fn in_a_year() -> HeaderValue {
    let date = SystemTime::now() + Duration::from_secs(365 * 24 * 60 * 60);
    HeaderValue::try_from(httpdate::fmt_http_date(date))
        .unwrap_or_else(|_| HeaderValue::from_static("Thu, 31 Dec 2099 23:59:59 GMT"))
}

/// What all answers have in common.
pub(super) fn guard(answer: &mut Response) {
    answer
        .headers_mut()
        .insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

/// Sets the cookie by which load balancers know a client again: the value that it has, if it is one.
pub(super) fn set_cookie(request: &HeaderMap, answer: &mut Response) {
    let cookies = request.get_all(COOKIE).iter();
    let value = cookies
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix("JSESSIONID="))
        .filter(|value| is_harmless(value))
        .unwrap_or("dummy");
    if let Ok(cookie) = HeaderValue::try_from(format!("JSESSIONID={value}; path=/")) {
        answer.headers_mut().insert(SET_COOKIE, cookie);
    }
}

fn is_harmless(value: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=128).contains(&value.len()) && value.bytes().all(is_plain)
}

pub(super) fn is_read(method: &Method) -> bool {
    *method == Method::GET || *method == Method::HEAD
}

/// Marks an answer as one that caches keep.
pub(super) fn keep(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(CACHEABLE));
    headers.insert(EXPIRES, in_a_year());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k_43_a_cookie_is_echoed_only_if_nothing_can_hide_in_it() {
        for (cookies, set) in [
            (vec![], "dummy"),
            (vec!["JSESSIONID=abcdef"], "abcdef"),
            (vec!["a=b; JSESSIONID=a.b_c-1;c=d"], "a.b_c-1"),
            (vec!["a=b", "JSESSIONID=x"], "x"),
            (vec!["JSESSIONID="], "dummy"),
            (vec!["JSESSIONID=a,b"], "dummy"),
            (vec!["JSESSIONID=\"a\""], "dummy"),
            (vec!["XJSESSIONID=a"], "dummy"),
        ] {
            let mut request = HeaderMap::new();
            for cookie in &cookies {
                request.append(COOKIE, HeaderValue::from_static(cookie));
            }
            let mut answer = greeting();
            set_cookie(&request, &mut answer);
            let expected = format!("JSESSIONID={set}; path=/");
            assert_eq!(answer.headers()[SET_COOKIE], expected, "{cookies:?}");
        }
        let mut request = HeaderMap::new();
        let long = format!("JSESSIONID={}", "a".repeat(129));
        request.insert(COOKIE, HeaderValue::try_from(long).unwrap());
        let mut answer = greeting();
        set_cookie(&request, &mut answer);
        assert_eq!(answer.headers()[SET_COOKIE], "JSESSIONID=dummy; path=/");
    }
}
