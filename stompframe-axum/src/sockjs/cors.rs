//! What browsers have to be told of the pages that may ask (CORS).

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    CACHE_CONTROL, EXPIRES, ORIGIN, VARY,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::answer::{CACHEABLE, YEAR, in_a_year};
use crate::origin::OriginPolicy;

/// The headers that let the page which asked read the answer.
pub(super) fn allow(policy: &OriginPolicy, request: &Parts, answer: &mut HeaderMap) {
    match request.headers.get(ORIGIN) {
        Some(origin) => {
            answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            answer.insert(
                ACCESS_CONTROL_ALLOW_CREDENTIALS,
                HeaderValue::from_static("true"),
            );
        }
        None if matches!(policy, OriginPolicy::Any) => {
            answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        }
        None => {}
    }
    answer.append(VARY, HeaderValue::from_static("Origin"));
}

/// Answers OPTIONS.
pub(super) fn preflight(request: &Parts, method: &Method, cors: bool) -> Response {
    let mut answer = StatusCode::NO_CONTENT.into_response();
    let headers = answer.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(CACHEABLE));
    headers.insert(EXPIRES, in_a_year());
    if !cors {
        return answer;
    }
    let methods = if *method == Method::POST {
        "OPTIONS, POST"
    } else {
        "OPTIONS, GET"
    };
    headers.insert(
        ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static(methods),
    );
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(YEAR));
    let asked = request.headers.get(ACCESS_CONTROL_REQUEST_HEADERS);
    if let Some(asked) = asked.filter(|asked| !asked.is_empty()) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    answer
}
